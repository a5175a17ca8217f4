/** A key that stands twice in one object, and the element of a top-level array that it is in; 0 where there is no array. */
type DoubledKey = { readonly key: string; readonly element: number };

/** What a text of JSON is made of, besides numbers and literals. A text before a colon is a key. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\],]/g;

/**
 * Keys that JSON text has twice in one object, at most one for each element of a top-level array. The parser keeps the
 * last of them without a word, and who wrote the other one may have meant that.
 *
 * @param json valid JSON
 */
export function findDoubledKeys(json: string): readonly DoubledKey[] {
  const found = new Map<number, string>();
  const isArray = json.trimStart().startsWith('[');
  /** The keys so far of each object that is open. An array has none. */
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

/** Whether a key was there before. It is there afterwards. */
function isIn(keys: Set<string> | undefined, key: string): boolean {
  const isThere = keys?.has(key) ?? false;
  keys?.add(key);
  return isThere;
}

/** A key may be written with escapes, and is the same without them. */
function readText(token: string): string {
  const text: unknown = JSON.parse(token);
  return String(text);
}
