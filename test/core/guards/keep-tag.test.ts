import { expect, test } from 'vitest';
import { isKeepKey, readKeep } from '../../../lib/core/guards/keep-tag.ts';
import { NOW, tagged } from '../../support/builders.ts';

const KEEP = 'vco-sweeper:keep';
const read = (value: string, nowMs = NOW, key = KEEP) => readKeep(tagged({ [key]: value }), nowMs);

test.each([
  '',
  'true',
  'yes',
  'falsely',
  ' false',
  'no',
  '0',
  '2020-01-01',
  'until',
  'until 2020',
  'until tomorrow',
  'until 2026-02-30',
  'until 2020-01-01T00:00:00Z',
  'until 2020-01-01 or so',
  'not until 2020-01-01',
])('the value %j protects for ever', (value) => {
  expect(read(value, Date.parse('2099-01-01T00:00:00Z'))).toEqual({ reasons: [`tag ${KEEP}`], lapsed: [] });
});

test.each(['false', 'False', 'FALSE', 'fAlSe'])('the value %s does not protect', (value) => {
  expect(read(value)).toEqual({ reasons: [], lapsed: [] });
});

test.each(['until 2027-03-01', 'Until 2027-03-01', 'until   2027-03-01'])(
  '%s protects until the end of that day in UTC, and has lapsed after it',
  (value) => {
    const endMs = Date.parse('2027-03-02T00:00:00Z');
    expect(read(value, endMs - 1)).toEqual({ reasons: [`tag ${KEEP} until 2027-03-01`], lapsed: [] });
    expect(read(value, endMs)).toEqual({ reasons: [], lapsed: ['2027-03-01'] });
  },
);

test.each([
  ['vco-sweeper:Keep', 'another letter case'],
  ['VCO-SWEEPER:KEEP', 'capitals'],
  ['vco-sweeper: keep', 'a blank inside'],
  [' vco-sweeper:keep\t', 'blanks around'],
  ['vco-sweeper:keep\u00a0', 'a blank that does not break'],
  ['vco\u3000-sweeper:keep', 'a wide blank'],
  ['vco-sweeper\uff1akeep', 'a full-width colon'],
  ['\uff56\uff43\uff4f\uff0dsweeper:keep', 'full-width letters and hyphen'],
  ['vco-sweeper:ke\u200bep', 'a zero-width space'],
  ['\ufeffvco-sweeper:keep', 'a byte order mark'],
  ['vco-sweeper:\u202ekeep', 'a bidirectional override'],
  ['vco-sweeper:\u00adkeep', 'a soft hyphen'],
])('the key %j counts as the tag: %s', (key) => {
  expect(isKeepKey(key)).toBe(true);
  expect(read('', NOW, key)).toEqual({
    reasons: [`tag ${JSON.stringify(key)}, which reads as ${KEEP}`],
    lapsed: [],
  });
  expect(read('False', NOW, key).reasons).toEqual([]);
});

test.each(['keep', 'vco-sweeper:keeper', 'vco-sweeper:kept', 'vco-sweeper-keep', 'vcosweeper:keep', ''])(
  'the key %j is another key',
  (key) => {
    expect(isKeepKey(key)).toBe(false);
  },
);

test('if several keys read like the keep tag, a single protecting value is enough', () => {
  const tags = tagged({ [KEEP]: 'false', 'vco-sweeper:Keep': 'until 2020-01-01', 'VCO-sweeper:keep': 'yes' });
  expect(readKeep(tags, NOW)).toEqual({
    reasons: [`tag "VCO-sweeper:keep", which reads as ${KEEP}`],
    lapsed: ['2020-01-01'],
  });
});
