/** A text in double quotes, or a comma with only white space before a closing bracket. */
const TEXT_OR_COMMA = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g;

/**
 * The place of a superfluous comma in a text that would otherwise be JSON. YAML accepts the comma, and readers of JSON
 * do not. Undefined for any other text.
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
