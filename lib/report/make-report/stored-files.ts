import type { Store } from '../../core/store/store.ts';
import { dayOf, isDay, REPORTS, RESULTS, readReportName, readTimedName, TOLD } from '../../core/store/store-layout.ts';

const DAY_MS = 86_400_000;
/** The greatest age of results in a report. */
const RESULT_MS_MAX = 7 * DAY_MS;
/** Longer than the age of results, so that each report that names a result is found as long as the result is. */
const REPORT_MS_MAX = 8 * DAY_MS;

/**
 * A file with its start time in its name. `id` is the id of the run, of the report, or of the report with the channel.
 */
export type TimedFile = { readonly path: string; readonly ms: number; readonly id: string };

/** Results of the last 7 days, of sweeps and of the dispatcher, oldest first. Throws `StoreError`. */
export const findResults = (store: Store, nowMs: number): Promise<readonly TimedFile[]> =>
  findSince(store, RESULTS, nowMs - RESULT_MS_MAX);

/** Records of messages since a time, oldest first. Throws `StoreError`. */
export const findRecords = (store: Store, sinceMs: number): Promise<readonly TimedFile[]> =>
  findSince(store, TOLD, sinceMs);

/** Reports of the last 8 days, oldest first. Throws `StoreError`. */
export async function findReports(store: Store, nowMs: number): Promise<readonly TimedFile[]> {
  const files = (await store.list(REPORTS)).flatMap((name) => {
    const said = readReportName(name);
    return said === undefined ? [] : [{ path: `${REPORTS}/${name}`, ...said }];
  });
  return since(files, nowMs - REPORT_MS_MAX);
}

async function findSince(store: Store, folder: string, sinceMs: number): Promise<readonly TimedFile[]> {
  const files: TimedFile[] = [];
  for (const day of (await store.list(folder)).filter((name) => isDay(name) && name >= dayOf(sinceMs))) {
    for (const name of await store.list(`${folder}/${day}`)) {
      const said = readTimedName(day, name);
      if (said !== undefined) {
        files.push({ path: `${folder}/${day}/${name}`, ...said });
      }
    }
  }
  return since(files, sinceMs);
}

const since = (files: readonly TimedFile[], sinceMs: number): readonly TimedFile[] =>
  files.filter(({ ms }) => ms > sinceMs).sort((a, b) => a.ms - b.ms);
