/**
 * A key that is present twice in an object, and the element of a top-level array that it is in. The element is 0
 * without an array.
 */
type DoubledKey = { readonly key: string; readonly element: number };

/** The parts of JSON text, besides numbers and literals. A text before a colon is a key. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\],]/g;

/**
 * Keys that JSON text has twice in a single object, at most a single key for each element of a top-level array. The parser
 * silently keeps the last of them, and the author may have meant the first.
 *
 * @param json valid JSON
 */
export function findDoubledKeys(json: string): readonly DoubledKey[] {
  const found = new Map<number, string>();
  const isArray = json.trimStart().startsWith('[');
  /** The keys so far of each object that is open. An array has no keys. */
  const open: Set<string>[] = [];
  let element = 0;
  for (const [token, text = '', colon] of json.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      open.push(new Set());
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',' && isArray && open.length === 1) {
      element += 1;
    } else if (colon !== undefined) {
      const key = readText(text);
      if (isIn(open.at(-1), key)) {
        found.set(element, found.get(element) ?? key);
      }
    }
  }
  return [...found].map(([at, key]) => ({ key, element: at }));
}

/** Whether the key was already known. It is known afterwards. */
function isIn(keys: Set<string> | undefined, key: string): boolean {
  const isThere = keys?.has(key) ?? false;
  keys?.add(key);
  return isThere;
}

/** A key with escapes equals the same key without them. */
function readText(token: string): string {
  const text: unknown = JSON.parse(token);
  return String(text);
}
