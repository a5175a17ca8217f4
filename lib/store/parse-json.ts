/** Far more than any document of ours has. Code that goes through nested values needs stack for each level. */
const DEPTH_MAX = 100;

const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [...Buffer.from('"\\{}[]')];

/** Undefined for anything that is no JSON. Null for JSON in which values lie deeper than in any document of ours. */
export function parseText(text: string): unknown {
  try {
    return isDeep(text) ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined also for anything that is no UTF-8. A byte order mark, which some editors write, does no harm. */
export function parse(bytes: Uint8Array): unknown {
  try {
    return parseText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= DEPTH_MAX; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = endOfQuoted(text, at);
    } else if (char === OPEN || char === OPEN_LIST) {
      depth += 1;
    } else if (char === CLOSE || char === CLOSE_LIST) {
      depth -= 1;
    }
  }
  return depth > DEPTH_MAX;
}

/** The end of the quoted text that begins here, or the end of everything if the quoted text has no end. */
function endOfQuoted(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end === -1 ? text.length : end;
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) {
    before -= 1;
  }
  return (at - before) % 2 === 0;
}
