import { placeKey } from '../../core/domain/place.ts';
import type { ReportStore } from '../../core/store/store.ts';
import { REPORT_FORMAT } from '../digest/report-digest.ts';
import { KnownPlaces } from './known-places.ts';
import { findReports, type TimedFile } from './stored-files.ts';
import { OUTCOMES_KEY, readReportHead } from './stored-report.ts';

/** The combined content of the reports of the last 8 days. */
export type ReportHistory = {
  /** The paths of the files that they name: results, and files that are not results. */
  readonly named: ReadonlySet<string>;
  /** The places that they know. */
  readonly places: KnownPlaces;
  /** The reports, oldest first. */
  readonly reports: readonly TimedFile[];
  /** `placeKey` of each place that the newest report calls missing. */
  readonly missing: ReadonlySet<string>;
  readonly problems: readonly string[];
};

/** The time during which a report names damaged files. */
const TOLD_MS_MAX = 86_400_000;

/** Reads the reports of the last 8 days, in sequence and without their outcomes. Throws `StoreError`. */
export async function readHistory(store: ReportStore, nowMs: number): Promise<ReportHistory> {
  const named = new Set<string>();
  const places = new KnownPlaces();
  const reports: TimedFile[] = [];
  const problems: string[] = [];
  let missing: ReadonlySet<string> = new Set();
  for (const file of await findReports(store, nowMs)) {
    const read = readReportHead(await store.getParts(file.path, REPORT_FORMAT, OUTCOMES_KEY), file);
    if ('problem' in read) {
      if (nowMs - file.ms < TOLD_MS_MAX) {
        problems.push(`${file.path} does not count as a report: ${read.problem}`);
      }
      continue;
    }
    for (const path of [...read.head.results, ...read.head.unusable]) {
      named.add(path);
    }
    places.addReport(read.head);
    reports.push(file);
    missing = new Set(read.head.missing.map(placeKey));
  }
  return { named, places, reports, missing, problems };
}
