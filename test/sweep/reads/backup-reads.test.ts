import { expect, test } from 'vitest';
import type { CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import type { Store, StoreDocument } from '../../../lib/core/store/store.ts';
import { BackupReads } from '../../../lib/sweep/reads/backup-reads.ts';
import type { Backup } from '../../../lib/undo/backup-document.ts';
import { ACCOUNT, aBackup, REGION } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const DETACHED_MS = Date.parse('2026-11-22T12:00:00Z');
const PLACE = `backups/${ACCOUNT}/${REGION}`;

const backupAt = (takenAt: string, change: Partial<Backup> = {}) =>
  aBackup({ takenAt, connection: { VpnConnectionId: 'vco-old' }, ...change });

/** Reads of a store with these documents, by day and name. `looked` collects the days and files that were read. */
function reads(documents: Readonly<Record<string, StoreDocument>>) {
  const paths = new Map(Object.entries(documents).map(([path, one]) => [`${PLACE}/${path}`, one]));
  const looked: string[] = [];
  const store: Pick<Store, 'get' | 'list'> = {
    get: async (path) => {
      looked.push(path.slice(PLACE.length + 1));
      const document = paths.get(path);
      return document === undefined ? { kind: 'absent' } : { kind: 'document', document };
    },
    list: async (path) => {
      looked.push(path.slice(PLACE.length + 1));
      const below = [...paths.keys()].filter((key) => key.startsWith(`${path}/`));
      return [...new Set(below.map((key) => key.slice(path.length + 1).split('/')[0] ?? ''))].sort();
    },
  };
  const place = { accountId: ACCOUNT, regionId: REGION };
  const clock = new VirtualClock(DETACHED_MS);
  const backupReads = new BackupReads({ api: {} as CloudApi, clock, place, store: store as Store });
  const find = async (mayBeRewritten: boolean) =>
    (await backupReads.find('vco-old', { atMs: DETACHED_MS, attachmentId: 'tr-attach-1', mayBeRewritten }))?.path.slice(
      PLACE.length + 1,
    );
  return { find, looked };
}

const nameAt = (time: string) => `vco-old-${time}Z-run.json`;

test('a backup of a note that is written only once is from the day of the note or the day before it', async () => {
  const days = ['2026-11-20', '2026-11-21', '2026-11-22'];
  for (const day of days) {
    const { find, looked } = reads({ [`${day}/${nameAt('120000')}`]: backupAt(`${day}T12:00:00Z`) });
    expect(await find(false)).toBe(day === '2026-11-20' ? undefined : `${day}/${nameAt('120000')}`);
    expect(looked).not.toContain('2026-11-20');
  }
});

test('with a hold, all days are searched, because a hold that starts again rewrites the note', async () => {
  const path = `2026-08-01/${nameAt('010203')}`;
  const { find } = reads({
    [path]: backupAt('2026-08-01T01:02:03Z'),
    '2026-11-22/vco-other-120000Z-run.json': backupAt('2026-11-22T12:00:00Z'),
  });
  expect(await find(true)).toBe(path);
});

test('the newest of several backups counts', async () => {
  const { find, looked } = reads({
    [`2026-11-21/${nameAt('235900')}`]: backupAt('2026-11-21T23:59:00Z'),
    [`2026-11-22/${nameAt('080000')}`]: backupAt('2026-11-22T08:00:00Z'),
    [`2026-11-22/${nameAt('110000')}`]: backupAt('2026-11-22T11:00:00Z'),
  });
  expect(await find(true)).toBe(`2026-11-22/${nameAt('110000')}`);
  expect(looked.filter((path) => path.endsWith('.json'))).toEqual([`2026-11-22/${nameAt('110000')}`]);
});

test.each<[string, StoreDocument]>([
  ['has no attachment', backupAt('2026-11-22T12:00:00Z', { attachment: null })],
  [
    'has another attachment',
    backupAt('2026-11-22T12:00:00Z', {
      attachment: { TransitRouterAttachmentId: 'tr-attach-2', TransitRouterId: 'tr-1' },
    }),
  ],
  ['is of another connection', backupAt('2026-11-22T12:00:00Z', { connection: { VpnConnectionId: 'vco-other' } })],
  ['no restore could read', backupAt('2026-11-22T12:00:00Z', { connection: {} })],
])('a document that %s does not count', async (_what, document) => {
  const { find } = reads({ [`2026-11-22/${nameAt('120000')}`]: document });
  expect(await find(true)).toBeUndefined();
  const older = `2026-11-21/${nameAt('120000')}`;
  const both = reads({ [`2026-11-22/${nameAt('120000')}`]: document, [older]: backupAt('2026-11-21T12:00:00Z') });
  expect(await both.find(true)).toBe(older);
});
