import { mapConcurrent } from '../core/concurrency/map-concurrent.ts';
import { isAccountId, isRegionId } from '../core/domain/ids.ts';
import type { Store } from '../core/store/store.ts';
import { BACKUP_FORMAT, BACKUPS, backupFolder, isDay, readBackupName } from '../core/store/store-layout.ts';
import { type Backup, connectionIdOf } from './backup-document.ts';
import { readBackup } from './read-backup.ts';

/** A file of the store that is, or should be, a backup. */
export type FoundBackup = {
  readonly path: string;
  /** The id in its name and folders. */
  readonly connectionId: string;
  readonly reading: { readonly backup: Backup } | { readonly problem: string };
};

const READS_MAX = 16;

/**
 * Every backup in the store, or every backup of a connection, the oldest first. Throws `StoreError`.
 *
 * The answer contains invalid files as well, each with its problem.
 */
export async function findBackups(store: Store, connectionId?: string): Promise<readonly FoundBackup[]> {
  const files: { readonly path: string; readonly connectionId: string; readonly moment: string }[] = [];
  for (const accountId of (await store.list(BACKUPS)).filter(isAccountId)) {
    for (const regionId of (await store.list(`${BACKUPS}/${accountId}`)).filter(isRegionId)) {
      const folder = backupFolder({ accountId, regionId });
      for (const day of (await store.list(folder)).filter(isDay)) {
        for (const name of await store.list(`${folder}/${day}`)) {
          const said = readBackupName(name);
          if (said !== undefined && (connectionId ?? said.connectionId) === said.connectionId) {
            files.push({ path: `${folder}/${day}/${name}`, connectionId: said.connectionId, moment: day + said.time });
          }
        }
      }
    }
  }
  files.sort((a, b) => (a.moment < b.moment ? -1 : 1));
  return await mapConcurrent(files, READS_MAX, async ({ path, connectionId: id }) => ({
    path,
    connectionId: id,
    reading: await readFile(store, path, id),
  }));
}

async function readFile(store: Store, path: string, connectionId: string): Promise<FoundBackup['reading']> {
  const read = await store.get(path, BACKUP_FORMAT);
  if (read.kind !== 'document') {
    return { problem: read.kind === 'absent' ? 'it is gone' : read.reason };
  }
  const found = readBackup(read.document);
  if ('backup' in found && connectionIdOf(found.backup) !== connectionId) {
    return { problem: `its name says ${connectionId}, and it is of ${connectionIdOf(found.backup)}` };
  }
  return found;
}

/**
 * The backup to restore from: the newest with an attachment, or else the newest.
 *
 * @param atMs ignores backups that were taken later
 */
export function chooseBackup(
  found: readonly FoundBackup[],
  atMs = Number.POSITIVE_INFINITY,
): { readonly path: string; readonly backup: Backup } | undefined {
  const usable = found
    .flatMap(({ path, reading }) => ('backup' in reading ? [{ path, backup: reading.backup }] : []))
    .filter(({ backup }) => Date.parse(backup.takenAt) <= atMs)
    .sort((a, b) => Date.parse(a.backup.takenAt) - Date.parse(b.backup.takenAt));
  return usable.findLast(({ backup }) => backup.attachment !== null) ?? usable.at(-1);
}
