import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDeclaredPolicy, parsePolicy } from '../../lib/policy/parse-policy.ts';
import { policyKeys, policyKeyTable } from '../../lib/policy/schema/key-table.ts';
import { ruleExample, ruleList } from '../../lib/policy/schema/rule-docs.ts';

const readText = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The parts of documents that are made from the code, each with what surrounds it. */
const GENERATED: readonly (readonly [what: string, path: string, part: RegExp, expected: string])[] = [
  [
    'the table of keys',
    'docs/policy.md',
    /(?<=<!-- keys -->\n)[\s\S]*?(?=<!-- \/keys -->)/,
    `\n${policyKeyTable()}\n\n`,
  ],
  ['the list of rules', 'docs/policy.md', /(?<=<!-- rules -->\n)[\s\S]*?(?=<!-- \/rules -->)/, `\n${ruleList()}\n\n`],
  ['the rules', 'policy.example.yaml', /(?<=^rules:\n)[\s\S]*?(?=^$)/m, `${ruleExample()}\n`],
];

// Before all tests, because they run in any order.
beforeAll(() => {
  if (process.env.UPDATE_DOCS === '1') {
    for (const [, path, part, expected] of GENERATED) {
      const text = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        text.replace(part, () => expected),
      );
    }
  }
});

test.each(GENERATED)('up to date: %s in %s', (_what, path, part, expected) => {
  expect(
    part.exec(readFileSync(path, 'utf8'))?.[0],
    'it is stale; run: UPDATE_DOCS=1 npx vitest run test/docs/policy-docs.test.ts',
  ).toBe(expected);
});

describe('docs/policy.md', () => {
  test('its examples are policies', () => {
    const blocks = [...readText('../../docs/policy.md').matchAll(/```yaml\n(# (cautious|bold)\n[\s\S]*?)```/g)];
    expect(blocks.map(([, yaml = '', name = '']) => [name, parsePolicy(yaml, name).mode])).toEqual([
      ['cautious', 'mark'],
      ['bold', 'sweep'],
    ]);
  });

  test('the message it shows is the one people get', () => {
    const [, shown] = /```text\n([\s\S]*?)\n```/.exec(readText('../../docs/policy.md')) ?? [];
    const text = 'rules: { unassociated: 1 day }\nlimits: { perrun: 5 }';
    expect(() => parsePolicy(text, 'policy.yaml')).toThrow(expect.objectContaining({ message: shown }));
  });

  test('every example of a key is allowed there', () => {
    for (const row of policyKeyTable().split('\n').slice(2)) {
      const [key = '', , , , example = ''] = row.slice(2, -2).split(' | ');
      const name = key.replaceAll('`', '');
      for (const [, value = ''] of example.matchAll(/`([^`]+)`/g)) {
        if (name.includes('[]')) {
          continue;
        }
        const yaml = name.split('.').reduceRight((inner, step) => `{ ${step}: ${inner} }`, value);
        if (name.startsWith('accounts.directory.') && !name.endsWith('roleName')) {
          continue;
        }
        expect(() => parseDeclaredPolicy(yaml, yaml)).not.toThrow();
      }
    }
  });
});

describe('policy.example.yaml', () => {
  test('does what no policy does', () => {
    expect(parsePolicy(readText('../../policy.example.yaml'), 'example')).toEqual(parsePolicy('', 'defaults'));
  });

  test('shows every key', () => {
    const text = readText('../../policy.example.yaml');
    const missing = policyKeys().filter((name) => !text.includes(`${name.split('.').at(-1)}:`));
    expect(missing).toEqual([]);
  });
});
