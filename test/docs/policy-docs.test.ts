import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDeclaredPolicy, parsePolicy } from '../../lib/policy/parse-policy.ts';
import { policyKeys, policyKeyTable } from '../../lib/policy/schema/key-table.ts';

const readText = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('docs/policy.md', () => {
  test('its examples are valid policies', () => {
    const blocks = [...readText('../../docs/policy.md').matchAll(/```yaml\n(# (cautious|bold)\n[\s\S]*?)```/g)];
    expect(blocks.map(([, yaml = '', name = '']) => [name, parsePolicy(yaml, name).mode])).toEqual([
      ['cautious', 'mark'],
      ['bold', 'sweep'],
    ]);
  });

  test('its message is the message that people get', () => {
    const [, shown] = /```text\n([\s\S]*?)\n```/.exec(readText('../../docs/policy.md')) ?? [];
    const text = 'rules: { unassociated: 1 day }\nlimits: { perrun: 5 }';
    expect(() => parsePolicy(text, 'policy.yaml')).toThrow(expect.objectContaining({ message: shown }));
  });

  test('every example of a key is allowed for the key', () => {
    for (const row of policyKeyTable().split('\n').slice(2)) {
      const [key = '', , , , example = ''] = row.slice(2, -2).split(' | ');
      const name = key.replaceAll('`', '');
      for (const [, value = ''] of example.matchAll(/`([^`]+)`/g)) {
        if (name.includes('[]')) {
          continue;
        }
        const yaml = name.split('.').reduceRight((inner, step) => `{ ${step}: ${inner} }`, value);
        // These keys are invalid without their neighbours.
        const isPart = name.startsWith('accounts.directory.') || name.startsWith('report.price.');
        if (isPart && !name.endsWith('roleName')) {
          continue;
        }
        expect(() => parseDeclaredPolicy(yaml, yaml)).not.toThrow();
      }
    }
  });
});

describe('policy.example.yaml', () => {
  test('behaves like the default policy', () => {
    expect(parsePolicy(readText('../../policy.example.yaml'), 'example')).toEqual(parsePolicy('', 'defaults'));
  });

  test('shows every key', () => {
    const text = readText('../../policy.example.yaml');
    const missing = policyKeys().filter((name) => !text.includes(`${name.split('.').at(-1)}:`));
    expect(missing).toEqual([]);
  });
});
