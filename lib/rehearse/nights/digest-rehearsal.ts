import type { RunResult } from '../../core/domain/outcome.ts';
import { digestRuns } from '../../report/digest/digest-runs.ts';
import type { ReportDigest } from '../../report/digest/report-digest.ts';
import type { RehearsalScope } from './rehearsal-scope.ts';

const NOT_REAL = 'This is a rehearsal on a copy of the estate: nothing was marked, detached or deleted in the cloud.';

/** The results of all nights for the page, which first says that they are not real. Pure. */
export const digestRehearsal = (
  results: readonly RunResult[],
  { policy, leftOut }: RehearsalScope,
  madeAt: string,
): ReportDigest =>
  digestRuns({
    reportId: 'rehearsal',
    madeAt,
    runs: results.map((result) => ({ result, rules: policy.rules })),
    problems: [NOT_REAL, ...leftOut.map((text) => `Left out: ${text}`)],
    price: policy.report.price,
  });
