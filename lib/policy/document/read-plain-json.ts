/** Deeper than any policy. */
const DEPTH_MAX = 16;

/**
 * Read a text that is one JSON object in which no key is there twice.
 *
 * Undefined for anything else, broken JSON included: the YAML reader takes it, and knows the place of what is wrong.
 */
export function readPlainJson(text: string): { readonly value: unknown } | undefined {
  if (!/^[ \r\n]*\{/.test(text)) {
    return undefined;
  }
  const value = parse(text);
  // The parser keeps the last of two equal keys without a word; then it kept fewer than were written.
  return value !== undefined && countKeys(value, 0) === writtenKeys(text) ? { value } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of valid JSON: outside of texts a colon stands after each key and nowhere else. */
const writtenKeys = (text: string): number => text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;

/** NaN, which equals nothing, for what is too deep or would change a prototype when it is assigned. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) {
    return 0;
  }
  if (depth > DEPTH_MAX || Object.hasOwn(value, '__proto__')) {
    return Number.NaN;
  }
  const inner = Object.values(value).reduce<number>((sum, child) => sum + countKeys(child, depth + 1), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
