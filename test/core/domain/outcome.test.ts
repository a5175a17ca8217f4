import { expect, test } from 'vitest';
import {
  countOutcomes,
  OUTCOMES,
  type Outcome,
  type RegionResult,
  toStatus,
} from '../../../lib/core/domain/outcome.ts';
import { ACCOUNT, anOutcome, REGION } from '../../support/builders.ts';

const ending = (outcome: Outcome['outcome']): Outcome => anOutcome({ outcome });
const aRegion = (change: Partial<RegionResult> = {}): RegionResult => ({
  accountId: ACCOUNT,
  regionId: REGION,
  listing: 'complete',
  connections: 1,
  halted: false,
  ...change,
});
const NOTHING = { somethingUnread: false, timeRanOut: false };

test('every kind of outcome has a count, even if it is 0', () => {
  expect(countOutcomes([])).toEqual(Object.fromEntries(OUTCOMES.map((kind) => [kind, 0])));
  const counts = countOutcomes([ending('kept'), ending('deleted'), ending('deleted')]);
  expect(counts).toEqual({ ...countOutcomes([]), kept: 1, deleted: 2 });
});

test.each<
  [
    string,
    string,
    {
      readonly regions: readonly RegionResult[];
      readonly outcomes: readonly Outcome[];
      readonly facts: Partial<typeof NOTHING>;
    },
  ]
>([
  ['everything was read and done', 'complete', { regions: [aRegion()], outcomes: [ending('deleted')], facts: {} }],
  ['the request asked for nothing', 'complete', { regions: [], outcomes: [], facts: {} }],
  [
    'a region does not serve the API',
    'complete',
    { regions: [aRegion({ listing: 'unsupported' })], outcomes: [], facts: {} },
  ],
  ['a connection was blocked', 'complete', { regions: [aRegion()], outcomes: [ending('blocked')], facts: {} }],
  ['a region was halted', 'halted', { regions: [aRegion(), aRegion({ halted: true })], outcomes: [], facts: {} }],
  [
    'a region was not read',
    'incomplete',
    { regions: [aRegion(), aRegion({ listing: 'unread' })], outcomes: [], facts: {} },
  ],
  [
    'anything but a region was not read',
    'incomplete',
    { regions: [aRegion()], outcomes: [], facts: { somethingUnread: true } },
  ],
  ['the time ran out', 'incomplete', { regions: [aRegion()], outcomes: [], facts: { timeRanOut: true } }],
  ['a step failed', 'incomplete', { regions: [aRegion()], outcomes: [ending('failed')], facts: {} }],
  [
    'a region was halted and a step failed',
    'incomplete',
    { regions: [aRegion({ halted: true })], outcomes: [ending('failed')], facts: {} },
  ],
])('if %s, the run is %s', (_when, status, { regions, outcomes, facts }) => {
  expect(toStatus(regions, countOutcomes(outcomes), { ...NOTHING, ...facts })).toBe(status);
});
