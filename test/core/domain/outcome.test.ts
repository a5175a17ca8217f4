import { expect, test } from 'vitest';
import {
  countOutcomes,
  OUTCOMES,
  type Outcome,
  type RegionResult,
  toStatus,
} from '../../../lib/core/domain/outcome.ts';
import { ACCOUNT, REGION } from '../../support/builders.ts';

const anOutcome = (outcome: Outcome['outcome']): Outcome => ({
  connectionId: 'vco-1',
  accountId: ACCOUNT,
  regionId: REGION,
  outcome,
  rule: null,
  since: null,
  reason: '',
  evidence: [],
  code: null,
  requestId: null,
});
const aRegion = (change: Partial<RegionResult> = {}): RegionResult => ({
  accountId: ACCOUNT,
  regionId: REGION,
  listing: 'complete',
  connections: 1,
  halted: false,
  ...change,
});
const NOTHING = { somethingUnread: false, timeRanOut: false };

test('every way to end has its count, those that did not happen too', () => {
  expect(countOutcomes([])).toEqual(Object.fromEntries(OUTCOMES.map((kind) => [kind, 0])));
  const counts = countOutcomes([anOutcome('kept'), anOutcome('deleted'), anOutcome('deleted')]);
  expect(counts).toEqual({ ...countOutcomes([]), kept: 1, deleted: 2 });
});

test.each<[string, string, readonly RegionResult[], readonly Outcome[], Partial<typeof NOTHING>]>([
  ['all was read and done', 'complete', [aRegion()], [anOutcome('deleted')], {}],
  ['nothing was asked for', 'complete', [], [], {}],
  ['a region does not serve the API', 'complete', [aRegion({ listing: 'unsupported' })], [], {}],
  ['something was blocked', 'complete', [aRegion()], [anOutcome('blocked')], {}],
  ['a region was halted', 'halted', [aRegion(), aRegion({ halted: true })], [], {}],
  ['a region was not read', 'incomplete', [aRegion(), aRegion({ listing: 'unread' })], [], {}],
  ['something else was not read', 'incomplete', [aRegion()], [], { somethingUnread: true }],
  ['the time ran out', 'incomplete', [aRegion()], [], { timeRanOut: true }],
  ['a step failed', 'incomplete', [aRegion()], [anOutcome('failed')], {}],
  ['a region was halted and a step failed', 'incomplete', [aRegion({ halted: true })], [anOutcome('failed')], {}],
])('when %s the run is %s', (_when, status, regions, outcomes, facts) => {
  expect(toStatus(regions, countOutcomes(outcomes), { ...NOTHING, ...facts })).toBe(status);
});
