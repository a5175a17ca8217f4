import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../lib/core/domain/policy.ts';
import { HINT_OF, HINT_TYPES } from '../../lib/event/hint-actions.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';

const text = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
const policy: Pick<Policy, 'mode' | 'regions' | 'accounts'> = {
  mode: 'sweep',
  regions: ['cn-hangzhou'],
  accounts: [],
};
const parse = (event: string) => parseEvent(event, policy, undefined);
const BLOCKS = [...text.matchAll(/```json (\w+)\n([\s\S]*?)\n```/g)].map(([, kind = '', json = '']) => ({
  kind,
  json,
}));
const all = { mode: 'sweep', regions: undefined, connections: undefined };

describe('docs/events.md', () => {
  test('its examples are events of the stated kind, with the stated request', () => {
    const examples = BLOCKS.filter(({ kind }) => kind !== 'refused');
    const answers = examples.map(({ json }) => parse(json));
    expect(answers.map(({ source }) => source)).toEqual(examples.map(({ kind }) => kind));
    expect(answers.flatMap(({ refused, notes }) => [...refused, ...notes])).toEqual([]);
    expect(answers.map(({ parts }) => parts)).toMatchObject([
      [{ mode: 'plan', regions: ['cn-hangzhou'], connections: ['vco-bp1a2b3c4d', 'vco-bp5e6f7g8h'] }],
      [{ ...all, regions: [] }],
      [all],
      [{ ...all, mode: 'plan', regions: ['cn-hangzhou'] }],
      [{ ...all, connections: ['vco-bp1a2b3c4d'] }],
      [{ ...all, regions: ['cn-hangzhou'], connections: ['vco-bp1a2b3c4d'] }],
      [{ ...all, regions: ['cn-hangzhou'] }],
      [
        { ...all, connections: ['vco-bp1a2b3c4d'] },
        { ...all, mode: 'plan' },
      ],
    ]);
  });

  test('its table of calls lists exactly the calls that count as hints', () => {
    const rows = [...text.matchAll(/^\| (`[A-Z]\w+`(?:, `\w+`)*) \| (the connections named.*) \|$/gm)];
    const told = rows.flatMap(([, names = '', what]) =>
      [...names.matchAll(/\w+/g)].map(([name]) => [name, what === 'the connections named, else the region'] as const),
    );
    expect(new Map(told)).toEqual(new Map([...HINT_OF].map(([name, hint]) => [name, hint === 'always'])));
  });

  test('its types are exactly the types that count as hints', () => {
    const told = [...text.matchAll(/`(vpn:CloudMonitor:\w+)`/g)].map(([, type]) => type);
    expect(told).toEqual([...HINT_TYPES]);
  });

  test('no text and {} are a whole run, and [] is nothing', () => {
    expect(['', '{}'].map((event) => parse(event).parts)).toEqual([[all], [all]]);
    expect(parse('[]').parts).toMatchObject([]);
  });

  test('its refusal is the refusal that people get', () => {
    const [, array] = BLOCKS.filter(({ kind }) => kind === 'events')
      .map(({ json }) => json)
      .slice(-2);
    const shown = BLOCKS.find(({ kind }) => kind === 'refused')?.json ?? '';
    const { refused } = parse((array ?? '').replace('"mode": "plan"', '"limit": 1'));
    expect({ refusedEvents: refused }).toEqual(JSON.parse(shown));
  });
});
