import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../lib/core/store/store.ts';
import { StoreError } from '../../lib/core/store/store-error.ts';
import type { Fault } from '../../lib/emulator/faults/fault-rule.ts';
import { openStore } from '../../lib/store/open-store.ts';
import { StopFile } from '../../lib/sweep/steps/stop-file.ts';
import { aStoreFolder, cleanUp, time } from '../store/store-support.ts';
import { ago, HOUR } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';

afterEach(cleanUp);

const NOW_SECONDS = '2026-11-22T12:00:00Z';
const halfDone = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-gone`, 'vco-sweeper:seen': ago(HOUR) };
const rows = () => [
  free('old', dueTags()),
  bound('down', dueTags('tunnels-down'), down),
  free('half', halfDone),
  free('new'),
  bound('back', dueTags()),
  ...inUse(9),
];
const policy = { rules: { unassociated: 86_400_000, 'tunnels-down': 86_400_000 } } as const;
const someCloud = () => startCloud({ estate: estate(...rows()), policy });
const DUE = ['vco-down', 'vco-half', 'vco-old'];
const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));
const of = (mode: 'plan' | 'mark' | 'sweep') => [{ mode, regions: undefined, connections: undefined }];

/** Runs while the file appears at the first call of this kind, which fails. */
async function stopAt(action: string, row: Record<string, unknown>, fault: Fault) {
  const folder = aStoreFolder();
  const cloud = startCloud({ estate: estate(row, ...inUse(9)), policy, faults: [{ action, fault }] });
  const before = (call: { readonly action: string }) => {
    if (call.action === action) {
      writeFileSync(join(folder, 'STOP'), '');
    }
  };
  return { cloud, result: await cloud.run({ store: await openStore(folder, time), before }) };
}

describe('a file STOP in the store', () => {
  test.each(['plan', 'mark', 'sweep'] as const)(
    'lets nothing be detached or deleted, half-done connections included, and says so, in mode %s',
    async (mode) => {
      const folder = aStoreFolder({ STOP: '' });
      const cloud = someCloud();
      const result = await cloud.run({ store: await openStore(folder, time), parts: of(mode) });
      expect(result).toMatchObject({ status: 'complete', stoppedBy: join(folder, 'STOP'), counts: { deferred: 3 } });
      const deferred = result.outcomes.filter(({ outcome }) => outcome === 'deferred');
      expect(deferred.map(({ connectionId }) => connectionId).sort()).toEqual(DUE);
      for (const { reason, code } of deferred) {
        expect(reason).toBe(`stopped by the file ${folder}/STOP: nothing new is detached or deleted while it is there`);
        expect(code).toBeNull();
      }
      expect(deletions(cloud.writes())).toEqual([]);
      // Nothing was begun: each connection has a line, and no step has failed.
      expect(cloud.lines.filter(({ event }) => event === 'step.failed')).toEqual([]);
      expect(cloud.writes().length > 0).toBe(mode !== 'plan');
    },
  );

  test('leaves tags kept up: marks are set, renewed and cleared', async () => {
    const cloud = someCloud();
    const result = await cloud.run({ store: await openStore(aStoreFolder({ STOP: '' }), time) });
    expect(result.counts).toMatchObject({ marked: 1, cleared: 1, deferred: 3 });
    expect(cloud.tags('vco-new')).toMatchObject({ 'vco-sweeper:seen': NOW_SECONDS });
    expect(cloud.tags('vco-back')).toEqual({});
    expect(DUE.map((id) => cloud.tags(id)?.['vco-sweeper:seen'])).toEqual([NOW_SECONDS, NOW_SECONDS, NOW_SECONDS]);
  });

  test('once removed, lets the next run continue', async () => {
    const folder = aStoreFolder({ STOP: '' });
    const cloud = someCloud();
    const store = await openStore(folder, time);
    await cloud.run({ store });
    rmSync(join(folder, 'STOP'));
    cloud.clock.advance(HOUR);
    const result = await cloud.run({ store });
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 3, deferred: 0 } });
    expect(result).not.toHaveProperty('stoppedBy');
  });

  test.each<[string, string, (name: string) => Record<string, unknown>]>([
    ['detach', 'DeleteTransitRouterVpnAttachment', (name) => bound(name, dueTags('tunnels-down'), down)],
    ['delete', 'DeleteVpnAttachment', (name) => free(name, dueTags())],
  ])(
    'that appears at the first %s stops everything that has not begun, and lets the begun work end',
    async (_step, first, row) => {
      const folder = aStoreFolder();
      const names = Array.from({ length: 6 }, (_, index) => `old${index}`);
      const cloud = startCloud({
        estate: estate(...names.map(row), ...inUse(9)),
        policy: { ...policy, pace: { concurrency: 1 } },
      });
      const before = ({ action }: { readonly action: string }) => {
        if (action === first) {
          writeFileSync(join(folder, 'STOP'), '');
        }
      };
      const result = await cloud.run({ store: await openStore(folder, time), before });
      const { deleted, deferred } = result.counts;
      expect(result).toMatchObject({ status: 'complete', stoppedBy: join(folder, 'STOP') });
      expect([deleted + deferred, deleted < 6, deleted > 0]).toEqual([6, true, true]);
      const reasons = result.outcomes.filter(({ outcome }) => outcome === 'deferred').map(({ reason }) => reason);
      expect(new Set(reasons)).toEqual(new Set([expect.stringContaining('stopped by the file')]));
      expect(cloud.connectionIds()).toHaveLength(9 + deferred);
      for (const name of names) {
        // A note that announces a detach is removed.
        expect(cloud.tags(`vco-${name}`) ?? {}).not.toHaveProperty('vco-sweeper:detached');
      }
    },
  );

  test.each([
    ['DeleteVpnAttachment', 'VpnConnection.Configuring', free('old', dueTags())],
    ['DeleteVpnAttachment', 'VpnConnection.Configuring', free('old', halfDone)],
    ['DeleteTransitRouterVpnAttachment', 'Operation.Blocking', bound('old', dueTags('tunnels-down'), down)],
  ])('prevents a second %s after a refusal as too early', async (action, code, row) => {
    const { cloud, result } = await stopAt(action, row, { kind: 'error', status: 400, code });
    expect(result.outcomes).toMatchObject([
      { outcome: 'deferred', reason: expect.stringContaining('stopped by the file') },
    ]);
    expect(deletions(cloud.writes())).toHaveLength(1);
    expect(cloud.connection('vco-old')?.State).toMatch(/^(init|attached)$/);
  });

  test.each([
    ['DeleteVpnAttachment', free('old', dueTags())],
    ['DeleteTransitRouterVpnAttachment', bound('old', dueTags('tunnels-down'), down)],
  ])('lets a run finish %s whose answer was lost', async (action, row) => {
    const { cloud, result } = await stopAt(action, row, { kind: 'reset', when: 'before' });
    expect(result.outcomes).toMatchObject([{ outcome: 'deleted' }]);
    expect(cloud.connectionIds()).not.toContain('vco-old');
  });

  test.each(['plan', 'mark', 'sweep'] as const)(
    'is the reason outside the change window as well, in mode %s',
    async (mode) => {
      const folder = aStoreFolder({ STOP: '' });
      // The test runs on a Sunday.
      const window = { days: ['Mon'], from: '22:00', to: '05:00', zone: 'UTC' } as const;
      const cloud = startCloud({ estate: estate(...rows()), policy: { ...policy, limits: { window } } });
      const result = await cloud.run({ store: await openStore(folder, time), parts: of(mode) });
      const deferred = result.outcomes.filter(({ outcome }) => outcome === 'deferred');
      expect(deferred.map(({ connectionId }) => connectionId).sort()).toEqual(DUE);
      expect(new Set(deferred.map(({ reason }) => reason))).toEqual(
        new Set([expect.stringContaining('stopped by the file')]),
      );
      expect(deletions(cloud.writes())).toEqual([]);
    },
  );

  test('that appears between detach and delete does not leave a half-done connection', async () => {
    const folder = aStoreFolder();
    const cloud = startCloud({ estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(9)), policy });
    const before = ({ action }: { readonly action: string }) => {
      if (action === 'DeleteTransitRouterVpnAttachment') {
        writeFileSync(join(folder, 'STOP'), '');
      }
    };
    const result = await cloud.run({ store: await openStore(folder, time), before });
    expect(result).toMatchObject({ counts: { deleted: 1, deferred: 0 } });
  });

  test('that appears between the start and the first step is seen', async () => {
    const folder = aStoreFolder();
    const orphans = Array.from({ length: 3 }, (_, index) => free(`old${index}`, dueTags()));
    const cloud = startCloud({ estate: estate(...orphans, ...inUse(9)) });
    const store = await openStore(folder, time);
    let looks = 0;
    const isStopped = async () => {
      looks += 1;
      if (looks === 2) {
        writeFileSync(join(folder, 'STOP'), '');
      }
      return await store.isStopped();
    };
    const result = await cloud.run({ store: { ...store, isStopped } });
    expect(result).toMatchObject({ counts: { deleted: 0, deferred: 3 }, stoppedBy: join(folder, 'STOP') });
    expect(deletions(cloud.writes())).toEqual([]);
  });

  test('leaves a connection blocked that a guard blocks', async () => {
    const many = Array.from({ length: 6 }, (_, index) => free(`old${index}`, dueTags()));
    const cloud = startCloud({ estate: estate(...many, ...inUse(2)) });
    const store = await openStore(aStoreFolder({ STOP: '' }), time);
    expect(await cloud.run({ store })).toMatchObject({ status: 'halted', counts: { blocked: 6, deferred: 0 } });
  });

  test('is reported even if nothing is due', async () => {
    const folder = aStoreFolder({ STOP: '' });
    const cloud = startCloud({ estate: estate(...inUse(2)) });
    expect(await cloud.run({ store: await openStore(folder, time) })).toMatchObject({
      status: 'complete',
      stoppedBy: join(folder, 'STOP'),
    });
  });
});

describe('a store that cannot be read', () => {
  const unreadable = async (code: 'StoreGone' | 'StoreTimeout', after = 0): Promise<Store> => {
    const store = await openStore(aStoreFolder(), time);
    let looks = 0;
    return {
      ...store,
      isStopped: () => {
        looks += 1;
        return looks > after ? Promise.reject(new StoreError(code, 'the store: nobody can tell')) : store.isStopped();
      },
    };
  };

  test('holds deletions back, and the run is incomplete', async () => {
    const cloud = someCloud();
    const result = await cloud.run({ store: await unreadable('StoreGone') });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deleted: 0, deferred: 3, marked: 1, cleared: 1 } });
    expect(result).not.toHaveProperty('stoppedBy');
    expect(result.outcomes.filter(({ outcome }) => outcome === 'deferred')).toMatchObject(
      DUE.map(() => ({
        code: 'StoreGone',
        reason: 'nothing new is detached or deleted while the store cannot be read: the store: nobody can tell',
      })),
    );
    expect(deletions(cloud.writes())).toEqual([]);
  });

  test.each([1, 2, 3])('also holds deletions back from its look number %i on', async (after) => {
    const cloud = someCloud();
    const result = await cloud.run({ store: await unreadable('StoreTimeout', after) });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deleted: 0, deferred: 3 } });
    expect(deletions(cloud.writes())).toEqual([]);
  });
});

describe('a look for the file STOP', () => {
  test('is shared by all callers that ask before it begins, and by no later caller', async () => {
    const store = await openStore(aStoreFolder(), time);
    let looks = 0;
    const stop = new StopFile({
      ...store,
      isStopped: () => {
        looks += 1;
        return store.isStopped();
      },
    });
    const first = Promise.all(Array.from({ length: 20 }, () => stop.look()));
    await Promise.resolve();
    await Promise.resolve();
    const second = stop.look();
    expect(await first).toEqual(Array.from({ length: 20 }, () => undefined));
    expect(await second).toBeUndefined();
    expect(looks).toBe(2);
  });

  test('that found the file counts until the end of the run', async () => {
    const folder = aStoreFolder({ STOP: '' });
    const store = await openStore(folder, time);
    let looks = 0;
    const isStopped = () => {
      looks += 1;
      return store.isStopped();
    };
    const stop = new StopFile({ ...store, isStopped });
    const found = await stop.look();
    rmSync(join(folder, 'STOP'));
    expect(await stop.look()).toEqual(found);
    expect(found).toMatchObject({ file: join(folder, 'STOP') });
    // The run does not wait again and again for a store that does not answer.
    expect(looks).toBe(1);
  });
});
