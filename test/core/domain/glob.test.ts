import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGlob } from '../../../lib/core/domain/glob.ts';

test.each<[string, string, readonly string[], readonly string[]]>([
  ['plain text matches itself, as a whole', 'prod', ['prod'], ['prod1', 'xprod', 'Prod', '']],
  ['a star is any text, even an empty text', 'a*z', ['az', 'abcz', 'a/b.z', 'a\nz'], ['a', 'azb', 'za']],
  ['several stars in a row match as one star', 'a****z', ['az', 'abz'], ['a']],
  ['several stars in a row count as one star', '*********', ['', 'x'], []],
  [
    'a character of many bytes matches itself',
    '\u{1f512}{a,\u{1f511}}',
    ['\u{1f512}a', '\u{1f512}\u{1f511}'],
    ['\u{1f512}', 'a'],
  ],
  ['a question mark is one character', 'a?', ['ab', 'a.', 'a\n', 'a\u{1f512}'], ['a', 'abc']],
  ['a set is one of its characters', '[abc]1', ['a1', 'c1'], ['d1', '1', 'ab1']],
  ['a set may be a range', 'n[0-9]', ['n0', 'n9'], ['n', 'na', 'n-']],
  ['a set that begins with ! is any other character', '[!ab]1', ['c1', '!1'], ['a1', 'b1', '1']],
  ['! elsewhere in a set stands for itself', '[a!]', ['a', '!'], ['b']],
  ['^ and \\ in a set stand for themselves', '[^\\]', ['^', '\\'], ['a']],
  ['braces are alternatives', '{edge,hub}-a', ['edge-a', 'hub-a'], ['edge', 'edge,hub-a', '-a']],
  ['an alternative may be empty', 'a{,b}', ['a', 'ab'], ['a,b', 'b']],
  ['alternatives may be nested', '{a,b{1,2}}x', ['ax', 'b1x', 'b2x'], ['bx', 'a1x']],
  ['a comma outside of braces stands for itself', 'a,b', ['a,b'], ['a', 'b']],
  ['a comma after braces stands for itself', '{a,b},c', ['a,c', 'b,c'], ['a', 'c']],
  ['a lone closing bracket stands for itself', 'a]', ['a]'], ['a']],
  [
    'characters of regular expressions stand for themselves',
    '^a.b+(c)|$\\/',
    ['^a.b+(c)|$\\/'],
    ['a.b', 'axb+(c)', 'c'],
  ],
  ['alternatives must match the whole name', '{a,b}', ['a', 'b'], ['ax', 'xb']],
  ['a hyphen at either end of a set is itself', '[-a]{[0-],x}', ['-0', 'a-', 'ax'], ['b0', 'a1']],
  ['a range of a set may begin or end with a hyphen', '[--0][+--]', ['.+', '-,', '0-'], ['1+', '-0']],
  ['ranges follow each other', '[a-c-e]', ['a', 'b', 'c', '-', 'e'], ['d', 'f']],
  ['a set that excludes nothing is any character', 'a[!]', ['ab', 'a!'], ['a', 'abc']],
  ['a set may hold braces, commas and stars', '{[,{}*],x}', [',', '{', '}', '*', 'x'], ['', 'xx']],
  ['a star in an alternative stays in it', '{a*,b}c', ['ac', 'axc', 'bc'], ['bxc', 'c', 'axd']],
  ['a star before braces', '*{a,b}', ['a', 'xb', 'ab'], ['', 'ac']],
  ['an alternative may begin with a star', '{*a,b}{*,c}', ['a', 'xa', 'b', 'bx'], ['x', '']],
  ['accents may be written in two ways', 'caf\u00e9-*', ['caf\u00e9-1', 'cafe\u0301-1'], ['cafe-1', 'caf\u00e9']],
  [
    'the same in the pattern',
    'cafe\u0301-[e\u0301]?',
    ['caf\u00e9-\u00e9\u00e9', 'cafe\u0301-e\u0301x'],
    ['caf\u00e9-ex'],
  ],
  ['eight stars are allowed', '*a*a*a*a*a*a*a*', ['aaaaaaa', 'xaxaaaaaxa'], ['aaaaaa']],
])('%s: %s', (_what, pattern, names, others) => {
  const glob = parseGlob(pattern);
  expect(names.filter((name) => glob?.(name) !== true)).toEqual([]);
  expect(others.filter((name) => glob?.(name) !== false)).toEqual([]);
});

test.each([
  ['an unclosed bracket', '[ab'],
  ['an empty set', '[]'],
  ['a range that runs backwards', '[z-a]'],
  ['a range that runs backwards inside braces', '{a,[0-9z-a]}'],
  ['an unclosed brace', '{a,b'],
  ['a closing brace without an opening brace', 'a}'],
  ['braces in the wrong order', '}a{'],
  ['nine stars', '*a*a*a*a*a*a*a*a*'],
])('%s makes a pattern invalid: %s', (_what, pattern) => {
  expect(parseGlob(pattern)).toBeUndefined();
  expect(parseGlob(pattern)).toBeUndefined();
});

/** A name can have 128 characters. */
const NAME_LENGTH = 128;

test.each([
  ['stars with text between them', '*-*-*-*-*-*-*-*prod', '-'],
  ['alternatives that match the same text', '{a,?}'.repeat(50), 'a'],
  ['alternatives within alternatives', `${'{a,{?,'.repeat(40)}a${'}}'.repeat(40)}`, 'a'],
  ['stars in alternatives', '{*a,*?}{*a,*?}{*a,*?}{*a,*?}x', 'a'],
  ['sets that match the same characters', '{[a-b],[!c],?}'.repeat(18), 'a'],
])('%s cannot keep a run busy', (_what, pattern, char) => {
  const glob = parseGlob(pattern);
  expect(glob?.(char.repeat(NAME_LENGTH))).toBe(false);
});

const TOKENS = /\*+|\[!?[^\]]+\]|[\s\S]/gu;

/** The meaning of each token from the time when each glob was a regular expression. */
function toPart(token: string, depth: number): string {
  if (token.startsWith('[')) {
    const isNegated = token.startsWith('[!');
    return `[${isNegated ? '^' : ''}${token.slice(isNegated ? 2 : 1, -1).replace(/[\\\]^]/g, '\\$&')}]`;
  }
  if (token === ',' && depth > 0) {
    return '|';
  }
  const special = { '?': '.', '{': '(?:', '}': ')' }[token];
  return token.startsWith('*') ? '.*' : (special ?? token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
}

/** The regular expression of a glob in an earlier version. Undefined for an invalid pattern. */
function toExpression(pattern: string): RegExp | undefined {
  let depth = 0;
  let source = '';
  for (const token of pattern.match(TOKENS) ?? []) {
    depth += token === '{' ? 1 : token === '}' ? -1 : 0;
    if (token === '[' || depth < 0) {
      return undefined;
    }
    source += toPart(token, depth);
  }
  try {
    return depth === 0 ? new RegExp(`^(?:${source})$`, 'su') : undefined;
  } catch (error) {
    // A range that runs backwards.
    expect(error).toBeInstanceOf(SyntaxError);
    return undefined;
  }
}

test('every pattern matches the same names as its regular expression', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    '-',
    '.',
    '*',
    '?',
    '{',
    '}',
    ',',
    '{a,',
    '{,b}',
    '[ab]',
    '[!a]',
    '[a-b]',
    '[',
    ']',
  );
  const pattern = fc.array(part, { maxLength: 9 }).map((parts) => parts.join(''));
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', ',', '\u{1f512}'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, fc.array(name, { minLength: 1, maxLength: 8 }), (text, names) => {
      fc.pre((text.match(/\*+/g) ?? []).length <= 8);
      const expression = toExpression(text);
      const glob = parseGlob(text);
      expect(glob === undefined).toBe(expression === undefined);
      for (const one of names) {
        expect([one, glob?.(one)]).toEqual([one, expression?.test(one)]);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('a name without special characters is matched by itself, and by no shorter pattern', () => {
  const name = fc.stringMatching(/^[a-z0-9 ._+()^$|/\\-]{1,30}$/);
  fc.assert(
    fc.property(name, (text) => {
      expect(parseGlob(text)?.(text)).toBe(true);
      expect(parseGlob(text)?.(text.slice(1))).toBe(false);
    }),
  );
});
