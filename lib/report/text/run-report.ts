import type { Outcome, RunResult } from '../../core/domain/outcome.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { filtersOf, selectOutcomes, unknownOwners, type View } from '../view/view.ts';
import { toOutcomeTable } from './outcome-table.ts';
import { paletteOf, type ReportStyle } from './report-style.ts';
import { count, type Problem, toHeadlines, toSummary } from './summary.ts';
import { wrap } from './text-width.ts';

/** The further facts that a report shows besides the result. */
export type RunBackground = {
  readonly policy: Policy;
  /** Absent if the run was not watched. */
  readonly problems?: readonly Problem[];
};

/**
 * A run's result as text for a person: counts first, then a row for each connection in the view, then warnings and
 * problems. Pure. Every text from the cloud is made printable.
 */
export function reportRun(result: RunResult, background: RunBackground, style: ReportStyle, view: View = {}): string {
  const startedMs = Date.parse(result.startedAt);
  const shown = selectOutcomes(result.outcomes, view);
  const { yellow } = paletteOf(style);
  const notes = hiddenNotes(result.outcomes, shown, view)
    .flatMap((text) => wrap(text, style.columns))
    .map(yellow);
  const table =
    shown.length === 0 ? [] : [toOutcomeTable(shown, { ...background, startedMs }, style, view.groupBy), ''];
  return [toHeadlines(result, style), ...notes, '', ...table, toSummary(result, background.problems, style), ''].join(
    '\n',
  );
}

/** The number of outcomes that the filters of a view hide. */
function hiddenNotes(all: readonly Outcome[], shown: readonly Outcome[], view: View): readonly string[] {
  const filters = filtersOf(view);
  if (filters.length === 0) {
    return [];
  }
  const unknown = unknownOwners(all, view).map((owner) =>
    owner === '' ? 'is without an owner' : `has the owner ${owner}`,
  );
  return [
    `Shown: ${shown.length} of ${count(all.length, 'listed connection')}; ${all.length - shown.length} hidden by ${filters.join(', ')}`,
    ...unknown.map((what) => toPrintable(`No listed connection ${what}.`)),
  ];
}

/** Only the table of some outcomes of a run. */
export const reportOutcomes = (
  outcomes: readonly Outcome[],
  background: { readonly policy: Policy; readonly startedAt: string },
  style: ReportStyle,
): string =>
  toOutcomeTable(
    selectOutcomes(outcomes, {}),
    { policy: background.policy, startedMs: Date.parse(background.startedAt) },
    style,
  );
