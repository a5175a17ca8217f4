import { findClosed } from '../../core/guards/change-window.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { isNew, type NotNow } from '../../core/plan/plan.ts';
import type { RegionContext, RunContext } from '../run-context.ts';
import { endWith, NOT_STARTED, StepEnd } from './step-result.ts';

/**
 * Why nothing may begin on a connection now, without looking again. Either the run is held back, or the change window
 * is over. A half-done deletion may still be finished after the change window.
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

/** Stop before a write that would begin a deletion, if no deletion may begin now. Throws `StepEnd` (`deferred`). */
export function needLeave(run: RunContext, verdict: Verdict): void {
  const notNow = whyNotNow(run, verdict);
  if (notNow !== undefined) {
    throw new StepEnd(endWith('deferred', notNow.reason, { code: notNow.code }));
  }
}

/**
 * Like `needLeave`, after looking for the file `STOP`, because a request may have waited minutes for its turn. Call it
 * before the reading that the request rests on. Otherwise a slow store would make that reading stale.
 */
export async function askLeave(run: RunContext, verdict: Verdict): Promise<void> {
  await run.stop?.look();
  needLeave(run, verdict);
}

/** Stop before a new deletion for which `limits.perDay` leaves no room. Throws `StepEnd` (`deferred`). */
export async function needDay({ day, accountId, regionId }: RegionContext, verdict: Verdict): Promise<void> {
  if (day === undefined || !isNew({ verdict })) {
    return;
  }
  const notNow = await day.confirm({ accountId, regionId }, verdict.connection.connectionId);
  if (notNow !== undefined) {
    throw new StepEnd(endWith('deferred', notNow.reason, { code: notNow.code }));
  }
}
