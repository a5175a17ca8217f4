import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDoubledKeys } from '../../lib/event/doubled-keys.ts';
import { parseMoment } from '../../lib/event/event-moment.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';

test.each<[string, readonly (readonly [string, number])[]]>([
  ['{}', []],
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', []],
  ['{"a":"a","b":"\\"b\\":1,\\"b\\":2"}', []],
  ['{"a":1,"a":2}', [['a', 0]]],
  ['{"a":1,"\\u0061":2}', [['a', 0]]],
  ['{"":1,"":2}', [['', 0]]],
  ['{"__proto__":1,"__proto__":2}', [['__proto__', 0]]],
  ['{"a":{"b":[{"c":1,"d":2,"c":3}]}}', [['c', 0]]],
  ['{"a":1,"b":["x","x",{"a":1}],"b":2}', [['b', 0]]],
  [
    '[{"a":1,"a":2},{"b":1},"x",{"c":{"d":1,"d":2},"e":1,"e":2}]',
    [
      ['a', 0],
      ['d', 3],
    ],
  ],
  ['[[1,2,{"a":1}],[{"a":1,"a":2}]]', [['a', 1]]],
  ['"a"', []],
])('%s', (json, doubled) => {
  JSON.parse(json);
  expect(findDoubledKeys(json).map(({ key, element }) => [key, element])).toEqual(doubled);
});

test("the parser's own output has no duplicate key at any depth", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(findDoubledKeys(JSON.stringify(JSON.parse(json)))).toEqual([]);
    }),
  );
  expect(findDoubledKeys(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`)).toEqual([]);
});

test('with an additional key, it has a duplicate', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 });
  fc.assert(
    fc.property(object, fc.nat(), (value, pick) => {
      const keys = Object.keys(JSON.parse(JSON.stringify(value)));
      const key = keys[pick % keys.length] ?? '';
      const json = `${JSON.stringify(value).slice(0, -1)},${JSON.stringify(key)}:1}`;
      expect(findDoubledKeys(json)).toEqual([{ key, element: 0 }]);
    }),
  );
});

const POLICY = { mode: 'sweep', regions: ['cn-hangzhou'], accounts: [] } as const;
const parse = (text: string) => parseEvent(text, POLICY, undefined);
const TWICE = '{"mode":"plan","mode":"sweep"}';
const event = (data: string, id = 'e-1') =>
  `{"specversion":"1.0","id":"${id}","source":"me","type":"t","data":${data}}`;

describe('an event with a duplicate key is refused:', () => {
  test.each([
    ['a request', TWICE, 'event refused: it is JSON with the key "mode" twice'],
    ['a request, deep inside', '{"regions":[{"a":1,"a":2}]}', 'event refused: it is JSON with the key "a" twice'],
    [
      'a timer',
      '{"triggerTime":"t","triggerName":"n","payload":"","payload":"{}"}',
      'event refused: it is JSON with the key "payload" twice',
    ],
    [
      'the payload of a timer',
      JSON.stringify({ triggerTime: 't', triggerName: 'n', payload: TWICE }),
      'event refused: payload: JSON with the key "mode" twice',
    ],
    ['the data of a CloudEvent', event(TWICE), 'event refused: it is JSON with the key "mode" twice'],
    [
      'the data of a CloudEvent, as text',
      event(JSON.stringify(TWICE)),
      'event refused: data: JSON with the key "mode"',
    ],
    ['the only one of an array', `[${event(TWICE)}]`, 'all 1 events refused'],
  ])('%s', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test('in an array, only the event that has it', () => {
    const texts = [event('{"mode":"mark"}'), event(TWICE, 'e-2'), JSON.stringify(event(TWICE, 'e-3')), event('{}')];
    const { parts, refused } = parse(`[${texts.join(',')}]`);
    expect(parts.map(({ mode }) => mode)).toEqual(['mark', 'sweep']);
    expect(refused).toEqual([
      { index: 1, id: 'e-2', reason: 'JSON with the key "mode" twice' },
      { index: 2, id: null, reason: 'JSON with the key "mode" twice' },
    ]);
  });

  test('by the dispatcher as well, which takes the tick out of a request', () => {
    const tick = '2026-11-22T12:00:00Z';
    expect(() => parseMoment(`{"tick":"${tick}","mode":"plan","mode":"sweep"}`, Date.parse(tick))).toThrow(
      'event refused: it is JSON with the key "mode" twice',
    );
  });
});
