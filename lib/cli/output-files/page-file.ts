import type { RunResult } from '../../core/domain/outcome.ts';
import { digestRuns } from '../../report/digest/digest-runs.ts';
import { renderPage } from '../../report/page/render-page.ts';
import type { RunBackground } from '../../report/text/run-report.ts';
import { count } from '../../report/text/summary.ts';
import type { FileContent } from './answer-file.ts';

/** The content of `--html`: the whole run, because the page has its own filters. */
export const PAGE_CONTENT: FileContent = {
  render: ({ result, background }) => runPage(result, background),
  describe: ({ result }) => `the page of this run, ${count(result.outcomes.length, 'connection')}`,
  ofRehearsal: ({ digest }) => ({
    text: renderPage(digest),
    about: `the page of this rehearsal, ${count(digest.outcomes.length, 'connection')}`,
  }),
};

/** The page of a run, dated at the end of the run. The reason of an unread place is in its region. Pure. */
function runPage(result: RunResult, { policy, problems: watched = [] }: RunBackground): string {
  const { runId, startedAt, durationMs } = result;
  const madeAt = new Date(Date.parse(startedAt) + durationMs).toISOString();
  const reasons = result.regions.flatMap(({ reason }) => reason ?? []);
  const problems = watched.map(({ text }) => text).filter((text) => !reasons.some((reason) => text.includes(reason)));
  const runs = [{ result, rules: policy.rules }];
  return renderPage(digestRuns({ reportId: runId, madeAt, runs, problems, price: policy.report.price }));
}
