import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * A constant of a file: a number, a text, a regular expression, or a Set, Map or array with content. An empty
 * collection is filled later, so it is a variable.
 */
const CONSTANT =
  /^(?:export )?const (\w+)(?:: (?:[^=]|=>)+)? =\s+(?:-?\d|['"`/]|new (?:Set|Map)\b(?!(?:<[^(]*>)?\(\))|\[(?!\]))/gm;
const DECLARATION = /^(?:export )?const ([A-Z][A-Z0-9_]*)\b/gm;
const UPPER_CASE = /^[A-Z][A-Z0-9_]*$/;
/** Comments name constants as well, and a text here is a whole program. */
const NO_CODE = /^\s*(?:\/\/.*|\/\*[\s\S]*?\*\/)$|String\.raw`[^`]*`/gm;

const SOURCES = ['functions', 'lib', 'scripts', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.(ts|mjs|cjs)$/.test(path)),
);

/** The names of constants that are not in upper case, or are used above their declaration. */
function misplaced(source: string): readonly string[] {
  const code = source.replace(NO_CODE, '');
  const lowered = [...code.matchAll(CONSTANT)].map(([, name = '']) => name).filter((name) => !UPPER_CASE.test(name));
  const late = [...code.matchAll(DECLARATION)]
    .filter(({ 1: name, index }) => new RegExp(`\\b${name}\\b`).test(code.slice(0, index)))
    .map(([, name = '']) => name);
  return [...lowered, ...late];
}

test('the check below finds constants', () => {
  const found = SOURCES.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(CONSTANT)]);
  expect(found.length).toBeGreaterThan(200);
});

test.each(SOURCES)('the constants of %s are in upper case, and above their use', (path) => {
  expect(misplaced(readFileSync(path, 'utf8'))).toEqual([]);
});

test.each([
  ['a number', 'const bytesMax = 1_024;', ['bytesMax']],
  ['a regular expression', 'export const version = /^2016/;', ['version']],
  ['an array with its type', 'const kinds: readonly (() => void)[] = [\n  a,\n];', ['kinds']],
  ['a Map with its type', 'const hints = new Map<string, Hint>([', ['hints']],
  ['a constant below its use', 'const double = () => 2 * MAX;\n/** Says why. */\nconst MAX = 3;', ['MAX']],
  ['a constant that only a comment names earlier', '/** See MAX. */\nconst MAX = 3;', []],
  [
    'a collection that is filled later',
    'const known = new Map<string, number>();\nconst stops: (() => void)[] = [];',
    [],
  ],
  ['a function and a schema', 'const double = (n: number) => 2 * n;\nconst text = z.string();', []],
  ['a name in a function', 'function f() {\n  const bytesMax = 3;\n}', []],
])('%s is classified correctly', (_what, source, expected) => {
  expect(misplaced(source)).toEqual(expected);
});
