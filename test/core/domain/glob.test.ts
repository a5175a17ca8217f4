import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGlob } from '../../../lib/core/domain/glob.ts';

test.each<[string, string, readonly string[], readonly string[]]>([
  ['text is itself, all of it', 'prod', ['prod'], ['prod1', 'xprod', 'Prod', '']],
  ['a star is any text, none too', 'a*z', ['az', 'abcz', 'a/b.z', 'a\nz'], ['a', 'azb', 'za']],
  ['stars in a row are one', 'a****z', ['az', 'abz'], ['a']],
  ['stars in a row count once', '*********', ['', 'x'], []],
  [
    'a character of many bytes is itself',
    '\u{1f512}{a,\u{1f511}}',
    ['\u{1f512}a', '\u{1f512}\u{1f511}'],
    ['\u{1f512}', 'a'],
  ],
  ['a question mark is one character', 'a?', ['ab', 'a.', 'a\n', 'a\u{1f512}'], ['a', 'abc']],
  ['a set is one of its characters', '[abc]1', ['a1', 'c1'], ['d1', '1', 'ab1']],
  ['a set may be a range', 'n[0-9]', ['n0', 'n9'], ['n', 'na', 'n-']],
  ['a set that begins with ! is any other character', '[!ab]1', ['c1', '!1'], ['a1', 'b1', '1']],
  ['! elsewhere in a set is itself', '[a!]', ['a', '!'], ['b']],
  ['^ and \\ in a set are themselves', '[^\\]', ['^', '\\'], ['a']],
  ['braces are alternatives', '{edge,hub}-a', ['edge-a', 'hub-a'], ['edge', 'edge,hub-a', '-a']],
  ['an alternative may be empty', 'a{,b}', ['a', 'ab'], ['a,b', 'b']],
  ['alternatives may be nested', '{a,b{1,2}}x', ['ax', 'b1x', 'b2x'], ['bx', 'a1x']],
  ['a comma outside of braces is itself', 'a,b', ['a,b'], ['a', 'b']],
  ['a comma after braces is itself', '{a,b},c', ['a,c', 'b,c'], ['a', 'c']],
  ['a lone closing bracket is itself', 'a]', ['a]'], ['a']],
  ['what means something in expressions is itself', '^a.b+(c)|$\\/', ['^a.b+(c)|$\\/'], ['a.b', 'axb+(c)', 'c']],
  ['alternatives hold the whole name', '{a,b}', ['a', 'b'], ['ax', 'xb']],
  ['eight stars are allowed', '*a*a*a*a*a*a*a*', ['aaaaaaa', 'xaxaaaaaxa'], ['aaaaaa']],
])('%s: %s', (_what, pattern, names, others) => {
  const glob = parseGlob(pattern);
  expect(names.filter((name) => glob?.(name) !== true)).toEqual([]);
  expect(others.filter((name) => glob?.(name) !== false)).toEqual([]);
});

test.each([
  ['a bracket that is not closed', '[ab'],
  ['an empty set', '[]'],
  ['a brace that is not closed', '{a,b'],
  ['a brace that was never opened', 'a}'],
  ['braces the wrong way round', '}a{'],
  ['nine stars', '*a*a*a*a*a*a*a*a*'],
])('%s is no glob: %s', (_what, pattern) => {
  expect(parseGlob(pattern)).toBeUndefined();
  expect(parseGlob(pattern)).toBeUndefined();
});

test('a name without anything special is matched by itself, and by nothing that is shorter', () => {
  const name = fc.stringMatching(/^[a-z0-9 ._+()^$|/\\-]{1,30}$/);
  fc.assert(
    fc.property(name, (text) => {
      expect(parseGlob(text)?.(text)).toBe(true);
      expect(parseGlob(text)?.(text.slice(1))).toBe(false);
    }),
  );
});
