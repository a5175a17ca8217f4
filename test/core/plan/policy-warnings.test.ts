import { expect, test } from 'vitest';
import type { Mode } from '../../../lib/core/domain/policy.ts';
import { toSentences, warnOfPolicy } from '../../../lib/core/plan/policy-warnings.ts';
import { aPolicy, DAY, HOUR, ORIGIN } from '../../support/builders.ts';

const NONE = { ...ORIGIN, source: 'none' };
const SAMPLING = expect.stringContaining('a site that is off each night looks down to every nightly run');
const said = (change: Parameters<typeof aPolicy>[0], origin = ORIGIN, mode: Mode = 'plan') =>
  toSentences(warnOfPolicy(aPolicy(change), origin, mode));

test.each([
  ['plan', []],
  [
    'mark',
    ['no policy was given, so all defaults count in mode mark, and only a tag or its age protects a connection'],
  ],
  [
    'sweep',
    ['no policy was given, so all defaults count in mode sweep, and only a tag or its age protects a connection'],
  ],
] as const)('without any policy, in mode %s', (mode, sentences) => {
  expect(said({}, NONE, mode)).toEqual(sentences);
  expect(said({}, ORIGIN, mode)).toEqual([]);
});

test.each([
  ['only the rule unassociated is on', {}, []],
  ['tunnels-down is on, and runs may be 72h apart', { rules: { 'tunnels-down': 14 * DAY } }, [SAMPLING]],
  ['the rule has no grace', { rules: { 'tunnels-down': 0 } }, [SAMPLING]],
  [
    'runs may be a little more than 12h apart',
    { rules: { 'tunnels-down': DAY }, marks: { maxGapMs: 12 * HOUR + 1 } },
    [SAMPLING],
  ],
  ['runs are at most 12h apart', { rules: { 'tunnels-down': DAY }, marks: { maxGapMs: 12 * HOUR } }, []],
] as const)('sampling: %s', (_when, change, sentences) => {
  expect(said(change)).toEqual(sentences);
});

test('a warning about several entries has a sentence for each entry', () => {
  const warnings = [{ reason: 'matched nothing', entries: ['a', 'b'] }, { reason: 'so there' }];
  expect(toSentences(warnings)).toEqual(['a matched nothing', 'b matched nothing', 'so there']);
});
