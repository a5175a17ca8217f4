import { describe, expect, test } from 'vitest';
import { ago, DAY, HOUR, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, dueTags, estate, free, inUse } from '../support/estates.ts';

const orphans = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    free(`orphan${index}`, { ...dueTags(), 'vco-sweeper:orphan': `unassociated ${ago((20 - index) * DAY)}` }),
  );
const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));
const only = (connectionId: string, mode: 'plan' | 'mark' | 'sweep' = 'sweep') => [
  { mode, regions: undefined, connections: [connectionId] },
];

/** The time in a mark, which has whole seconds. */
const NOW_SECONDS = '2026-11-22T12:00:00Z';

describe('limits', () => {
  test('a run deletes at most perRun connections, longest orphaned first, and defers the rest', async () => {
    const cloud = startCloud({ estate: estate(...orphans(6), ...inUse(9)), policy: { limits: { perRun: 2 } } });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 2, deferred: 4 } });
    expect(deletions(cloud.writes()).sort()).toEqual([
      'DeleteVpnAttachment vco-orphan0',
      'DeleteVpnAttachment vco-orphan1',
    ]);
  });

  test('perRun 0 means no deletion', async () => {
    const cloud = startCloud({ estate: estate(...orphans(3), ...inUse(9)), policy: { limits: { perRun: 0 } } });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 0, deferred: 3 });
    expect(deletions(cloud.writes())).toEqual([]);
  });

  test('perRun counts over all regions', async () => {
    const far = orphans(3).map((row, index) => ({
      ...row,
      VpnConnectionId: `vco-far${index}`,
      regionId: 'eu-central-1',
    }));
    const cloud = startCloud({
      estate: estate(...orphans(3), ...far),
      policy: { regions: [REGION, 'eu-central-1'], limits: { perRun: 4 } },
    });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 4, deferred: 2 });
  });

  test.each([['plan'], ['mark'], ['sweep']] as const)(
    'over the share the region is halted, in mode %s too',
    async (mode) => {
      const cloud = startCloud({ estate: estate(...orphans(6), ...inUse(5)), policy: { mode } });
      const result = await cloud.run();
      expect(result).toMatchObject({
        status: 'halted',
        regions: [{ halted: true }],
        counts: { blocked: 6, deleted: 0 },
      });
      expect(deletions(cloud.writes())).toEqual([]);
      expect(cloud.tags('vco-orphan0')?.['vco-sweeper:seen']).toBe(mode === 'plan' ? ago(HOUR) : NOW_SECONDS);
    },
  );

  test('an event about a connection does not get past the share guard', async () => {
    const cloud = startCloud({ estate: estate(...orphans(6), ...inUse(5)) });
    const result = await cloud.run({ parts: only('vco-orphan0') });
    expect(result).toMatchObject({ status: 'halted', counts: { blocked: 1 } });
    expect(cloud.connectionIds()).toHaveLength(11);
  });

  test('a share of 0 stops everything, also events', async () => {
    const cloud = startCloud({
      estate: estate(...orphans(1), ...inUse(50)),
      policy: { limits: { perRegionShare: 0 } },
    });
    expect(await cloud.run({ parts: only('vco-orphan0') })).toMatchObject({ status: 'halted', counts: { blocked: 1 } });
  });
});

describe('modes', () => {
  test('plan changes nothing and says how a sweep would act', async () => {
    const cloud = startCloud({ estate: estate(...orphans(2), free('new'), ...inUse(9)), policy: { mode: 'plan' } });
    const result = await cloud.run();
    expect(result.counts).toMatchObject({ planned: 2, waiting: 1, kept: 9 });
    expect(result.outcomes.find(({ connectionId }) => connectionId === 'vco-new')?.reason).toContain(
      'It is not marked',
    );
    expect(cloud.writes()).toEqual([]);
  });

  test('mark writes tags and nothing else', async () => {
    const cloud = startCloud({
      estate: estate(
        ...orphans(2),
        free('new'),
        bound('back', dueTags()),
        free('kept', { ...dueTags(), 'vco-sweeper:keep': '' }),
        ...inUse(9),
      ),
      policy: { mode: 'mark' },
    });
    const result = await cloud.run();
    expect(result.counts).toMatchObject({ planned: 2, marked: 1, cleared: 1, protected: 1, kept: 9 });
    expect(deletions(cloud.writes())).toEqual([]);
    expect(cloud.tags('vco-new')).toEqual({
      'vco-sweeper:orphan': `unassociated ${NOW_SECONDS}`,
      'vco-sweeper:seen': NOW_SECONDS,
    });
    expect(cloud.tags('vco-back')).toEqual({});
    expect(cloud.tags('vco-kept')).toEqual({ 'vco-sweeper:keep': '' });
  });

  test('marks are written 20 at a time', async () => {
    const many = Array.from({ length: 120 }, (_, index) => free(`new${index}`));
    const cloud = startCloud({ estate: estate(...many), policy: { mode: 'mark' } });
    expect((await cloud.run()).counts.marked).toBe(120);
    expect(cloud.writes()).toHaveLength(6);
  });

  test.each([
    ['InvalidTagKey', 1],
    ['InvalidTagValue', 1],
    ['Forbidden.TagKeys', 39],
    ['Forbidden.TagKey.Duplicated', 39],
  ])(
    'a refused tag (%s) is tried on fewer connections only if a single connection may be the cause, and asks for no right',
    async (code, writes) => {
      const many = Array.from({ length: 20 }, (_, index) => free(`new${index}`));
      const fault = { kind: 'error', status: 400, code } as const;
      const faults = [{ action: 'TagResources', times: 'always' as const, fault }];
      const cloud = startCloud({ estate: estate(...many), policy: { mode: 'mark' }, faults });
      const { counts, status, outcomes } = await cloud.run();
      expect([counts.failed, status, cloud.writes().length]).toEqual([20, 'incomplete', writes]);
      expect(outcomes[0]?.reason).toContain('tag policy');
      expect(outcomes[0]?.reason).not.toContain('Grant');
    },
  );

  test.each(['QuotaExceeded.TagNum', 'SizeLimitExceeded.TagNum', 'NumberExceed.Tags'])(
    'a connection without room for a tag (%s) waits for a person, and the rest of its batch is marked',
    async (code) => {
      const cloud = startCloud({ estate: estate(free('a'), free('b'), free('c')), policy: { mode: 'mark' } });
      const full = { status: 400, body: { RequestId: 'x', Code: code, Message: 'm' } };
      const result = await cloud.run({
        after: ({ action, params }, reply) =>
          action === 'TagResources' && Object.values(params).flat().includes('vco-b') ? full : reply,
      });
      expect(result.counts).toMatchObject({ blocked: 1 });
      expect(result.outcomes.find(({ connectionId }) => connectionId === 'vco-b')).toMatchObject({
        outcome: 'blocked',
        code,
        reason: expect.stringContaining('Remove tags'),
      });
    },
  );

  test('a connection that vanished meanwhile does not prevent the rest of its batch from being marked', async () => {
    const cloud = startCloud({ estate: estate(free('a'), free('b'), free('c')), policy: { mode: 'mark' } });
    const result = await cloud.run({
      before: ({ action }) => {
        const { vpnConnections } = cloud.emulator.estate;
        const index = vpnConnections.findIndex(({ VpnConnectionId }) => VpnConnectionId === 'vco-b');
        if (action === 'TagResources' && index >= 0) {
          vpnConnections.splice(index, 1);
        }
      },
    });
    expect(result.counts).toMatchObject({ marked: 2, 'already-gone': 1 });
  });

  test('from mark to sweep: marked, waiting inside the grace, deleted after it', async () => {
    const cloud = startCloud({ estate: estate(free('new'), ...inUse(5)) });
    expect((await cloud.run()).counts).toMatchObject({ marked: 1 });
    cloud.clock.advance(DAY - 60_000);
    expect((await cloud.run()).counts).toMatchObject({ waiting: 1 });
    cloud.clock.advance(120_000);
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1 });
  });

  test('runs too far apart start the clock again', async () => {
    const cloud = startCloud({ estate: estate(free('new'), ...inUse(5)) });
    await cloud.run();
    cloud.clock.advance(4 * DAY);
    expect((await cloud.run()).counts).toMatchObject({ marked: 1, deleted: 0 });
  });
});

describe('events narrow', () => {
  test('only the connections named are touched, and only they have an outcome', async () => {
    const cloud = startCloud({ estate: estate(...orphans(2), free('new'), ...inUse(9)) });
    const result = await cloud.run({ parts: only('vco-new') });
    expect(result.outcomes.map(({ connectionId, outcome }) => [connectionId, outcome])).toEqual([
      ['vco-new', 'marked'],
    ]);
    expect(cloud.writes()).toEqual(['TagResources vco-new']);
    expect(result.regions).toMatchObject([{ connections: 12 }]);
  });

  test('an empty list means nothing, never everything', async () => {
    const cloud = startCloud({ estate: estate(...orphans(2), ...inUse(9)) });
    for (const part of [
      { regions: [], connections: undefined },
      { regions: undefined, connections: [] },
    ]) {
      const result = await cloud.run({ parts: [{ mode: 'sweep', ...part }] });
      expect(result).toMatchObject({ status: 'complete', regions: [], outcomes: [] });
    }
    expect(await cloud.run({ parts: [] })).toMatchObject({ status: 'complete', regions: [] });
    expect(cloud.calls()).toEqual([]);
  });

  test('protection also holds for events', async () => {
    const cloud = startCloud({ estate: estate(free('kept', { ...dueTags(), 'vco-sweeper:keep': '' }), ...inUse(9)) });
    expect((await cloud.run({ parts: only('vco-kept') })).counts).toMatchObject({ protected: 1 });
    expect(cloud.connectionIds()).toContain('vco-kept');
  });

  test('parts of different modes: each connection gets only the changes that its own part allows', async () => {
    const cloud = startCloud({ estate: estate(...orphans(2), ...inUse(9)) });
    const result = await cloud.run({ parts: [...only('vco-orphan0', 'plan'), ...only('vco-orphan1')] });
    expect(result).toMatchObject({ mode: 'sweep', counts: { planned: 1, deleted: 1 } });
    expect(cloud.connectionIds()).toContain('vco-orphan0');
  });
});
