import { formatDuration } from '../../core/domain/duration.ts';
import type { Outcome, RunResult } from '../../core/domain/outcome.ts';
import { count } from '../../report/text/summary.ts';

/** The list of deletions, and the text that a person types to agree. */
export type SweepQuestion = {
  readonly connectionIds: readonly string[];
  /** The only text that agrees. */
  readonly agreement: string;
  readonly text: string;
};

/**
 * The question before a sweep, from its plan. Undefined if the sweep would delete nothing.
 *
 * @param holdMs `detach.hold`: with a hold, a later sweep deletes the detached connections
 */
export function askAbout({ outcomes }: RunResult, holdMs: number): SweepQuestion | undefined {
  const planned = outcomes.filter(({ outcome }) => outcome === 'planned');
  if (planned.length === 0) {
    return undefined;
  }
  const detached = planned.filter(({ attachedTo }) => attachedTo !== null).length;
  const marked = outcomes.filter(({ outcome, since }) => outcome === 'waiting' && since === null).length;
  const agreement = String(planned.length);
  const held = detached > 0 && holdMs > 0 ? `, and held for ${formatDuration(holdMs)} before they are deleted` : '';
  const lines = [
    `To delete: ${count(planned.length, 'connection')}, ${detached === 0 ? 'none' : detached} of them detached first${held}. New marks: ${marked}.`,
    ...describePlaces(planned),
    `Type ${agreement} to delete ${planned.length === 1 ? 'it' : 'them'}. Any other answer changes nothing: `,
  ];
  return { connectionIds: planned.map(({ connectionId }) => connectionId), agreement, text: lines.join('\n') };
}

/** A line for each account, with the number of connections in each region. */
function describePlaces(planned: readonly Outcome[]): readonly string[] {
  const accounts = new Map<string, Map<string, number>>();
  for (const { accountId, regionId } of planned) {
    const regions = accounts.get(accountId) ?? new Map<string, number>();
    accounts.set(accountId, regions.set(regionId, (regions.get(regionId) ?? 0) + 1));
  }
  return [...accounts].map(
    ([accountId, regions]) =>
      `  account ${accountId}: ${[...regions].map(([regionId, number]) => `${regionId} ${number}`).join(', ')}`,
  );
}
