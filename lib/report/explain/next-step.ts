import { formatDuration } from '../../core/domain/duration.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toIso } from '../../core/domain/time.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import type { Judged } from '../../core/plan/plan.ts';

/**
 * The next step of a sweep for a connection.
 *
 * `first`: a condition that must come first, or null. `at`: the earliest time. Null means now, or an unknown time.
 */
export type NextStep = { readonly first: string | null; readonly what: string; readonly at: string | null };

const HELD = 'kept for now by the limits below. Without them: ';

/**
 * The next step for a connection and its time, if the connection does not change. Pure.
 *
 * @param held whether limits or guards of a run stop the deletion of a due connection
 */
export function findNextStep(judged: Judged, policy: Policy, nowMs: number, held: boolean): NextStep {
  const { verdict } = judged;
  const step = (what: string): NextStep => ({ first: null, what, at: null });
  const unmarked = verdict.markAction === 'clear' ? ', and the next run in mode mark or sweep removes its mark' : '';
  switch (verdict.kind) {
    case 'not-ours':
      return step('never touched, because it is not made for a transit router');
    case 'protected':
      return step(`kept as long as it is protected, in every mode${unmarked}`);
    case 'unknown':
      return step('kept, because a connection in doubt is not touched. Every run looks again');
    case 'in-use':
      return step(`kept${unmarked}`);
    case 'half-done':
      return foreseeHalfDone(verdict, policy, held);
    case 'orphan':
      return withNotice(foreseeOrphan(judged, policy, nowMs, held), judged, policy, nowMs);
  }
}

const thenDeleted = ({ detach: { holdMs } }: Policy): string =>
  holdMs > 0 ? `, held for ${formatDuration(holdMs)} and then deleted` : ' and deleted';

function foreseeHalfDone({ heldUntilMs, tagsOver }: Verdict, policy: Policy, held: boolean): NextStep {
  if (heldUntilMs === undefined) {
    const what = `${held ? HELD : ''}deleted by the next sweep, which finishes what an earlier one began`;
    return { first: null, what, at: null };
  }
  const seen = `if every run until then finds it so, with no gap longer than ${formatDuration(policy.marks.maxGapMs)}`;
  const first = tagsOver > 0 ? `${tagsOver} of its own tags are removed` : null;
  return { first, what: `deleted by a sweep, ${seen}`, at: toIso(heldUntilMs) };
}

function foreseeOrphan({ verdict, notice }: Judged, policy: Policy, nowMs: number, held: boolean): NextStep {
  const { attachment, tagsOver } = verdict;
  if (tagsOver > 0) {
    return { first: `${tagsOver} of its own tags are removed`, what: 'marked, and later deleted', at: null };
  }
  const steps = attachment ? `detached from ${attachment.transitRouterId}${thenDeleted(policy)}` : 'deleted';
  if (verdict.isDue) {
    const which = notice === undefined || notice.kind === 'over' ? 'the next' : 'a';
    return { first: null, what: `${held ? HELD : ''}${steps} by ${which} sweep`, at: null };
  }
  const seen = `if every run until then finds it so, with no gap longer than ${formatDuration(policy.marks.maxGapMs)}`;
  if (verdict.ripeAtMs !== undefined) {
    return { first: null, what: `${steps} by a sweep, ${seen}`, at: toIso(verdict.ripeAtMs) };
  }
  const grace = verdict.rule === null || verdict.rule === 'half-done' ? 'off' : policy.rules[verdict.rule];
  return {
    first: 'marked by the next run in mode mark or sweep',
    what: `${steps} by a sweep, ${seen}`,
    at: grace === 'off' ? null : toIso(nowMs + grace),
  };
}

/** The same step, but not before the end of the notice that the policy requires. */
function withNotice(step: NextStep, { notice, verdict }: Judged, { notify }: Policy, nowMs: number): NextStep {
  if (!notify.required || notice?.kind === 'over' || verdict.tagsOver > 0) {
    return step;
  }
  const after = (first: string): string => (step.first === null ? first : `${step.first}, and then ${first}`);
  if (notice?.kind === 'unread') {
    return { ...step, first: after('the records of messages can be read') };
  }
  const graceMs = Date.parse(step.at ?? toIso(nowMs));
  if (notice?.kind === 'running') {
    return { ...step, at: toIso(Math.max(graceMs, notice.untilMs)) };
  }
  return {
    first: after(`a channel accepts a message that names it, at least ${formatDuration(notify.noticeMs)} before`),
    what: step.what,
    at: toIso(Math.max(graceMs, nowMs + notify.noticeMs)),
  };
}
