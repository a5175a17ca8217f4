/** Deeper than any policy. */
const DEPTH_MAX = 16;

/**
 * Read a text that is a JSON object without duplicate keys.
 *
 * Undefined for any other text, including broken JSON. The YAML reader takes it, and reports the place of the problem.
 */
export function readPlainJson(text: string): { readonly value: unknown } | undefined {
  if (!/^[ \r\n]*\{/.test(text)) {
    return undefined;
  }
  const value = parse(text);
  // The parser silently keeps the last of two equal keys, so it then keeps fewer keys than were written.
  return value !== undefined && countKeys(value, 0) === writtenKeys(text) ? { value } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In valid JSON, outside of texts, a colon follows each key and appears nowhere else. */
const writtenKeys = (text: string): number => text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;

/** NaN, which equals nothing, if the value is too deep or its assignment would change a prototype. */
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
