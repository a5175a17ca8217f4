import type { ConnectionId } from '../domain/estate.ts';
import type { Place } from '../domain/place.ts';
import { parseInstant, toIso } from '../domain/time.ts';

const DAY_MS = 86_400_000;
/** Clocks of machines differ: a backup may have been taken a little ahead of us. */
const AHEAD_MS_MAX = 5 * 60_000;
/** A name says whole seconds, rounded down. */
const SECOND_MS = 1_000;

/** `vco-bp1-193004Z-<runId>.json`, taken at 19:30:04 of the day that its folder names. */
const BACKUP_NAME = /^(vco-.+?)-(\d\d)(\d\d)(\d\d)Z-.+\.json$/;

/** A folder of one day with backups of one place. */
export type BackupDay = { readonly path: string; readonly day: string };

/** The folders in which the backups of the last 24 hours are, the oldest first. Pure. */
export function recentBackupDays({ accountId, regionId }: Place, nowMs: number): readonly BackupDay[] {
  const days = new Set([nowMs - DAY_MS, nowMs, nowMs + AHEAD_MS_MAX].map((ms) => toIso(ms).slice(0, 10)));
  return [...days].map((day) => ({ path: `backups/${accountId}/${regionId}/${day}`, day }));
}

/** Whose backups of the last 24 hours are in a folder, by their names alone. A file of another name is none. Pure. */
export function recentlyBackedUp({ day }: BackupDay, names: readonly string[], nowMs: number): readonly ConnectionId[] {
  return names.flatMap((name) => {
    const [, connectionId, hours, minutes, seconds] = BACKUP_NAME.exec(name) ?? [];
    const takenMs = parseInstant(`${day}T${hours}:${minutes}:${seconds}Z`);
    const isRecent = takenMs !== undefined && takenMs + SECOND_MS > nowMs - DAY_MS;
    return connectionId !== undefined && isRecent ? [connectionId] : [];
  });
}
