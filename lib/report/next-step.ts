import { formatDuration } from '../core/duration.ts';
import type { Verdict } from '../core/judge.ts';
import type { Policy } from '../core/options.ts';
import { toIso } from '../core/time.ts';

/** What a sweep would do with a connection, and from when on (null: now, or no moment is known). Pure. */
export type NextStep = { readonly what: string; readonly at: string | null };

export function foresee(verdict: Verdict, policy: Policy, nowMs: number): NextStep {
  const step = (what: string, atMs?: number): NextStep => ({ what, at: atMs === undefined ? null : toIso(atMs) });
  const unmarked = verdict.markAction === 'clear' ? ', and the next run in mode mark or sweep removes its mark' : '';
  switch (verdict.kind) {
    case 'not-ours':
      return step('never touched: only connections made for a transit router are');
    case 'protected':
      return step(`kept as long as it is protected, in every mode${unmarked}`);
    case 'unknown':
      return step('kept: what is in doubt is not touched, and every run looks again');
    case 'in-use':
      return step(`kept${unmarked}`);
    case 'half-done':
      return step('deleted by the next sweep, which finishes what an earlier one began');
    case 'orphan':
      return step(...foreseeOrphan(verdict, policy, nowMs));
  }
}

function foreseeOrphan(verdict: Verdict, policy: Policy, nowMs: number): readonly [string, number | undefined] {
  const held = verdict.attachment;
  const steps = held ? `detached from ${held.transitRouterId} and deleted` : 'deleted';
  if (verdict.ripe) return [`${steps} by the next sweep`, undefined];
  const seen = `if every run until then finds it so, with no gap longer than ${formatDuration(policy.marks.maxGapMs)}`;
  if (verdict.ripeAtMs !== undefined) return [`${steps}, ${seen}`, verdict.ripeAtMs];
  const grace = verdict.rule === null || verdict.rule === 'half-done' ? 'off' : policy.rules[verdict.rule];
  const atMs = grace === 'off' ? undefined : nowMs + grace;
  return [`marked by the next run in mode mark or sweep; ${steps} at the earliest, ${seen}`, atMs];
}
