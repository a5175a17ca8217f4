import type { Outcome, RunResult } from '../../core/domain/outcome.ts';
import { count } from '../../report/text/summary.ts';

/** What is to be deleted, and what a person has to type to agree to it. */
export type SweepQuestion = {
  readonly connectionIds: readonly string[];
  /** The only text that agrees. */
  readonly agreement: string;
  readonly text: string;
};

/** The question before a sweep, from its plan; undefined when nothing would be deleted. */
export function askAbout({ outcomes }: RunResult): SweepQuestion | undefined {
  const planned = outcomes.filter(({ outcome }) => outcome === 'planned');
  if (planned.length === 0) {
    return undefined;
  }
  const detached = planned.filter(({ attachedTo }) => attachedTo !== null).length;
  const marked = outcomes.filter(({ outcome, since }) => outcome === 'waiting' && since === null).length;
  const agreement = String(planned.length);
  const lines = [
    `To delete: ${count(planned.length, 'connection')}, ${detached === 0 ? 'none' : detached} of them detached first. New marks: ${marked}.`,
    ...describePlaces(planned),
    `Type ${agreement} to delete ${planned.length === 1 ? 'it' : 'them'}; anything else changes nothing: `,
  ];
  return { connectionIds: planned.map(({ connectionId }) => connectionId), agreement, text: lines.join('\n') };
}

/** One line for each account, with how many in each of its regions. */
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
