import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULE_NAMES } from '../../lib/core/rules/all-rules.ts';
import { RULES as RULES_OF_SIMULATOR } from '../simulation/world/truth.ts';

const FOLDER = 'lib/core/rules/';
/** The emulator imports no code of the product, and the demo has an estate and a policy of its own. */
const MAY_NAME_RULES = /^lib\/(core\/rules|emulator|cli\/demo)\//;

const SOURCES = ['functions', 'lib'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts')),
);
const textOf = (path: string): string => readFileSync(path, 'utf8');
const ruleFiles = SOURCES.filter((path) => path.startsWith(FOLDER) && /: Rule<'/.test(textOf(path)));

const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm, '');

/** In quotes, as a property or as a key. Prose may say that a token has expired. */
const namesRule = (code: string, name: string): boolean =>
  new RegExp(`(['"\`])${name}\\1|\\.${name}\\b|(?<![\\w-])${name}:`).test(withoutComments(code));

describe('the check below', () => {
  test.each(ruleFiles)('finds that %s names its rule', (path) => {
    expect(RULE_NAMES.filter((name) => namesRule(textOf(path), name))).toHaveLength(1);
  });

  test.each([
    ['a string', "rule === 'unrouted'", true],
    ['a property', "policy.rules.unrouted !== 'off'", true],
    ['a key', '{ unrouted: 0 }', true],
    ['a comment', "/** For 'unrouted'. */ x; // 'unrouted'", false],
    ['prose', "'the route is unrouted here'", false],
  ])('knows a rule by name in %s', (_where, code, found) => {
    expect(namesRule(code, 'unrouted')).toBe(found);
  });
});

test('only the code of a rule names the rule, because survey, judge, policy and reports use the list', () => {
  const naming = SOURCES.filter(
    (path) => !MAY_NAME_RULES.test(path) && RULE_NAMES.some((name) => namesRule(textOf(path), name)),
  );
  expect(naming).toEqual([]);
});

test('every rule is in the list, and only the list imports it', () => {
  expect(ruleFiles).toHaveLength(RULE_NAMES.length);
  const importers = ruleFiles.map((path) => {
    const target = new RegExp(`from '[^']*/${path.slice(FOLDER.length)}'`);
    return SOURCES.filter((source) => target.test(textOf(source)));
  });
  expect(importers).toEqual(ruleFiles.map(() => [`${FOLDER}all-rules.ts`]));
});

test('the simulator, which judges independently, knows every rule', () => {
  expect(RULES_OF_SIMULATOR).toEqual(RULE_NAMES);
});
