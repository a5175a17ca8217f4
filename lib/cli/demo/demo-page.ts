import { pathToFileURL } from 'node:url';
import type { RunResult } from '../../core/domain/outcome.ts';
import { toIso } from '../../core/domain/time.ts';
import { digestRuns } from '../../report/digest/digest-runs.ts';
import type { FailedDispatch, ReportDigest } from '../../report/digest/report-digest.ts';
import { renderPage } from '../../report/page/render-page.ts';
import type { Io } from '../io.ts';
import type { Night } from './platform-nights.ts';

/** The id of the demo's report. */
const REPORT_ID = 'demo';

/**
 * Writes the page. Throws as `node:fs` does.
 *
 * @returns a sentence with the path of the page
 */
export function leavePage(digest: ReportDigest, io: Io): string {
  const path = io.temporaryPath('report.html');
  io.writeFile(path, renderPage(digest));
  return `The report as a page, to open in a browser: ${pathToFileURL(path).href}`;
}

/** The report of some sweeps, at the end of the last sweep. Pure. */
export function digestSweeps(results: readonly RunResult[]): ReportDigest {
  const endedMs = Math.max(...results.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs));
  return digestRuns({ reportId: REPORT_ID, madeAt: toIso(endedMs), runs: results.map((result) => ({ result })) });
}

/** The report of all results that the sweeps of some nights left. Pure. */
export function digestNights(nights: readonly Night[], nowMs: number): ReportDigest {
  const sweeps = nights.flatMap((night) => night.sweeps);
  const notDispatched = nights.flatMap(({ dispatched: { scopes, startedAt: at } }) =>
    scopes.flatMap(({ state, accountId, regionId, code, reason, advice }): readonly FailedDispatch[] =>
      state === 'failed' ? [{ accountId, regionId, at, code, reason, advice }] : [],
    ),
  );
  return digestRuns({
    reportId: REPORT_ID,
    madeAt: toIso(nowMs),
    runs: sweeps.flatMap(({ result }) => (result === undefined ? [] : [{ result }])),
    notDispatched,
    lost: sweeps.flatMap(({ accountId, regionId, result, problem }) =>
      result === undefined ? [`${regionId} of account ${accountId}: ${problem}`] : [],
    ),
  });
}
