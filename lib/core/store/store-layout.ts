import type { ConnectionId } from '../domain/estate.ts';
import type { Place } from '../domain/place.ts';
import { parseInstant, toIso } from '../domain/time.ts';
import { StoreError } from './store-error.ts';

/**
 * Each store has this file in its folder. A folder without it is not a store, so a forgotten mount never looks like a
 * store.
 */
export const MARKER = 'vco-sweeper-store.json';
export const STORE_FORMAT = 'vco-sweeper/store@1';
export const RESULT_FORMAT = 'vco-sweeper/result@1';
export const BACKUP_FORMAT = 'vco-sweeper/backup@1';

/**
 * A person stops the sweep with a file of this name at the root of the store. The sweep then begins no detach or
 * delete.
 */
export const STOP = 'STOP';

const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** Whether a name can be part of a path. It never begins with a dot, and never holds a slash. */
export const isStoreName = (name: string): boolean => NAME_PATTERN.test(name);

/** The names in a path of a store. Throws `StoreError` for a path that could lead out of it. */
export function namesIn(path: string): readonly string[] {
  const names = path.split('/');
  if (names.every(isStoreName)) {
    return names;
  }
  throw new StoreError('StoreFailed', `${shown(path)} is not a path within a store`);
}

/** An id as a part of a path, unchanged. Throws `StoreError` for an id that would change the path. */
function namePart(id: string): string {
  if (isStoreName(id)) {
    return id;
  }
  throw new StoreError('StoreFailed', `${shown(id)} cannot be a part of a path`);
}

export const RESULTS = 'results';

/**
 * The path for the result of a run. Throws `StoreError` for an odd id.
 *
 * @param writtenMs when its writing began
 * @param runId of a sweep or a dispatch
 */
export const resultPath = (writtenMs: number, runId: string): string =>
  `${RESULTS}/${dayOf(writtenMs)}/${timeOf(writtenMs)}-${namePart(runId)}.json`;

const TIMED_NAME = /^(\d{2})(\d{2})(\d{2})Z-(.+)\.json$/;

/**
 * The time and id in the name of a result, or in the name of a record of a message. Undefined for any other name.
 *
 * @param day the folder of the file
 */
export function readTimedName(day: string, name: string): { readonly ms: number; readonly id: string } | undefined {
  const [, hours, minutes, seconds, id] = TIMED_NAME.exec(name) ?? [];
  const ms = parseInstant(`${day}T${hours}:${minutes}:${seconds}Z`);
  return ms === undefined || id === undefined ? undefined : { ms, id };
}

export const TOLD = 'told';

/**
 * The path for the record of an accepted message. Throws `StoreError` for an odd id.
 *
 * @param channel the channel's name, such as `slack-2`
 */
export const toldPath = (acceptedMs: number, reportId: string, channel: string): string =>
  `${TOLD}/${dayOf(acceptedMs)}/${timeOf(acceptedMs)}-${namePart(reportId)}-${namePart(channel)}.json`;

export const REPORTS = 'reports';

/** The path for a report as JSON, page or table. Throws `StoreError` for an odd id. */
export const reportPath = (madeMs: number, reportId: string, kind: 'json' | 'html' | 'csv'): string =>
  `${REPORTS}/${dayOf(madeMs)}T${timeOf(madeMs)}-${namePart(reportId)}.${kind}`;

const REPORT_NAME = /^(\d{4}-\d{2}-\d{2})T(\d{6}Z-.+\.json)$/;

/** The time and id of a report, from the name of its JSON file. Undefined for any other name. */
export function readReportName(name: string): { readonly ms: number; readonly id: string } | undefined {
  const [, day, rest] = REPORT_NAME.exec(name) ?? [];
  return day === undefined || rest === undefined ? undefined : readTimedName(day, rest);
}

/** A copy of the newest page, under an address that stays the same. The product never reads it. */
export const LATEST_PAGE = `${REPORTS}/latest.html`;

export const BACKUPS = 'backups';

/** The folder with the backups of a place. It has a folder for each day. Throws `StoreError` for an odd id. */
export const backupFolder = ({ accountId, regionId }: Place): string =>
  `${BACKUPS}/${namePart(accountId)}/${namePart(regionId)}`;

/**
 * The path for a backup of a connection. Throws `StoreError` for an odd id.
 *
 * @param takenMs when the backup was taken
 */
export const backupPath = (place: Place, connectionId: ConnectionId, takenMs: number, runId: string): string =>
  `${backupFolder(place)}/${dayOf(takenMs)}/${namePart(connectionId)}-${timeOf(takenMs)}-${namePart(runId)}.json`;

const BACKUP_NAME = /^(vco-[0-9a-z-]+?)-(\d{6}Z)-[A-Za-z0-9._-]+\.json$/;

/**
 * The connection of a backup and the time of day when it was taken, from the file name. Undefined for any other name.
 */
export function readBackupName(
  name: string,
): { readonly connectionId: ConnectionId; readonly time: string } | undefined {
  const [, connectionId, time] = BACKUP_NAME.exec(name) ?? [];
  return connectionId === undefined || time === undefined ? undefined : { connectionId, time };
}

const SHOWN_MAX = 200;

const shown = (text: string): string => JSON.stringify(text.slice(0, SHOWN_MAX));

const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a name in a folder of days is a day. People may keep files of their own beside the days. */
export const isDay = (name: string): boolean => DAY_PATTERN.test(name);

/** `2026-11-22`, in UTC. */
export const dayOf = (ms: number): string => toIso(ms).slice(0, 10);

/** `120000Z`, in UTC. */
const timeOf = (ms: number): string => `${toIso(ms).slice(11, 19).replaceAll(':', '')}Z`;
