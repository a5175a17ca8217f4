/**
 * Globs over names: `*` is any text, `?` one character, `[abc]` and `[!abc]` a character of a set, `{a,b}` one of
 * several; everything else is itself. Case counts.
 *
 * Not a library's: those match file paths, and treat slashes, leading dots, `../` and parentheses in ways that would
 * protect fewer names than the pattern seems to say.
 */
export type Glob = (name: string) => boolean;

/** So many stars still match in no time, whatever the name. */
const STARS_MAX = 8;

const compiled = new Map<string, Glob | undefined>();

/** Undefined for a pattern with a bracket or brace that is not closed, or with more than eight stars. */
export function parseGlob(pattern: string): Glob | undefined {
  if (!compiled.has(pattern)) {
    const source = toSource(pattern);
    const expression = source === undefined ? undefined : new RegExp(`^(?:${source})$`, 'su');
    compiled.set(pattern, expression && ((name) => expression.test(name)));
  }
  return compiled.get(pattern);
}

const TOKENS = /\*+|\[!?[^\]]+\]|[\s\S]/gu;

function toSource(pattern: string): string | undefined {
  let depth = 0;
  let stars = 0;
  let source = '';
  for (const [token] of pattern.matchAll(TOKENS)) {
    if (token === '[') {
      return undefined;
    }
    if (token.startsWith('*')) {
      stars += 1;
    }
    if (token === '{') {
      depth += 1;
    }
    if (token === '}') {
      depth -= 1;
    }
    if (depth < 0) {
      return undefined;
    }
    source += toPart(token, depth > 0);
  }
  return depth === 0 && stars <= STARS_MAX ? source : undefined;
}

function toPart(token: string, inBraces: boolean): string {
  if (token.startsWith('*')) {
    return '.*';
  }
  if (token === '?') {
    return '.';
  }
  if (token === '{') {
    return '(?:';
  }
  if (token === '}') {
    return ')';
  }
  if (token === ',' && inBraces) {
    return '|';
  }
  if (token.startsWith('[')) {
    const negated = token.startsWith('[!');
    return `[${negated ? '^' : ''}${token.slice(negated ? 2 : 1, -1).replace(/[\\\]^]/g, '\\$&')}]`;
  }
  return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
