import { expect, test } from 'vitest';
import type { Outcome } from '../../../lib/core/domain/outcome.ts';
import { OutcomeTally } from '../../../lib/sweep/outcome-tally.ts';
import { ACCOUNT, anOutcome, REGION } from '../../support/builders.ts';

const outcome = (connectionId: string, kind: Outcome['outcome'], change: Partial<Outcome> = {}) =>
  anOutcome({ connectionId, outcome: kind, ...change });
const place = (regionId: string) => ({ accountId: ACCOUNT, regionId });
const idsOf = (outcomes: readonly Outcome[]) => outcomes.map(({ connectionId }) => connectionId);

test('kept connections are counted, and neither listed nor left out', () => {
  const listed: Outcome[] = [];
  const tally = new OutcomeTally(10, (one) => listed.push(one));
  tally.addSettled(outcome('vco-1', 'kept'));
  tally.add(outcome('vco-2', 'deleted'));
  const result = tally.toResult([place(REGION)]);
  expect(result.counts).toMatchObject({ kept: 1, deleted: 1, waiting: 0 });
  expect(idsOf(result.outcomes)).toEqual(['vco-2']);
  expect(idsOf(listed)).toEqual(['vco-2']);
  expect(result).not.toHaveProperty('outcomesOmitted');
});

test('without room for all, changed connections come before settled connections, and the rest is counted', () => {
  const listed: Outcome[] = [];
  const tally = new OutcomeTally(3, (one) => listed.push(one));
  for (const id of ['vco-1', 'vco-2']) {
    tally.addSettled(outcome(id, 'protected'));
  }
  for (const id of ['vco-3', 'vco-4']) {
    tally.add(outcome(id, 'deleted'));
  }
  const result = tally.toResult([place(REGION)]);
  expect(idsOf(result.outcomes)).toEqual(['vco-3', 'vco-4', 'vco-1']);
  expect(result.outcomesOmitted).toBe(1);
  expect(listed.length).toBe(4);
});

test('with room for just all of them, none is left out', () => {
  const tally = new OutcomeTally(2);
  tally.add(outcome('vco-1', 'deleted'));
  tally.addSettled(outcome('vco-2', 'unknown'));
  expect(tally.toResult([place(REGION)])).not.toHaveProperty('outcomesOmitted');
});

test('outcomes are listed in the order of the regions, and unknown regions come last', () => {
  const tally = new OutcomeTally(10);
  tally.add(outcome('vco-1', 'deleted', place('nowhere')));
  tally.add(outcome('vco-2', 'deleted', place('b')));
  tally.add(outcome('vco-3', 'deleted', place('a')));
  tally.add(outcome('vco-4', 'deleted', { accountId: '2', regionId: 'a' }));
  tally.add(outcome('vco-5', 'deleted', place('b')));
  const { outcomes } = tally.toResult([place('a'), { accountId: '2', regionId: 'a' }, place('b')]);
  expect(idsOf(outcomes)).toEqual(['vco-3', 'vco-4', 'vco-2', 'vco-5', 'vco-1']);
});

test.each([
  ['DeadlineExceeded', true],
  ['StoppedOnRequest', true],
  ['Throttling', false],
  [null, false],
])('with the code %s, time ran out: %s, also if others end later', (code, expected) => {
  const tally = new OutcomeTally(10);
  tally.add(outcome('vco-1', 'deferred', { code }));
  tally.add(outcome('vco-2', 'deleted'));
  expect(tally.timeRanOut).toBe(expected);
});
