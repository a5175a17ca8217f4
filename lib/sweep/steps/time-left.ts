import type { RunContext } from '../run-context.ts';
import { outOfTime, StepEnd } from './step-result.ts';

/** A generous guess for one call and its answer; what a step needs is counted in these and in polls. */
const CALL_MS = 1_000;

/** Recheck, delete, first read-back, and one poll more. */
const deleteNeedMs = ({ policy }: RunContext) => 4 * CALL_MS + policy.wait.pollIntervalMs;

/** Recheck, tag, recheck, detach and the polls that see it gone, then all that a delete needs. */
const detachNeedMs = (run: RunContext) =>
  4 * CALL_MS + (1 + run.policy.wait.consecutiveMisses) * run.policy.wait.pollIntervalMs + deleteNeedMs(run);

/** Stop before a step that the time left would cut short. Throws `StepEnd` (`deferred`). */
export function needTimeFor(run: RunContext, step: 'detach' | 'delete', used: boolean): void {
  const needMs = step === 'detach' ? detachNeedMs(run) : deleteNeedMs(run);
  if (run.clock.now() + needMs <= run.deadlineMs) {
    return;
  }
  throw new StepEnd(outOfTime(`too little time left for a ${step}; the next run goes on`, { used }));
}
