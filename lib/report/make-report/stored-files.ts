import type { Store } from '../../core/store/store.ts';
import { dayOf, isDay, REPORTS, RESULTS, readReportName, readTimedName, TOLD } from '../../core/store/store-layout.ts';

const DAY_MS = 86_400_000;
/** A report takes results that are at most this old. */
const RESULT_MS_MAX = 7 * DAY_MS;
/** Longer than that, so that a report which named a result is found for as long as the result is. */
const REPORT_MS_MAX = 8 * DAY_MS;

/** A file whose name says when it was begun. `id` is of the run, the report, or the report and the channel. */
export type TimedFile = { readonly path: string; readonly ms: number; readonly id: string };

/** Results of the last 7 days, of sweeps and of the dispatcher, oldest first. Throws `StoreError`. */
export const findResults = (store: Store, nowMs: number): Promise<readonly TimedFile[]> =>
  findSince(store, RESULTS, nowMs - RESULT_MS_MAX);

/** Records of messages since a moment, oldest first. Throws `StoreError`. */
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
