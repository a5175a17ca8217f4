/** An expression of an EventBridge pattern, of the kinds that s.yaml uses. */
type Expression =
  | string
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly contains: string }
  | { readonly 'anything-but': { readonly prefix: string } };

export type Pattern = { readonly [key: string]: readonly Expression[] | Pattern };

/** Every field has to be present and to match any of its expressions. */
export function fits(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const value = typeof event === 'object' && event !== null ? Reflect.get(event, key) : undefined;
    if (!isList(wanted)) {
      return fits(wanted, value);
    }
    return typeof value === 'string' && wanted.some((expression) => fitsOne(expression, value));
  });
}

/** How many expressions each field has. */
export const sizes = (pattern: Pattern): readonly number[] =>
  Object.values(pattern).flatMap((part) => (isList(part) ? [part.length] : sizes(part)));

const isList = (part: readonly Expression[] | Pattern): part is readonly Expression[] => Array.isArray(part);

function fitsOne(expression: Expression, value: string): boolean {
  if (typeof expression === 'string') {
    return value === expression;
  }
  if ('prefix' in expression) {
    return value.startsWith(expression.prefix);
  }
  if ('suffix' in expression) {
    return value.endsWith(expression.suffix);
  }
  if ('contains' in expression) {
    return value.includes(expression.contains);
  }
  return !value.startsWith(expression['anything-but'].prefix);
}
