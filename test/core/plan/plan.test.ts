import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mode } from '../../../lib/core/domain/policy.ts';
import {
  countsInShare,
  findNotNow,
  goingLater,
  isReported,
  type Judged,
  type JudgedRegion,
  plan as planAt,
} from '../../../lib/core/plan/plan.ts';
import {
  ACCOUNT,
  aBoundConnection,
  aConnection,
  ago,
  aPolicy,
  aRegion,
  DAY,
  HOUR,
  judgeOne,
  NOW,
  REGION,
  tagged,
} from '../../support/builders.ts';

const LIMITS = aPolicy().limits;
const plan = (regions: readonly JudgedRegion[], limits: Partial<typeof LIMITS>, nowMs = NOW) =>
  planAt(regions, { ...LIMITS, ...limits }, nowMs);
const due = (connectionId: string, days = 2) =>
  judgeOne(
    aConnection({
      connectionId,
      tags: tagged({ 'vco-sweeper:orphan': `unassociated ${ago(days * DAY)}`, 'vco-sweeper:seen': ago(HOUR) }),
    }),
  );
const halfDone = (connectionId: string) =>
  judgeOne(aConnection({ connectionId, tags: tagged({ 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-1` }) }));
const used = (connectionId: string) => judgeOne(aBoundConnection({ connectionId }));
const gateway = (connectionId: string) => judgeOne(aConnection({ connectionId, attachType: 'VPNGW' }));
const locked = (connectionId: string) =>
  judgeOne(aConnection({ connectionId, state: 'financialLocked' }), aPolicy({ rules: { unassociated: 0 } }));

const region = (
  verdicts: readonly Judged['verdict'][],
  mode: Mode | 'none' = 'sweep',
  regionId = REGION,
): JudgedRegion =>
  aRegion(
    verdicts.map((verdict) => ({ accountId: ACCOUNT, regionId, verdict, mode: mode === 'none' ? undefined : mode })),
    regionId,
  );
const many = <T>(count: number, make: (id: string) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(`vco-${String(index).padStart(3, '0')}`));
const ids = (judged: readonly Judged[]) => judged.map(({ verdict }) => verdict.connection.connectionId);

test('half-done connections come first, then the longest orphaned, then by id, over all regions', () => {
  const planned = plan(
    [
      region([due('vco-b', 3), due('vco-a', 3), ...many(9, used)]),
      region([halfDone('vco-c'), due('vco-d', 5), ...many(9, used)], 'sweep', 'eu-central-1'),
    ],
    LIMITS,
  );
  expect(ids(planned.queue)).toEqual(['vco-c', 'vco-d', 'vco-a', 'vco-b']);
  expect(planned.halts).toEqual([]);
});

test.each<[string, number, number, { readonly limits: Partial<typeof LIMITS>; readonly halted: boolean }]>([
  ['the share is not exceeded', 5, 5, { limits: {}, halted: false }],
  ['the share is exceeded', 6, 5, { limits: {}, halted: true }],
  ['the floor is not exceeded', 3, 0, { limits: {}, halted: false }],
  ['the floor is exceeded', 4, 3, { limits: {}, halted: true }],
  [
    'a share of 0 lets no connection pass, even below the floor',
    1,
    99,
    { limits: { perRegionShare: 0 }, halted: true },
  ],
  ['a floor of 0 permits no more than the share', 2, 1, { limits: { shareFloor: 0 }, halted: true }],
  ['a share of 1 lets every connection pass', 10, 0, { limits: { perRegionShare: 1 }, halted: false }],
  ['the share has no exact binary form', 29, 71, { limits: { perRegionShare: 0.29 }, halted: false }],
])('share guard: %s (%i of which due, %i in use)', (_what, gone, kept, { limits, halted }) => {
  const verdicts = [...many(gone, due), ...many(kept, (id) => used(`${id}x`))];
  const planned = plan([region(verdicts)], { ...LIMITS, ...limits });
  expect(planned.halts.length > 0).toBe(halted);
  expect(planned.queue.length).toBe(halted ? 0 : gone);
  expect(planned.blocked.size).toBe(halted ? gone : 0);
});

test('connections of VPN gateways do not make the share smaller', () => {
  expect(plan([region([...many(4, due), ...many(90, (id) => gateway(`${id}g`))])], LIMITS).halts).toHaveLength(1);
});

test('connections with an unknown AttachType do not make the share smaller', () => {
  const odd = many(5, (id) => judgeOne(aConnection({ connectionId: `${id}o`, attachType: 'unknown' })));
  expect(plan([region([...many(4, due), ...odd])], LIMITS).halts).toMatchObject([{ due: 4, ours: 4 }]);
});

test('the share counts the whole region, even if an event narrowed the run', () => {
  const narrowed = region(many(10, due), 'none');
  const [first, ...rest] = narrowed.judged;
  if (!first) {
    throw new Error('no connection');
  }
  const planned = plan([{ ...narrowed, judged: [{ ...first, mode: 'sweep' }, ...rest] }], LIMITS);
  expect(planned.halts).toHaveLength(1);
  expect(ids([...planned.blocked.keys()])).toEqual(['vco-000']);
});

test('a halted region does not halt another region', () => {
  const planned = plan(
    [region(many(9, due)), region([due('vco-z'), ...many(9, used)], 'sweep', 'eu-central-1')],
    LIMITS,
  );
  expect(planned.halts.map(({ regionId }) => regionId)).toEqual([REGION]);
  expect(ids(planned.queue)).toEqual(['vco-z']);
});

test('a connection in a halted region says how many connections would be deleted', () => {
  const { blocked } = plan([region([...many(6, due), ...many(5, (id) => used(`${id}x`))])], LIMITS);
  expect([...new Set(blocked.values())]).toEqual([
    'the region is halted: 6 of its 11 connections would be deleted, more than limits.perRegionShare allows',
  ]);
});

test('a region without due connections is not halted, even with a share of 0', () => {
  expect(plan([region(many(3, used))], { ...LIMITS, perRegionShare: 0, shareFloor: 0 }).halts).toEqual([]);
});

test('a locked connection is blocked and takes no place in the queue', () => {
  const planned = plan([region([locked('vco-l'), due('vco-r')])], LIMITS);
  expect(ids(planned.queue)).toEqual(['vco-r']);
  expect([...planned.blocked.values()]).toEqual([
    'it is locked for overdue payment (State financialLocked): settle the bill, or delete it by hand',
  ]);
});

test('a locked connection does not count as due in the share guard', () => {
  expect(plan([region([...many(4, locked), due('vco-r')])], LIMITS).halts).toEqual([]);
});

test('a connection on which a step failed comes after all other connections, the earliest failure first', () => {
  const tried = (connectionId: string, hours: number) => ({ ...due(connectionId, 9), triedMs: NOW - hours * HOUR });
  const planned = plan(
    [region([tried('vco-a', 1), tried('vco-b', 2), due('vco-c'), halfDone('vco-d'), ...many(9, used)])],
    LIMITS,
  );
  expect(ids(planned.queue)).toEqual(['vco-d', 'vco-c', 'vco-b', 'vco-a']);
});

test('a connection without a mark comes last, because its rule has no grace', () => {
  const unmarked = judgeOne(aConnection({ connectionId: 'vco-a' }), aPolicy({ rules: { unassociated: 0 } }));
  expect(ids(plan([region([unmarked, due('vco-b'), ...many(9, used)])], LIMITS).queue)).toEqual(['vco-b', 'vco-a']);
});

test('a held connection does not count in the share guard, and neither does a connection of a VPN gateway', () => {
  const { connection } = due('vco-a');
  expect(countsInShare({ connection, heldUntilMs: undefined })).toBe(true);
  expect(countsInShare({ connection, heldUntilMs: NOW })).toBe(false);
  expect(countsInShare({ connection: { ...connection, attachType: 'VPNGW' }, heldUntilMs: undefined })).toBe(false);
});

describe('a notice', () => {
  const withNotice = (verdict: Judged['verdict'], notice: Judged['notice']): JudgedRegion =>
    aRegion([{ accountId: ACCOUNT, regionId: REGION, verdict, mode: 'sweep', notice }], REGION);

  test('that is missing leaves a new connection out of the queue, and says so', () => {
    const planned = plan([withNotice(due('vco-a'), { kind: 'none', hasClock: true })], LIMITS);
    expect(planned.queue).toEqual([]);
    expect([...planned.untold.values()]).toEqual([
      { reason: 'unassociated: its grace has run out, but nobody has been told yet', code: null },
    ]);
  });

  test('that could not be read has the code of the failure', () => {
    const planned = plan([withNotice(due('vco-a'), { kind: 'unread', reason: 'no store', code: 'StoreGone' })], LIMITS);
    expect([...planned.untold.values()]).toEqual([
      { reason: 'unassociated: its grace has run out, but no store', code: 'StoreGone' },
    ]);
  });

  test('is not needed to finish a half-done connection, or without `notify.required`', () => {
    expect(plan([withNotice(halfDone('vco-a'), { kind: 'none', hasClock: true })], LIMITS).queue).toHaveLength(1);
    expect(plan([withNotice(due('vco-a'), undefined)], LIMITS).queue).toHaveLength(1);
  });
});

test('the result reports a connection that is in scope or differs from its plan', () => {
  const judged = { accountId: ACCOUNT, regionId: REGION, verdict: due('vco-a') };
  expect(isReported({ ...judged, mode: 'plan' })).toBe(true);
  expect(isReported({ ...judged, mode: undefined })).toBe(false);
  expect(isReported({ ...judged, mode: undefined, unplanned: 'it differs' })).toBe(true);
});

describe('outside the change window', () => {
  const window = { days: ['Mon'], from: '22:00', to: '05:00', zone: 'UTC' } as const;
  // Noon on a Sunday.
  const said = 'outside the change window (Mon 22:00–05:00 UTC); nothing new before 2026-11-23T22:00:00.000Z';

  test('the queue has no new connections, and half-done connections are finished', () => {
    const planned = plan([region([due('vco-a'), halfDone('vco-h'), ...many(9, used)])], { window });
    expect(ids(planned.queue)).toEqual(['vco-h']);
    expect([...planned.postponed].map(([judged, why]) => [...ids([judged]), why])).toEqual([['vco-a', said]]);
    expect(planned.blocked.size).toBe(0);
  });

  test('each connection that waits says why, unless a person or a failure stopped the whole run', () => {
    const planned = plan([region([due('vco-a'), halfDone('vco-h'), ...many(9, used)])], { window });
    const [waiting] = [...planned.postponed.keys()];
    const [going] = planned.queue;
    if (waiting === undefined || going === undefined) {
      throw new Error('a connection is missing');
    }
    expect(findNotNow(planned, waiting)).toEqual({ reason: said, code: null });
    expect(findNotNow(planned, going)).toBeUndefined();
    const heldBack = { reason: 'stopped', code: null, file: 'STOP' };
    expect(findNotNow({ ...planned, heldBack }, going)).toBe(heldBack);
    expect(findNotNow({ ...planned, heldBack }, waiting)).toBe(heldBack);
  });

  test('a saved plan lists the connections that may go once it opens, in order, as far as the limit allows', () => {
    const planned = plan([region([due('vco-b', 2), due('vco-a', 2), due('vco-c', 5), ...many(9, used)])], {
      window,
      perRun: 3,
    });
    expect(ids(goingLater(planned, 0))).toEqual(['vco-c', 'vco-a', 'vco-b']);
    expect(ids(goingLater(planned, 1))).toEqual(['vco-c', 'vco-a']);
    expect(goingLater(planned, 4)).toEqual([]);
  });

  test('the share guard counts connections that wait for the window', () => {
    const planned = plan([region([...many(6, due), ...many(5, (id) => used(`${id}x`))])], { window });
    expect(planned.halts).toHaveLength(1);
    expect(planned.blocked.size).toBe(6);
    expect(planned.postponed.size).toBe(0);
  });

  test('inside the window, the plan is as usual', () => {
    const planned = plan([region([due('vco-a')])], { window }, Date.parse('2026-11-23T23:00:00Z'));
    expect(ids(planned.queue)).toEqual(['vco-a']);
    expect(planned.postponed.size).toBe(0);
  });

  test('a freeze closes the window', () => {
    const planned = plan([region([due('vco-a')])], { freeze: [{ from: '2026-11-22', to: '2026-11-22' }] });
    expect([...planned.postponed.values()]).toEqual([
      'changes are frozen from 2026-11-22 to 2026-11-22; nothing new before 2026-11-23T00:00:00.000Z',
    ]);
  });
});

test('the order of the verdicts does not change the plan', () => {
  const verdicts = [...many(4, due), halfDone('vco-h'), due('vco-old', 9), ...many(20, (id) => used(`${id}u`))];
  const expected = ids(plan([region(verdicts)], LIMITS).queue);
  fc.assert(
    fc.property(fc.shuffledSubarray(verdicts, { minLength: verdicts.length }), (shuffled) => {
      expect(ids(plan([region(shuffled)], LIMITS).queue)).toEqual(expected);
    }),
  );
});

test('for any verdicts and limits, the plan stays within the limits and contains every due connection', () => {
  const kinds = fc.constantFrom(due, halfDone, used, gateway, locked);
  const limits = fc.record({
    perRun: fc.nat(6),
    perRegionShare: fc.double({ min: 0, max: 1, noNaN: true }),
    shareFloor: fc.nat(6),
  });
  fc.assert(
    fc.property(fc.array(kinds, { maxLength: 15 }), limits, (makers, bounds) => {
      const verdicts = makers.map((make, index) => make(`vco-${index}`));
      const planned = plan([region(verdicts)], bounds);
      const ours = verdicts.filter(({ kind }) => kind !== 'not-ours').length;
      const share = planned.queue.length / Math.max(1, ours);
      const within = share <= bounds.perRegionShare || planned.queue.length <= bounds.shareFloor;
      expect(planned.queue.length === 0 || (within && bounds.perRegionShare > 0)).toBe(true);
      expect(planned.perRun).toBe(bounds.perRun);
      const due = verdicts.filter((verdict) => verdict.isDue).length;
      expect(planned.queue.length + planned.blocked.size).toBe(due);
    }),
  );
});
