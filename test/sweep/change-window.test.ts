import { afterEach, describe, expect, test } from 'vitest';
import type { ChangeWindow } from '../../lib/core/domain/policy.ts';
import { openStore } from '../../lib/store/open-store.ts';
import { aStoreFolder, cleanUp, time } from '../store/store-support.ts';
import { ago, HOUR } from '../support/builders.ts';
import { type CloudOptions, startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';

afterEach(cleanUp);

// The test runs on a Sunday at noon.
const TOMORROW: ChangeWindow = { days: ['Mon'], from: '22:00', to: '05:00', zone: 'UTC' };
const FIVE_MORE_MINUTES: ChangeWindow = { days: ['Sun'], from: '10:00', to: '12:05', zone: 'UTC' };
const CLOSED = 'outside the change window (Mon 22:00–05:00 UTC); nothing new before 2026-11-23T22:00:00.000Z';
const NOW_CLOSED = 'outside the change window (Sun 10:00–12:05 UTC); nothing new before 2026-11-29T10:00:00.000Z';
const TEN_MINUTES = HOUR / 6;

const halfDone = free('half', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-half` });
const rules = { 'tunnels-down': 24 * HOUR };
const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));

describe('outside the change window', () => {
  test.each(['plan', 'mark', 'sweep'] as const)('due connections are deferred, in mode %s', async (mode) => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), bound('down', dueTags('tunnels-down'), down), ...inUse(9)),
      policy: { mode, rules, limits: { window: TOMORROW } },
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'complete', counts: { deferred: 2, planned: 0, deleted: 0, kept: 9 } });
    expect(result.outcomes.map(({ reason, code }) => [reason, code])).toEqual([
      [CLOSED, null],
      [CLOSED, null],
    ]);
    expect(deletions(cloud.writes())).toEqual([]);
    expect(cloud.lines.filter(({ connectionId, outcome }) => connectionId === 'vco-old' && outcome)).toHaveLength(1);
  });

  test('tags are kept up: new orphans are marked, marks renewed and cleared', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), free('new'), bound('back', dueTags()), ...inUse(9)),
      policy: { limits: { window: TOMORROW } },
    });
    expect((await cloud.run()).counts).toMatchObject({ deferred: 1, marked: 1, cleared: 1 });
    expect(cloud.tags('vco-old')?.['vco-sweeper:seen']).toBe('2026-11-22T12:00:00Z');
    expect(cloud.tags('vco-new')).toHaveProperty('vco-sweeper:orphan');
    expect(cloud.tags('vco-back')).toEqual({});
  });

  test('the work of an earlier run is finished', async () => {
    const cloud = startCloud({
      estate: estate(halfDone, free('old', dueTags()), ...inUse(9)),
      policy: { limits: { window: TOMORROW } },
    });
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1, deferred: 1 });
    expect(deletions(cloud.writes())).toEqual(['DeleteVpnAttachment vco-half']);
  });

  test('an event about the connection changes nothing', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(9)),
      policy: { limits: { window: TOMORROW } },
    });
    const result = await cloud.run({ parts: [{ mode: 'sweep', regions: undefined, connections: ['vco-old'] }] });
    expect(result.counts).toMatchObject({ deferred: 1, deleted: 0 });
  });

  test('once the window opens, the connections are deleted', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(9)),
      policy: { limits: { window: TOMORROW } },
    });
    await cloud.run();
    cloud.clock.advance(34 * HOUR);
    expect((await cloud.run()).counts).toMatchObject({ deferred: 0, deleted: 1 });
  });

  test('a freeze defers as well', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(9)),
      policy: { limits: { freeze: [{ from: '2026-11-20', to: '2026-11-30' }] } },
    });
    const result = await cloud.run();
    expect(result.counts).toMatchObject({ deferred: 1, deleted: 0 });
    expect(result.outcomes[0]?.reason).toContain('changes are frozen from 2026-11-20 to 2026-11-30');
  });
});

describe('a run that outlives its window', () => {
  /** The window closes just before or just after the first call of this kind. */
  async function closeAt(when: 'before' | 'after', action: string, options: CloudOptions) {
    const cloud = startCloud({
      ...options,
      policy: { rules, ...options.policy, limits: { window: FIVE_MORE_MINUTES, ...options.policy?.limits } },
    });
    let isOver = false;
    const close = (call: { readonly action: string }) => {
      if (call.action === action && !isOver) {
        isOver = true;
        cloud.clock.advance(TEN_MINUTES);
      }
    };
    const result = await cloud.run(
      when === 'before'
        ? { before: close }
        : {
            after: (call, reply) => {
              close(call);
              return reply;
            },
          },
    );
    expect(isOver).toBe(true);
    return { cloud, result };
  }
  const old = free('old', dueTags());
  const dead = bound('dead', dueTags('tunnels-down'), down);

  test.each([
    ['while it keeps up tags', 'TagResources', free('old', dueTags())],
    ['while it looks again before a delete', 'DescribeVpnConnection', free('old', dueTags())],
    ['while it looks again before a detach', 'DescribeVpnConnection', dead],
  ])('%s: nothing new is started', async (_when, action, row) => {
    const { cloud, result } = await closeAt('before', action, { estate: estate(row, ...inUse(9)) });
    expect(result).toMatchObject({ status: 'complete', counts: { deferred: 1, deleted: 0 } });
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred', reason: NOW_CLOSED, code: null });
    expect(deletions(cloud.writes())).toEqual([]);
    expect(cloud.tags(String(row.VpnConnectionId))).not.toHaveProperty('vco-sweeper:detached');
  });

  test('if the window closes during the recheck before the detach note, no note is written', async () => {
    const cloud = startCloud({
      estate: estate(dead, ...inUse(9)),
      policy: { rules, limits: { window: FIVE_MORE_MINUTES } },
    });
    // By then the listing is too old to begin with.
    const delays = new Map([
      ['TagResources', HOUR / 60],
      ['DescribeVpnConnection', TEN_MINUTES],
    ]);
    const result = await cloud.run({
      before: ({ action }) => {
        cloud.clock.advance(delays.get(action) ?? 0);
        delays.delete(action);
      },
    });
    expect(delays.size).toBe(0);
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred', reason: NOW_CLOSED });
    expect(JSON.stringify(cloud.emulator.calls)).not.toContain('vco-sweeper:detached');
  });

  test('if the window closes before its turn, a connection is not read again, and no step has failed', async () => {
    const { cloud } = await closeAt('before', 'TagResources', { estate: estate(old, ...inUse(9)) });
    const told = cloud.lines.filter(({ connectionId, outcome }) => connectionId === 'vco-old' && outcome);
    expect(told).toMatchObject([{ event: 'connection.judged', outcome: 'deferred', reason: NOW_CLOSED }]);
    expect(cloud.calls()).not.toContain('DescribeVpnConnection vco-old');
  });

  test('if the window closes after the detach note, the note is removed, and nothing is detached', async () => {
    const isNote = ({ params }: { readonly params: object }) => JSON.stringify(params).includes('vco-sweeper:detached');
    const cloud = startCloud({
      estate: estate(dead, ...inUse(9)),
      policy: { rules, limits: { window: FIVE_MORE_MINUTES } },
    });
    const result = await cloud.run({
      after: (call, reply) => {
        if (call.action === 'TagResources' && isNote(call)) {
          cloud.clock.advance(TEN_MINUTES);
        }
        return reply;
      },
    });
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred', reason: NOW_CLOSED });
    expect(deletions(cloud.writes())).toEqual([]);
    expect(cloud.tags('vco-dead')).not.toHaveProperty('vco-sweeper:detached');
  });

  test('if the window closes after a detach was sent, the run finishes that connection and starts no other', async () => {
    const { cloud, result } = await closeAt('after', 'DeleteTransitRouterVpnAttachment', {
      estate: estate(dead, old, ...inUse(9)),
      policy: { limits: { perRun: 1 } },
    });
    expect(result.counts).toMatchObject({ deleted: 1, deferred: 1 });
    expect(deletions(cloud.writes())).toEqual([
      'DeleteTransitRouterVpnAttachment tr-attach-dead',
      'DeleteVpnAttachment vco-dead',
    ]);
  });

  test.each([
    ['DeleteVpnAttachment', 'VpnConnection.Configuring', old],
    ['DeleteTransitRouterVpnAttachment', 'Operation.Blocking', dead],
  ])('%s that was refused as too early is not sent again', async (action, code, row) => {
    const { cloud, result } = await closeAt('after', action, {
      estate: estate(row, ...inUse(9)),
      faults: [{ action, fault: { kind: 'error', status: 400, code } }],
    });
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred', reason: NOW_CLOSED });
    expect(deletions(cloud.writes())).toHaveLength(1);
    expect(cloud.connection(String(row.VpnConnectionId))?.State).toMatch(/^(init|attached)$/);
  });

  test.each([
    ['DeleteVpnAttachment', old],
    ['DeleteTransitRouterVpnAttachment', dead],
  ])('%s whose answer was lost is finished', async (action, row) => {
    const { cloud, result } = await closeAt('before', action, {
      estate: estate(row, ...inUse(9)),
      faults: [{ action, fault: { kind: 'reset', when: 'before' } }],
    });
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deleted' });
    expect(cloud.connectionIds()).not.toContain(row.VpnConnectionId);
  });

  test('a connection that is not reached before the window closes uses up no deletion', async () => {
    const { cloud, result } = await closeAt('before', 'DescribeVpnConnection', {
      estate: estate(halfDone, free('old', dueTags()), free('older', dueTags()), ...inUse(9)),
      policy: { limits: { perRun: 1 } },
    });
    expect(result.counts).toMatchObject({ deleted: 1, deferred: 2 });
    expect(deletions(cloud.writes())).toEqual(['DeleteVpnAttachment vco-half']);
    expect(result.outcomes.filter(({ outcome }) => outcome === 'deferred').map(({ reason }) => reason)).toContain(
      'over limits.perRun: its turn comes in a later run',
    );
  });
});

describe('a saved plan that is made outside the change window', () => {
  const plannedIds = async (stopped: boolean) => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(9)),
      policy: { mode: 'plan', rules, limits: { window: TOMORROW } },
    });
    const ids: string[] = [];
    const store = await openStore(aStoreFolder(stopped ? { STOP: '' } : {}), time);
    await cloud.run({ store, onPlanned: ({ verdict }) => ids.push(verdict.connection.connectionId) });
    return ids;
  };

  test('lists the connections that may go once it opens', async () => {
    expect(await plannedIds(false)).toEqual(['vco-old']);
  });

  test('lists none while a file stops every run', async () => {
    expect(await plannedIds(true)).toEqual([]);
  });
});
