import { findClosed } from '../../core/guards/change-window.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { isNew, type NotNow } from '../../core/plan/plan.ts';
import type { RunContext } from '../run-context.ts';
import { endWith, NOT_STARTED, StepEnd } from './step-result.ts';

/**
 * Why nothing may begin on a connection now, as far as is known without a look: the run is held back, or outlives its change
 * window, which lets what is half done be finished.
 */
export function whyNotNow(run: RunContext, verdict: Verdict): NotNow | undefined {
  if (run.stopAsked.aborted) {
    return NOT_STARTED;
  }
  const heldBack = run.stop?.heldBack;
  if (heldBack !== undefined) {
    return heldBack;
  }
  const closed = isNew({ verdict }) ? findClosed(run.policy.limits, run.clock.now()) : undefined;
  return closed === undefined ? undefined : { reason: closed, code: null };
}

/** Stop before a write with which something would begin that may not begin now. Throws `StepEnd` (`deferred`). */
export function needLeave(run: RunContext, verdict: Verdict): void {
  const notNow = whyNotNow(run, verdict);
  if (notNow !== undefined) {
    throw new StepEnd(endWith('deferred', notNow.reason, { code: notNow.code }));
  }
}

/**
 * The same after a look for the file `STOP`: a request may have waited minutes for its turn. Call it before the reading that
 * the request rests on, because a slow store would make that reading old.
 */
export async function askLeave(run: RunContext, verdict: Verdict): Promise<void> {
  await run.stop?.look();
  needLeave(run, verdict);
}
