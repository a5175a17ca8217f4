import type { Outcome, RunResult } from '../../core/domain/outcome.ts';
import { type Place, placeKey } from '../../core/domain/place.ts';
import type { Store } from '../../core/store/store.ts';
import { backupFolder, dayOf, readBackupName } from '../../core/store/store-layout.ts';

/** A backup is taken before the detach, and a connection may be held for long before it is deleted. */
const BACKUP_MS_MAX = 35 * 86_400_000;

/**
 * Where the store keeps the newest backup of each connection that was deleted, by the names of the files alone. Only the
 * places with a deletion are looked at. Throws `StoreError`.
 */
export async function findBackupPaths(
  store: Pick<Store, 'list'>,
  results: readonly RunResult[],
  nowMs: number,
): Promise<(outcome: Outcome) => string | null> {
  const places = new Map<string, Place>();
  for (const { outcomes } of results) {
    for (const { outcome, accountId, regionId } of outcomes) {
      if (outcome === 'deleted') {
        places.set(placeKey({ accountId, regionId }), { accountId, regionId });
      }
    }
  }
  const newest = new Map<string, string>();
  for (const place of places.values()) {
    const folder = backupFolder(place);
    // Days and times in names sort by time.
    for (const day of (await store.list(folder)).filter((name) => name >= dayOf(nowMs - BACKUP_MS_MAX)).sort()) {
      const found = (await store.list(`${folder}/${day}`)).flatMap((name) => {
        const said = readBackupName(name);
        return said === undefined ? [] : [{ ...said, path: `${folder}/${day}/${name}` }];
      });
      for (const { connectionId, path } of found.sort((a, b) => (a.time < b.time ? -1 : 1))) {
        newest.set(`${placeKey(place)} ${connectionId}`, path);
      }
    }
  }
  return (outcome) => newest.get(`${placeKey(outcome)} ${outcome.connectionId}`) ?? null;
}
