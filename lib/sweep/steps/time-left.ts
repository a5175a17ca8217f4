import type { RunContext } from '../run-context.ts';
import { outOfTime, StepEnd } from './step-result.ts';

/** A generous estimate for one call and its answer. The time that a step needs is counted in calls and polls. */
const CALL_MS = 1_000;

/** Recheck, delete, first read-back, and one more poll. */
const deleteNeedMs = ({ policy }: RunContext) => 4 * CALL_MS + policy.wait.pollIntervalMs;

/**
 * Recheck, tag, recheck, detach and the polls that confirm it. Then the time for a delete, unless the connection is
 * held.
 */
const detachNeedMs = (run: RunContext) =>
  4 * CALL_MS +
  (1 + run.policy.wait.consecutiveMisses) * run.policy.wait.pollIntervalMs +
  (run.policy.detach.holdMs > 0 ? 0 : deleteNeedMs(run));

/** Stop before a step for which too little time is left. Throws `StepEnd` (`deferred`). */
export function needTimeFor(run: RunContext, step: 'detach' | 'delete', used: boolean): void {
  const needMs = step === 'detach' ? detachNeedMs(run) : deleteNeedMs(run);
  if (run.clock.now() + needMs <= run.deadlineMs) {
    return;
  }
  throw new StepEnd(outOfTime(`too little time was left for a ${step}. The next run goes on`, { used }));
}
