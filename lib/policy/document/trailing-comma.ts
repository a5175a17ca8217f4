/** A text in double quotes, or a comma that only white space parts from a closing bracket. */
const TEXT_OR_COMMA = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g;

/**
 * Where a text has a comma too many that would else be JSON: YAML takes it, and no reader of JSON does. Undefined for any
 * other text.
 */
export function trailingComma(text: string): number | undefined {
  if (!/^\s*\{/.test(text)) {
    return undefined;
  }
  const commas = [...text.matchAll(TEXT_OR_COMMA)].filter(([found]) => found === ',');
  const [first] = commas;
  if (first === undefined || !isJson(text.replaceAll(TEXT_OR_COMMA, (found) => (found === ',' ? ' ' : found)))) {
    return undefined;
  }
  return first.index;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
