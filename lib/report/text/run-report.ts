import type { ConnectionId } from '../../core/domain/estate.ts';
import type { Outcome, RunResult } from '../../core/domain/outcome.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toOutcomeTable } from './outcome-table.ts';
import type { ReportStyle } from './report-style.ts';
import { type Problem, toSummary } from './summary.ts';

/** What a report shows beside the result itself. */
export type RunBackground = {
  readonly policy: Policy;
  readonly names: ReadonlyMap<ConnectionId, string>;
  /** Left out where nobody watched the run. */
  readonly problems?: readonly Problem[];
};

/** A run's result as text for a person. Pure; every text that came from the cloud is made printable. */
export function reportRun(result: RunResult, background: RunBackground, style: ReportStyle): string {
  const startedMs = Date.parse(result.startedAt);
  const table =
    result.outcomes.length === 0 ? [] : [toOutcomeTable(result.outcomes, { ...background, startedMs }, style), ''];
  return [...table, toSummary(result, background.problems, style), ''].join('\n');
}

/** Only the table, of some of a run's outcomes. */
export const reportOutcomes = (
  outcomes: readonly Outcome[],
  background: {
    readonly policy: Policy;
    readonly names: ReadonlyMap<ConnectionId, string>;
    readonly startedAt: string;
  },
  style: ReportStyle,
): string => toOutcomeTable(outcomes, { ...background, startedMs: Date.parse(background.startedAt) }, style);
