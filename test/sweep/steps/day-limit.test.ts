import { afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../lib/core/store/store.ts';
import { StoreError } from '../../../lib/core/store/store-error.ts';
import { openStore } from '../../../lib/store/open-store.ts';
import { aStoreFolder, cleanUp, time } from '../../store/store-support.ts';
import { ACCOUNT, ago, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

afterEach(cleanUp);

/** The path of a backup of this age. */
function backup(name: string, agoMs: number, place = `${ACCOUNT}/${REGION}`): string {
  const [day = '', clock = ''] = ago(agoMs).split('T');
  return `backups/${place}/${day}/vco-${name}-${clock.slice(0, 8).replaceAll(':', '')}Z-run-1.json`;
}

const storeWith = (...paths: readonly string[]) =>
  openStore(aStoreFolder(Object.fromEntries(paths.map((path) => [path, '{}']))), time);
const limits = (perDay: number, more: object = {}) => ({ limits: { perDay, ...more } });
const of = (mode: 'plan' | 'mark' | 'sweep') => [{ mode, regions: undefined, connections: undefined }];
const orphans = (count: number) => Array.from({ length: count }, (_, index) => free(`old${index}`, dueTags()));
const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));
const OVER = `over limits.perDay: 3 in ${REGION} in the last 24 hours, and limits.perDay is 3`;

describe('limits.perDay', () => {
  test.each([
    ['plan', 'planned'],
    ['mark', 'planned'],
    ['sweep', 'deleted'],
  ] as const)('counts the backups of the last 24 hours, in mode %s', async (mode, outcome) => {
    const store = await storeWith(
      backup('a', 23 * HOUR),
      backup('b', HOUR),
      backup('c', 25 * HOUR),
      backup('d', 3 * DAY),
    );
    const cloud = startCloud({ estate: estate(...orphans(3), ...inUse(9)), policy: limits(3) });
    const result = await cloud.run({ store, parts: of(mode) });
    expect(result).toMatchObject({ status: 'complete', counts: { [outcome]: 1, deferred: 2 } });
    const deferred = result.outcomes.filter((one) => one.outcome === 'deferred');
    expect(deferred.map(({ reason, code }) => [reason, code])).toEqual([
      [OVER, null],
      [OVER, null],
    ]);
    expect(deletions(cloud.writes())).toHaveLength(mode === 'sweep' ? 1 : 0);
  });

  test('a run never exceeds it, however many deletions begin at the same time', async () => {
    const cloud = startCloud({ estate: estate(...orphans(6), ...inUse(9)), policy: limits(2) });
    expect((await cloud.run({ store: await storeWith() })).counts).toMatchObject({ deleted: 2, deferred: 4 });
  });

  test.each([
    ['deletes', orphans(6)],
    ['detaches', Array.from({ length: 6 }, (_, index) => bound(`old${index}`, dueTags('tunnels-down'), down))],
  ])('while no time is left for %s, the store is not asked about each connection in turn', async (_what, rows) => {
    const cloud = startCloud({
      estate: estate(...rows, ...inUse(9)),
      policy: { ...limits(2), rules: { unassociated: DAY, 'tunnels-down': DAY } },
    });
    const store = await storeWith();
    let asked = 0;
    const list: Store['list'] = (path) => {
      asked += 1;
      return store.list(path);
    };
    const { counts } = await cloud.run({ store: { ...store, list }, deadlineMs: NOW + 6_000 });
    expect(counts).toMatchObject({ deferred: 6, deleted: 0 });
    // Two folders of backups hold the last 24 hours. They are read once before all steps.
    expect(asked).toBe(2);
  });

  test('does not read the backups of a region without a due connection', async () => {
    const cloud = startCloud({ estate: estate(...inUse(9)), policy: limits(2) });
    const list = () => Promise.reject(new Error('nobody asked for it'));
    const result = await cloud.run({ store: { ...(await storeWith()), list } });
    expect(result).toMatchObject({ status: 'complete', counts: { kept: 9 } });
  });

  test('0 means no deletion, and off means no limit and no reading of backups', async () => {
    const none = startCloud({ estate: estate(...orphans(2), ...inUse(9)), policy: limits(0) });
    expect((await none.run({ store: await storeWith() })).counts).toMatchObject({ deleted: 0, deferred: 2 });
    const off = startCloud({ estate: estate(...orphans(2), ...inUse(9)) });
    const store = await storeWith(backup('a', HOUR));
    const list = () => Promise.reject(new Error('nobody asked for it'));
    expect((await off.run({ store: { ...store, list } })).counts).toMatchObject({ deleted: 2 });
  });

  test('limits each place separately', async () => {
    const store = await storeWith(
      backup('a', HOUR),
      backup('b', HOUR, `${ACCOUNT}/eu-central-1`),
      backup('c', HOUR, `2000000000000002/${REGION}`),
    );
    const cloud = startCloud({ estate: estate(...orphans(2), ...inUse(9)), policy: limits(2) });
    expect((await cloud.run({ store })).counts).toMatchObject({ deleted: 1, deferred: 1 });
  });

  test('counts a connection once, and lets a deletion that has begun continue', async () => {
    const store = await storeWith(backup('old0', HOUR), backup('old0', 2 * HOUR), backup('old0', 3 * HOUR));
    const cloud = startCloud({ estate: estate(...orphans(1), ...inUse(9)), policy: limits(1) });
    expect((await cloud.run({ store })).counts).toMatchObject({ deleted: 1, deferred: 0 });
  });

  test('a half-done connection was counted when it was detached', async () => {
    const half = free('half', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-old` });
    const store = await storeWith(backup('a', HOUR));
    const cloud = startCloud({ estate: estate(half, ...orphans(1), ...inUse(9)), policy: limits(1) });
    expect((await cloud.run({ store })).counts).toMatchObject({ deleted: 1, deferred: 1 });
  });

  test.each([
    ['as a file of another name', `backups/${ACCOUNT}/${REGION}/2026-11-22/notes.txt`],
    ['as a file of a result', `backups/${ACCOUNT}/${REGION}/2026-11-22/110000Z-run-1.json`],
    ['at an impossible time', `backups/${ACCOUNT}/${REGION}/2026-11-22/vco-a-256000Z-run-1.json`],
  ])('ignores files that are not backups, %s', async (_what, path) => {
    const cloud = startCloud({ estate: estate(...orphans(1), ...inUse(9)), policy: limits(1) });
    expect((await cloud.run({ store: await storeWith(path) })).counts).toMatchObject({ deleted: 1 });
  });

  test.each<[string, number, number]>([
    ['to the second', DAY - 1_000, 1],
    ['and no longer', DAY + 1_000, 0],
    ['by clocks that are ahead', -4 * 60_000, 1],
  ])('counts a day %s', async (_what, agoMs, deferred) => {
    const cloud = startCloud({ estate: estate(...orphans(1), ...inUse(9)), policy: limits(1) });
    const store = await storeWith(backup('a', agoMs));
    expect((await cloud.run({ store })).counts).toMatchObject({ deferred, deleted: 1 - deferred });
  });

  test('counts the folder of tomorrow shortly before midnight', async () => {
    const cloud = startCloud({ estate: estate(...orphans(1), ...inUse(9)), policy: limits(1) });
    cloud.clock.advance(12 * HOUR - 60_000);
    const store = await storeWith(backup('a', -12 * HOUR - 60_000));
    expect((await cloud.run({ store })).counts).toMatchObject({ deferred: 1 });
  });

  test('counts again before each new deletion, because another run may have used up the day', async () => {
    const store = await storeWith();
    let looks = 0;
    const list = async (path: string) => {
      looks += 1;
      return looks > 2 && path.endsWith('2026-11-22') ? ['vco-a-110000Z-run-2.json', 'vco-b-110000Z-run-2.json'] : [];
    };
    const dead = bound('dead', dueTags('tunnels-down'), down);
    const cloud = startCloud({
      estate: estate(dead, ...orphans(2), ...inUse(9)),
      policy: { rules: { unassociated: DAY, 'tunnels-down': DAY }, ...limits(2) },
    });
    const result = await cloud.run({ store: { ...store, list } });
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 0, deferred: 3 } });
    expect(deletions(cloud.writes())).toEqual([]);
  });

  test('gives the place of a connection that is found protected to the next connection', async () => {
    const dead = [0, 1, 2].map((index) => bound(`old${index}`, dueTags('tunnels-down'), down));
    const cloud = startCloud({
      estate: estate(...dead, ...inUse(9)),
      policy: { rules: { 'tunnels-down': DAY }, ...limits(1) },
    });
    let kept = false;
    const before = ({ action }: { readonly action: string }) => {
      const row = cloud.emulator.estate.vpnConnections.find(({ VpnConnectionId: id }) => id === 'vco-old0');
      if (action === 'TagResources' && row && !kept) {
        kept = true;
        row.tags = { ...row.tags, 'vco-sweeper:keep': 'yes' };
        // By then the listing is too old for a detach.
        cloud.clock.advance(20_000);
      }
    };
    const { counts } = await cloud.run({ store: await storeWith(), before });
    expect(counts).toMatchObject({ protected: 1, deleted: 1, deferred: 1 });
  });

  test('connections that fail in each run leave the day to the waiting connections', async () => {
    const cloud = startCloud({
      estate: estate(...orphans(3), ...inUse(9)),
      policy: limits(2),
      faults: ['vco-old0', 'vco-old1'].map((id) => ({
        action: 'DeleteVpnAttachment',
        match: { VpnConnectionId: id },
        times: 'always',
        fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' },
      })),
    });
    const folder = await storeWith();
    for (let run = 0; run < 7; run += 1) {
      await cloud.run({ store: folder });
      cloud.clock.advance(6 * HOUR);
    }
    expect(cloud.connectionIds()).not.toContain('vco-old2');
    expect(cloud.connectionIds()).toContain('vco-old0');
  });

  test('applies together with limits.perRun', async () => {
    const cloud = startCloud({ estate: estate(...orphans(5), ...inUse(9)), policy: limits(4, { perRun: 2 }) });
    const { counts, outcomes } = await cloud.run({ store: await storeWith() });
    expect(counts).toMatchObject({ deleted: 2, deferred: 3 });
    expect(outcomes.filter(({ outcome }) => outcome === 'deferred')[0]?.reason).toContain('limits.perRun');
  });
});

describe('a store whose backups cannot be counted', () => {
  const unreadable = async (after = 0): Promise<Store> => {
    const store = await storeWith();
    let looks = 0;
    const list = async () => {
      looks += 1;
      if (looks > after) {
        throw new StoreError('StoreTimeout', 'the store: no answer');
      }
      return [];
    };
    return { ...store, list };
  };
  const half = () => free('half', { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-old` });

  test.each(['plan', 'sweep'] as const)(
    'lets nothing be deleted, half-done connections included, in mode %s',
    async (mode) => {
      const cloud = startCloud({ estate: estate(half(), ...orphans(1), ...inUse(9)), policy: limits(5) });
      const result = await cloud.run({ store: await unreadable(), parts: of(mode) });
      expect(result).toMatchObject({ status: 'incomplete', counts: { deferred: 2, deleted: 0, planned: 0 } });
      expect(result.outcomes).toMatchObject([{ code: 'StoreTimeout' }, { code: 'StoreTimeout' }]);
      expect(result.outcomes[0]?.reason).toContain('limits.perDay counts cannot be read: the store: no answer');
      expect(deletions(cloud.writes())).toEqual([]);
    },
  );

  test('lets nothing be deleted if only the second count fails', async () => {
    const cloud = startCloud({ estate: estate(...orphans(2), ...inUse(9)), policy: limits(5) });
    const result = await cloud.run({ store: await unreadable(2) });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deferred: 2, deleted: 0 } });
  });

  test('a run without a store, which no entry point allows, deletes nothing', async () => {
    const cloud = startCloud({ estate: estate(...orphans(1), ...inUse(9)), policy: limits(5) });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', counts: { deferred: 1, deleted: 0 } });
  });
});

test('with a hold, a deletion counts on the day of its detach', async () => {
  const dead = [0, 1].map((index) => bound(`dead${index}`, dueTags('tunnels-down'), down));
  const rules = { 'tunnels-down': DAY };
  const cloud = startCloud({
    estate: estate(...dead, ...inUse(9)),
    policy: { rules, detach: { holdMs: DAY }, ...limits(1) },
  });
  expect((await cloud.run({ store: await storeWith() })).counts).toMatchObject({ held: 1, deferred: 1 });
  expect(NOW).toBeLessThan(cloud.clock.now());
});
