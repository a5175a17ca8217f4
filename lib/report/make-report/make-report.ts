import { ConfigError } from '../../core/domain/errors.ts';
import type { RunStatus } from '../../core/domain/outcome.ts';
import { placeKey } from '../../core/domain/place.ts';
import { toIso } from '../../core/domain/time.ts';
import type { ReportStore } from '../../core/store/store.ts';
import { reportPath } from '../../core/store/store-layout.ts';
import { REPORT_FORMAT } from '../digest/report-digest.ts';
import { collectReport, type ReportSettings } from './collect-report.ts';
import { type ReportHistory, readHistory } from './report-history.ts';
import { type MessageResult, type SendDeps, sendReport } from './send-report.ts';
import { findResults, type TimedFile } from './stored-files.ts';
import { OUTCOMES_KEY, readReport, type StoredReport } from './stored-report.ts';
import { readRecords } from './told-records.ts';
import { isWritten, writeForPeople, writeReport } from './write-report.ts';

export type ReportDeps = SendDeps & {
  readonly store: ReportStore;
  /** The id of this run, and of the report that it makes. */
  readonly runId: string;
};

/** The result of a run of the report function. */
export type ReportRun = {
  readonly runId: string;
  /** ISO UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Null if there was no news to report. */
  readonly report: MadeReport | null;
  /** The messages about this report, and about reports of the last 24 hours that a channel had not received. */
  readonly messages: readonly MessageResult[];
  /** Unusable records of messages. */
  readonly problems: readonly string[];
};

type MadeReport = {
  readonly reportId: string;
  /** The path of its document in the store. */
  readonly storedAs: string;
  readonly status: RunStatus;
  /** The number of its results, of its listed connections and of missing places. */
  readonly results: number;
  readonly connections: number;
  readonly missing: number;
  readonly problems: readonly string[];
};

/** The time during which a report is sent to channels that have not received it. */
const SEND_MS_MAX = 86_400_000;
/** The longest time without a report. After it a report is made even without news, because silence is news. */
const QUIET_MS_MAX = 12 * 3_600_000;

/**
 * Makes a report of the results that no report names yet, writes it into the store, and sends it to each channel.
 *
 * The platform may kill it at any point and run it again. A report counts once its document is stored, and the next run
 * completes it. Throws `ConfigError` for a store without results, and `StoreError`.
 */
export async function makeReport(settings: ReportSettings, deps: ReportDeps): Promise<ReportRun> {
  const { store, clock, runId, journal } = deps;
  const startedMs = clock.now();
  const history = await readHistory(store, startedMs);
  const files = await findResults(store, startedMs);
  refuseEmpty(store, files, history);
  await finishNewest(store, history, startedMs);
  const fresh = files.filter(({ path }) => !history.named.has(path));
  const report = await collectReport(store, { reportId: runId, nowMs: startedMs, files: fresh, history }, settings);
  const made = isNews(report, history, startedMs) ? toMade(report) : null;
  if (made !== null) {
    await writeReport(store, report);
    journal('report.written', made);
  }
  const { messages, problems } = await sendAll(made === null ? undefined : report, history, settings, deps);
  const durationMs = clock.now() - startedMs;
  journal('report.finished', { durationMs, report: made?.reportId ?? null, messages: messages.length, problems });
  return { runId, startedAt: toIso(startedMs), durationMs, report: made, messages, problems };
}

/** Throws `ConfigError` if the last days have no result, because then no sweep writes into this store. */
export function refuseEmpty({ folder }: ReportStore, files: readonly TimedFile[], { places }: ReportHistory): void {
  if (files.length === 0 && places.size === 0) {
    throw new ConfigError(
      `the store ${JSON.stringify(folder)} has no results of the last 7 days: let the sweep use the same store, and run it first`,
    );
  }
}

/** Completes the newest report if its run was killed. Every older report had a run after it. */
async function finishNewest(store: ReportStore, { reports }: ReportHistory, nowMs: number): Promise<void> {
  const newest = reports.at(-1);
  if (newest === undefined || nowMs - newest.ms > SEND_MS_MAX) {
    return;
  }
  const madeAt = toIso(newest.ms);
  if (!(await isWritten(store, { reportId: newest.id, madeAt }))) {
    const report = await getReport(store, newest);
    if (report !== undefined) {
      await writeForPeople(store, report);
    }
  }
}

/** Reads a report again. Undefined if it has disappeared or is damaged since. */
async function getReport(store: ReportStore, file: TimedFile): Promise<StoredReport | undefined> {
  const read = readReport(await store.getParts(file.path, REPORT_FORMAT, OUTCOMES_KEY), file);
  return 'report' in read ? read.report : undefined;
}

function isNews(report: StoredReport, { reports, missing }: ReportHistory, nowMs: number): boolean {
  const lastMs = reports.at(-1)?.ms ?? Number.NEGATIVE_INFINITY;
  return (
    report.results.length > 0 ||
    report.unusable.length > 0 ||
    report.missing.some((place) => !missing.has(placeKey(place))) ||
    nowMs - lastMs >= QUIET_MS_MAX
  );
}

const toMade = (report: StoredReport): MadeReport => ({
  reportId: report.reportId,
  storedAs: reportPath(Date.parse(report.madeAt), report.reportId, 'json'),
  status: report.status,
  results: report.results.length,
  connections: report.outcomes.length,
  missing: report.missing.length,
  problems: report.problems,
});

/** Sends older reports first, so that a channel that was unavailable gets all messages in order. */
async function sendAll(
  report: StoredReport | undefined,
  { reports }: ReportHistory,
  { policy }: ReportSettings,
  deps: ReportDeps,
): Promise<Pick<ReportRun, 'messages' | 'problems'>> {
  const { store, clock } = deps;
  if (policy.notify.channels.length === 0) {
    return { messages: [], problems: [] };
  }
  const nowMs = clock.now();
  const records = await readRecords(store, report === undefined ? [] : [report], nowMs);
  const isOpen = ({ id, ms }: TimedFile): boolean =>
    nowMs - ms < SEND_MS_MAX && policy.notify.channels.some(({ name }) => !records.isDone(id, name));
  const messages: MessageResult[] = [];
  for (const file of reports.filter(isOpen)) {
    const older = await getReport(store, file);
    if (older !== undefined) {
      messages.push(...(await sendReport(older, records, policy, deps)));
    }
  }
  if (report !== undefined) {
    messages.push(...(await sendReport(report, records, policy, deps)));
  }
  return { messages, problems: records.problems };
}
