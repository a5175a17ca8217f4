import type { DispatchResult } from '../../core/domain/dispatch-result.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toIso } from '../../core/domain/time.ts';
import type { Store } from '../../core/store/store.ts';
import { digestRuns } from '../digest/digest-runs.ts';
import type { FailedDispatch } from '../digest/report-digest.ts';
import { readResults } from './read-results.ts';
import type { ReportHistory } from './report-history.ts';
import type { TimedFile } from './stored-files.ts';
import type { DispatchedPlace, StoredReport } from './stored-report.ts';

/** The policy of the function or person that makes the report. */
export type ReportSettings = {
  readonly policy: Pick<Policy, 'rules' | 'report' | 'notify'>;
  /** The hash as in results. The graces of this policy apply only to runs with the same policy. */
  readonly policyHash: string;
};

export type CollectRequest = {
  readonly reportId: string;
  readonly nowMs: number;
  readonly files: readonly TimedFile[];
  readonly history: ReportHistory;
};

/** The longest duration of a run. A result that is not whole after this time will never be whole. */
const RUN_MS_MAX = 86_400_000;

/** Combines results of a store, and finds missing places. Throws `StoreError`. */
export async function collectReport(
  store: Pick<Store, 'get'>,
  { reportId, nowMs, files, history }: CollectRequest,
  { policy, policyHash }: ReportSettings,
): Promise<StoredReport> {
  const { runs, dispatches, unusable } = await readResults(store, files);
  const dispatched = dispatches.flatMap(({ result }) => toDispatched(result));
  for (const { result } of runs) {
    history.places.addRun(result);
  }
  history.places.addDispatched(dispatched);
  const isLost = ({ ms }: TimedFile): boolean => nowMs - ms >= RUN_MS_MAX;
  const lost = unusable.filter(isLost);
  const digest = digestRuns({
    reportId,
    madeAt: toIso(nowMs),
    runs: runs.map(({ path, result }) => ({
      path,
      result,
      ...(result.policy.hash === policyHash ? { rules: policy.rules } : {}),
    })),
    missing: history.places.missing(nowMs, policy.report.missingMs),
    notDispatched: dispatches.flatMap(({ result }) => toFailed(result)),
    problems: [
      ...history.problems,
      ...unusable
        .filter((file) => !isLost(file))
        .map(({ path, reason }) => `${path} does not count as a result: ${reason}`),
      ...dispatches.flatMap(({ result }) => result.notStored ?? []),
    ],
    lost: lost.map(({ path, reason }) => `A run left no whole result. ${path}: ${reason}`),
    price: policy.report.price,
  });
  return {
    ...digest,
    results: [...digest.results, ...dispatches.map(({ path }) => path)],
    dispatched,
    unusable: lost.map(({ path }) => path),
  };
}

const toDispatched = ({ scopes, startedAt }: DispatchResult): readonly DispatchedPlace[] =>
  scopes.flatMap(({ accountId, regionId, state }) =>
    state === 'failed' || accountId === null || regionId === null ? [] : [{ accountId, regionId, at: startedAt }],
  );

/** The sweeps that the dispatcher could not start. */
export const toFailed = ({ scopes, startedAt }: DispatchResult): readonly FailedDispatch[] =>
  scopes
    .filter(({ state }) => state === 'failed')
    .map(({ accountId, regionId, code, reason, advice }) => ({
      accountId,
      regionId,
      at: startedAt,
      code,
      reason,
      advice,
    }));
