import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../lib/core/store/store.ts';
import { StoreError } from '../../../lib/core/store/store-error.ts';
import { openStore } from '../../../lib/store/open-store.ts';
import { aStoreFolder, cleanUp, time, withHash } from '../../store/store-support.ts';
import { ACCOUNT, ago, aPolicy, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

afterEach(cleanUp);

const MINUTE = 60_000;
/** Since when the connections of `dueTags` have been orphans. */
const SINCE = 2 * DAY;
const OUT = 'its grace has run out';

type Named = Readonly<Record<string, unknown>>;
const clock = (name: string, more: Named = {}): Named => ({
  accountId: ACCOUNT,
  regionId: REGION,
  connectionId: `vco-${name}`,
  rule: 'unassociated',
  since: ago(SINCE),
  ...more,
});

const document = (agoMs: number, named: readonly Named[], more: Named = {}): Named => ({
  format: 'vco-sweeper/told@1',
  reportId: 'report-1',
  channel: 'slack',
  acceptedAt: ago(agoMs),
  named,
  ...more,
});

/** The path of a record of a message that was accepted this long ago. */
function pathOf(agoMs: number, channel = 'slack'): string {
  const [day = '', hour = ''] = ago(agoMs).split('T');
  return `told/${day}/${hour.slice(0, 8).replaceAll(':', '')}Z-report-1-${channel}.json`;
}

const record = (agoMs: number, ...named: readonly Named[]) => ({ [pathOf(agoMs)]: withHash(document(agoMs, named)) });
const storeWith = (files: Readonly<Record<string, string>> = {}) => openStore(aStoreFolder(files), time);

const notify = { required: true, noticeMs: DAY };
const someCloud = (...rows: readonly Record<string, unknown>[]) =>
  startCloud({ estate: estate(...rows, ...inUse(9)), policy: { notify } });
const of = (mode: 'plan' | 'mark' | 'sweep') => [{ mode, regions: undefined, connections: undefined }];
const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));

/** The outcome of a due connection, with these files in the store. */
async function sweepWith(files: Readonly<Record<string, string>>, row = free('old', dueTags())) {
  const cloud = someCloud(row);
  const result = await cloud.run({ store: await storeWith(files) });
  return { cloud, result, outcome: result.outcomes[0] };
}

describe('notify.required', () => {
  test.each([
    ['plan', 'planned'],
    ['mark', 'planned'],
    ['sweep', 'deleted'],
  ] as const)('deletes only connections that were named early enough, in mode %s', async (mode, gone) => {
    const cloud = someCloud(free('told', dueTags()), free('late', dueTags()), free('untold', dueTags()));
    const files = { ...record(25 * HOUR, clock('told')), ...record(2 * HOUR, clock('late')) };
    const result = await cloud.run({ store: await storeWith(files), parts: of(mode) });
    expect(result).toMatchObject({ status: 'complete', counts: { [gone]: 1, waiting: 2 } });
    const byId = Object.fromEntries(result.outcomes.map((outcome) => [outcome.connectionId, outcome]));
    expect(byId['vco-told']).toMatchObject({ outcome: gone, toldAt: ago(25 * HOUR), noticeUntil: ago(HOUR) });
    expect(byId['vco-told']?.evidence.at(-1)).toBe(
      `named in a message that slack accepted on ${ago(25 * HOUR)} (report report-1)`,
    );
    expect(byId['vco-late']).toMatchObject({
      outcome: 'waiting',
      reason: `unassociated: ${OUT}, but slack announced it on ${ago(2 * HOUR)}, and it may be deleted from ${ago(-22 * HOUR)} on`,
      code: null,
      dueAt: ago(DAY),
      toldAt: ago(2 * HOUR),
      noticeUntil: ago(-22 * HOUR),
    });
    expect(byId['vco-untold']).toMatchObject({
      outcome: 'waiting',
      reason: `unassociated: ${OUT}, but nobody has been told yet`,
    });
    expect(byId['vco-untold']).not.toHaveProperty('toldAt');
    expect(deletions(cloud.writes())).toEqual(mode === 'sweep' ? ['DeleteVpnAttachment vco-told'] : []);
    // The marks of the waiting connections are kept up.
    expect(cloud.tags('vco-untold')?.['vco-sweeper:seen']).toBe(mode === 'plan' ? ago(HOUR) : '2026-11-22T12:00:00Z');
  });

  test('when it is off, no record is read', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(9)) });
    const store = await storeWith();
    const list = () => Promise.reject(new Error('nobody asked for it'));
    const result = await cloud.run({ store: { ...store, list } });
    expect(result.counts).toMatchObject({ deleted: 1 });
    expect(result.outcomes[0]).not.toHaveProperty('toldAt');
  });

  test('reads no record if nothing is due', async () => {
    const cloud = someCloud(free('new'));
    const store = await storeWith();
    const list = () => Promise.reject(new Error('nobody asked for it'));
    expect(await cloud.run({ store: { ...store, list } })).toMatchObject({ status: 'complete', counts: { marked: 1 } });
  });

  test.each<[string, number, Named]>([
    ['another account', 25 * HOUR, { accountId: '2000000000000002' }],
    ['another region', 25 * HOUR, { regionId: 'eu-central-1' }],
    ['another connection', 25 * HOUR, { connectionId: 'vco-other' }],
    ['another rule', 25 * HOUR, { rule: 'tunnels-down' }],
    ['a rule that nobody knows', 25 * HOUR, { rule: 'idle' }],
    ['a clock that began a second earlier', 25 * HOUR, { since: ago(SINCE + 1_000) }],
    ['a clock that began a second later', 25 * HOUR, { since: ago(SINCE - 1_000) }],
    ['the clock, before it began', SINCE + 6 * MINUTE, {}],
    ['the clock, in the future', -6 * MINUTE, {}],
  ])('a message that named %s does not count', async (_what, agoMs, more) => {
    const { outcome } = await sweepWith(record(agoMs, clock('old', more)));
    expect(outcome).toMatchObject({ outcome: 'waiting', reason: expect.stringContaining('nobody has been told yet') });
  });

  test.each<[string, number, string]>([
    ['to the second', DAY, 'deleted'],
    ['with five minutes of tolerance', DAY - 5 * MINUTE, 'deleted'],
    ['and no more', DAY - 5 * MINUTE - 1_000, 'waiting'],
    ['up to when the clock began', SINCE, 'deleted'],
    ['up to five minutes before, by another clock', SINCE + 5 * MINUTE, 'deleted'],
  ])('counts the notice %s', async (_what, agoMs, expected) => {
    const { outcome } = await sweepWith(record(agoMs, clock('old')));
    expect(outcome?.outcome).toBe(expected);
  });

  test('counts the first of several messages, in any channel and any folder', async () => {
    const other = withHash(document(25 * HOUR, [clock('x'), clock('old')], { channel: 'wecom-2' }));
    const { outcome } = await sweepWith({ ...record(HOUR, clock('old')), [pathOf(20 * HOUR, 'wecom-2')]: other });
    expect(outcome).toMatchObject({ outcome: 'deleted', toldAt: ago(25 * HOUR) });
  });

  test('a mark may be written with milliseconds, and a record without', async () => {
    const { outcome } = await sweepWith(record(25 * HOUR, clock('old', { since: ago(SINCE).replace('.000Z', 'Z') })));
    expect(outcome?.outcome).toBe('deleted');
  });

  test('also applies to connections that must first be detached', async () => {
    const row = bound('down', dueTags('tunnels-down'), down);
    const policy = { notify, rules: { 'tunnels-down': DAY } } as const;
    const sweepIt = async (files: Readonly<Record<string, string>>) => {
      const cloud = startCloud({ estate: estate(row, ...inUse(9)), policy });
      const { counts } = await cloud.run({ store: await storeWith(files) });
      return [counts.deleted, counts.waiting, cloud.tags('vco-down')?.['vco-sweeper:detached']];
    };
    expect(await sweepIt({})).toEqual([0, 1, undefined]);
    expect(await sweepIt(record(25 * HOUR, clock('down', { rule: 'tunnels-down' })))).toEqual([1, 0, undefined]);
  });

  test('a half-done connection needs no new notice, and is deleted without reading the records', async () => {
    const half = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-gone`, 'vco-sweeper:seen': ago(HOUR) };
    const cloud = someCloud(free('half', half));
    const store = await storeWith();
    const list = async (path: string) => {
      expect(path).not.toMatch(/^told/);
      return await store.list(path);
    };
    const result = await cloud.run({ store: { ...store, list } });
    expect(result.outcomes).toMatchObject([{ outcome: 'deleted', rule: 'half-done' }]);
  });

  test('a rule without grace has no clock that a message can name, so its connections wait', async () => {
    const cloud = someCloud(free('old'));
    const policy = { ...cloud.policy, rules: { ...cloud.policy.rules, unassociated: 0 } };
    const result = await cloud.run({ store: await storeWith(record(25 * HOUR, clock('old'))), policy });
    expect(result.outcomes).toMatchObject([
      {
        outcome: 'waiting',
        reason:
          'unassociated: this rule has no grace, but nobody has been told yet: without grace it has no mark to be named',
      },
    ]);
    expect(deletions(cloud.writes())).toEqual([]);
  });

  test('only the clock that is due first counts', async () => {
    const row = bound(
      'old',
      {
        'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}, unrouted ${ago(3 * DAY)}`,
        'vco-sweeper:seen': ago(HOUR),
      },
      down,
    );
    const policy = { notify, rules: { unassociated: 'off', 'tunnels-down': DAY, unrouted: DAY } } as const;
    const sweepIt = async (named: Named) => {
      const cloud = startCloud({ estate: estate(row, ...inUse(2)), policy });
      return (await cloud.run({ store: await storeWith(record(25 * HOUR, named)) })).outcomes.find(
        ({ connectionId }) => connectionId === 'vco-old',
      );
    };
    expect(await sweepIt(clock('old', { rule: 'tunnels-down' }))).toMatchObject({
      outcome: 'waiting',
      rule: 'unrouted',
    });
    expect(await sweepIt(clock('old', { rule: 'unrouted', since: ago(3 * DAY) }))).toMatchObject({
      outcome: 'deleted',
      rule: 'unrouted',
    });
  });

  test('a connection that waits for its notice takes no place of limits.perRun', async () => {
    const first = free('first', { ...dueTags(), 'vco-sweeper:orphan': `unassociated ${ago(9 * DAY)}` });
    const cloud = startCloud({
      estate: estate(first, free('second', dueTags()), ...inUse(9)),
      policy: { notify, limits: { perRun: 1 } },
    });
    const result = await cloud.run({ store: await storeWith(record(25 * HOUR, clock('second'))) });
    expect(result.counts).toMatchObject({ deleted: 1, waiting: 1, deferred: 0 });
  });

  test('the share guard counts connections that wait for their notice', async () => {
    const rows = Array.from({ length: 6 }, (_, index) => free(`old${index}`, dueTags()));
    const cloud = startCloud({ estate: estate(...rows, ...inUse(5)), policy: { notify } });
    const result = await cloud.run({ store: await storeWith(record(25 * HOUR, clock('old0'))) });
    expect(result).toMatchObject({ status: 'halted', counts: { blocked: 6, deleted: 0 } });
  });

  test('a missing notice comes before the change window and the file STOP', async () => {
    const cloud = someCloud(free('old', dueTags()));
    const freeze = [{ from: '2026-11-20', to: '2026-11-30' }];
    const policy = aPolicy({ ...cloud.policy, limits: { freeze } });
    const result = await cloud.run({ store: await storeWith({ STOP: '' }), policy });
    expect(result.outcomes).toMatchObject([{ outcome: 'waiting' }]);
  });

  test.each<[string, (text: string) => string]>([
    ['was cut off', (text) => text.slice(0, -20)],
    ['was changed', (text) => text.replace('slack', 'wecom')],
    ['has no hash', () => JSON.stringify(document(25 * HOUR, [clock('old')]))],
    ['is of another format', () => withHash({ ...document(25 * HOUR, [clock('old')]), format: 'vco-sweeper/told@2' })],
    ['names no time', () => withHash(document(25 * HOUR, [clock('old')], { acceptedAt: 'yesterday' }))],
    ['names no channel', () => withHash(document(25 * HOUR, [clock('old')], { channel: '../x' }))],
    ['names a clock without a time', () => withHash(document(25 * HOUR, [clock('old'), clock('x', { since: '' })]))],
    ['has a list that is none', () => withHash({ ...document(25 * HOUR, []), named: { 0: clock('old') } })],
  ])('a record that %s is reported and does not count', async (_what, spoil) => {
    const path = pathOf(25 * HOUR);
    const { cloud, result } = await sweepWith({ [path]: spoil(withHash(document(25 * HOUR, [clock('old')]))) });
    expect(result).toMatchObject({ status: 'complete', counts: { deleted: 0, waiting: 1 } });
    expect(result.warnings).toEqual([expect.stringContaining(`${path} does not count as the record of a message: `)]);
    expect(cloud.lines.filter(({ event }) => event === 'told.ignored')).toMatchObject([{ path }]);
  });

  test('a bad record does not prevent the other records from counting', async () => {
    const good = record(26 * HOUR, clock('old'));
    const { result } = await sweepWith({ ...good, [pathOf(27 * HOUR)]: '{', 'told/2026-11-21/notes.txt': 'x' });
    expect(result.counts.deleted).toBe(1);
    expect(result.warnings).toHaveLength(1);
  });

  test.each<[string, (store: Store) => Partial<Store>]>([
    ['the list of days', () => ({ list: () => Promise.reject(new StoreError('StoreTimeout', 'no answer')) })],
    [
      'the list of one day',
      (store) => ({
        list: (path) =>
          path.endsWith('21') ? Promise.reject(new StoreError('StoreTimeout', 'no answer')) : store.list(path),
      }),
    ],
    ['a record', () => ({ get: () => Promise.reject(new StoreError('StoreTimeout', 'no answer')) })],
  ])('if %s cannot be read, everything new waits, and the run is incomplete', async (_what, broken) => {
    const half = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-gone`, 'vco-sweeper:seen': ago(HOUR) };
    const cloud = someCloud(free('a', dueTags()), free('b', dueTags()), free('half', half));
    const store = await storeWith({ ...record(40 * HOUR, clock('a')), ...record(25 * HOUR, clock('a')) });
    const put = store.put;
    const result = await cloud.run({ store: { ...store, put, ...broken(store), isStopped: store.isStopped } });
    expect(result).toMatchObject({ status: 'incomplete', counts: { waiting: 2 } });
    for (const { reason, code } of result.outcomes.filter(({ outcome }) => outcome === 'waiting')) {
      expect(reason).toBe(
        `unassociated: ${OUT}, but nobody counts as told while the records of messages cannot be read: no answer`,
      );
      expect(code).toBe('StoreTimeout');
    }
    expect(deletions(cloud.writes()).filter((call) => !call.endsWith('vco-half'))).toEqual([]);
  });

  test('without a store, no connection has its notice', async () => {
    const cloud = someCloud(free('old', dueTags()));
    expect(await cloud.run()).toMatchObject({
      status: 'incomplete',
      outcomes: [{ outcome: 'waiting', code: 'StoreGone' }],
    });
  });

  test('reading takes at most half of the remaining time', async () => {
    const cloud = someCloud(free('old', dueTags()));
    const store = await storeWith({ ...record(40 * HOUR, clock('x')), ...record(25 * HOUR, clock('old')) });
    const list = async (path: string) => {
      cloud.clock.advance(6 * MINUTE);
      return await store.list(path);
    };
    const result = await cloud.run({ store: { ...store, list }, deadlineMs: NOW + 10 * MINUTE });
    expect(result.outcomes).toMatchObject([{ outcome: 'waiting', code: 'StoreTimeout' }]);
  });

  test('a request to stop ends the reading', async () => {
    const cloud = someCloud(free('old', dueTags()));
    const store = await storeWith(record(25 * HOUR, clock('old')));
    const stop = new AbortController();
    const list = async (path: string) => {
      stop.abort();
      return await store.list(path);
    };
    const get = () => Promise.reject(new Error('the run was asked to stop'));
    const result = await cloud.run({ store: { ...store, list, get }, stopAsked: stop.signal, parts: of('plan') });
    expect(result).toMatchObject({
      status: 'incomplete',
      outcomes: [
        { outcome: 'waiting', code: 'StoppedOnRequest', reason: expect.stringContaining('stopped on request') },
      ],
    });
  });

  test('an event does not bypass it', async () => {
    const cloud = someCloud(free('old', dueTags()));
    const parts = [{ mode: 'sweep' as const, regions: [REGION], connections: ['vco-old'], hint: true as const }];
    expect((await cloud.run({ store: await storeWith(), parts })).counts).toMatchObject({ waiting: 1, deleted: 0 });
  });

  test('a clock that began anew since it was told stops the detach', async () => {
    const cloud = startCloud({
      estate: estate(bound('down', dueTags('tunnels-down'), down), ...inUse(9)),
      policy: { notify, rules: { 'tunnels-down': DAY } },
    });
    const tags = cloud.tags('vco-down');
    const before = ({ action }: { readonly action: string }) => {
      // Somebody writes an older mark, by which it is due as well.
      if (action === 'TagResources' && tags) {
        tags['vco-sweeper:orphan'] = `tunnels-down ${ago(3 * DAY)}`;
      }
    };
    const store = await storeWith(record(25 * HOUR, clock('down', { rule: 'tunnels-down' })));
    const result = await cloud.run({ store, before });
    const reason = 'changed since it was judged: the clock in its mark is not the clock of which somebody was told';
    expect(result.outcomes).toMatchObject([{ outcome: 'unknown', reason }]);
    expect(deletions(cloud.writes())).toEqual([]);
    expect(cloud.tags('vco-down')).not.toHaveProperty('vco-sweeper:detached');
  });

  test('reading goes back to the day of the oldest clock, and no further', async () => {
    const folder = aStoreFolder();
    for (const day of ['2026-11-01', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23']) {
      const path = join(folder, 'told', day, 'x.json');
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    mkdirSync(join(folder, 'told', 'old'));
    const store = await openStore(folder, time);
    const listed: string[] = [];
    const list = async (path: string) => {
      listed.push(path);
      return await store.list(path);
    };
    await someCloud(free('old', dueTags())).run({ store: { ...store, list } });
    expect(listed.filter((path) => path.startsWith('told'))).toEqual([
      'told',
      'told/2026-11-20',
      'told/2026-11-21',
      'told/2026-11-22',
    ]);
  });
});
