import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePolicy } from '../../lib/policy/compile-policy.ts';
import { readDocument } from '../../lib/policy/document/read-document.ts';
import { readPlainJson } from '../../lib/policy/document/read-plain-json.ts';
import { readYaml } from '../../lib/policy/document/read-yaml.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';

const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true });
const written = fc.tuple(object, fc.constantFrom(undefined, 1, 2, 4));

describe('JSON that is read without the YAML reader', () => {
  test('gives the same value as the YAML reader', () => {
    fc.assert(
      fc.property(written, ([value, indent]) => {
        const text = JSON.stringify(value, null, indent);
        const yaml = readYaml(text);
        const plain = readPlainJson(text);
        if (plain !== undefined && yaml.problems === undefined) {
          expect(plain).toEqual(yaml);
        }
        if (plain === undefined) {
          expect(yaml.problems).toEqual([expect.stringContaining('__proto__')]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('has no duplicate key, at any place and in any spelling', () => {
    const twice = fc.tuple(object, fc.string(), fc.jsonValue(), fc.nat(3)).map(([value, key, again, depth]) => {
      const escaped = key
        .split('')
        .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('');
      const rest = JSON.stringify(value).slice(1);
      const text = `{"${escaped}":${JSON.stringify(again)},${JSON.stringify(key)}:1${rest === '}' ? rest : `,${rest}`}`;
      return Array.from({ length: depth }).reduce<string>((inner) => `{"a: :\\"":[${inner}]}`, text);
    });
    fc.assert(fc.property(twice, (text) => readPlainJson(text) === undefined));
  });

  test.each([
    ['a value other than an object', '["mode"]'],
    ['a word', 'null'],
    ['blank', ' \n'],
    ['followed by a comment', '{"mode": "plan"} # for now'],
    ['cut short', '{"mode": "plan"'],
    ['a YAML mapping', '{mode: plan}'],
    ['with a trailing comma', '{"mode": "plan",}'],
    ['with a key that would change a prototype', '{"rules": [{"__proto__": {"mode": "sweep"}}]}'],
    ['deeper than the parser can read', `{"mode": ${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ])('is never %s', (_what, text) => {
    expect(readPlainJson(text)).toBeUndefined();
  });
});

test.each([
  ['{"mode": "plan",}', 'line 1, column 16: nothing follows this comma; JSON has none before } or ]'],
  ['{"regions": ["cn-hangzhou" ,\n]}', 'line 1, column 28: nothing follows this comma'],
  ['{"mode": "plan",\n "mode": "sweep"}', 'line 2, column 2: the key "mode" is there twice'],
  ['{"limits": {"perRun": 1, "perR\\u0075n": 2}}', 'line 1, column 26: the key "perR\\\\u0075n" is there twice'],
  ['{"rules": {"__proto__": {"expired": "0s"}}}', 'line 1, column 12: unknown key "__proto__"'],
  ['{"mode": "plan"', 'line 1, column 16: Flow map'],
  ['{"mode": "go"}', 'mode: "go" is not allowed; write one of plan, mark, sweep'],
  [`{"mode": "${'x'.repeat(128 * 1024)}"}`, 'the document is larger than 128 KiB'],
])('the message about %s names the place', (text, part) => {
  expect(() => parsePolicy(text, 'policy.json')).toThrow(`policy.json: ${part}`);
});

describe('a compiled policy', () => {
  test.each([
    ['{} # all defaults', {}],
    ['limits: { perRun: 0x10, perRegionShare: 1e-1 }', { limits: { perRun: 16, perRegionShare: 0.1 } }],
    [
      'rules: { expired: off }\nprotect: { tags: ["q=a: b"] }',
      { rules: { expired: 'off' }, protect: { tags: ['q=a: b'] } },
    ],
  ])('of %j has the same content', (text, document) => {
    const json = compilePolicy(text, 'policy.yaml');
    expect(JSON.parse(json)).toEqual(document);
    expect(readPlainJson(json)).toEqual({ value: document });
    expect(parsePolicy(json, 'policy.json')).toEqual(parsePolicy(text, 'policy.yaml'));
  });

  test.each(['mode: go', 'mode: [', 'mode: plan\nmode: plan'])(
    'of %j fails with the same message as in a run',
    (text) => {
      const messageOf = (read: (text: string, source: string) => unknown) => {
        expect(() => read(text, 'policy.yaml')).toThrow('policy.yaml: ');
        try {
          return read(text, 'policy.yaml');
        } catch (error) {
          return error;
        }
      };
      expect(messageOf(compilePolicy)).toEqual(messageOf(parsePolicy));
    },
  );
});

test('an empty text is not a document', () => {
  expect(readDocument('')).toEqual({ value: undefined });
});
