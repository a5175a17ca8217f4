import type { ConnectionId } from '../domain/estate.ts';
import type { Place } from '../domain/place.ts';
import { parseInstant } from '../domain/time.ts';
import { backupFolder, dayOf, readBackupName } from './store-layout.ts';

const DAY_MS = 86_400_000;
/** The clocks of machines differ, so the time of a backup may be a little in the future. */
const AHEAD_MS_MAX = 5 * 60_000;
/** The name of a backup contains its time in whole seconds, rounded down. */
const SECOND_MS = 1_000;

/** A folder of a day with backups of a place. */
type BackupDay = { readonly path: string; readonly day: string };

/** The folders with the backups of the last 24 hours, the oldest first. Pure. Throws `StoreError` for an odd id. */
export function recentBackupDays(place: Place, nowMs: number): readonly BackupDay[] {
  const days = new Set([nowMs - DAY_MS, nowMs, nowMs + AHEAD_MS_MAX].map(dayOf));
  return [...days].map((day) => ({ path: `${backupFolder(place)}/${day}`, day }));
}

/**
 * The connections in a folder with a backup of the last 24 hours, by the file names alone. Other files are ignored.
 * Pure.
 */
export function recentlyBackedUp({ day }: BackupDay, names: readonly string[], nowMs: number): readonly ConnectionId[] {
  return names.flatMap((name) => {
    const { connectionId, time = '' } = readBackupName(name) ?? {};
    const takenMs = parseInstant(`${day}T${time.replace(/^(..)(..)(..)Z$/, '$1:$2:$3Z')}`);
    const isRecent = takenMs !== undefined && takenMs + SECOND_MS > nowMs - DAY_MS;
    return connectionId !== undefined && isRecent ? [connectionId] : [];
  });
}
