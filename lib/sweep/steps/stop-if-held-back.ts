import type { RunContext } from '../run-context.ts';
import { endWith, StepEnd } from './step-result.ts';

/**
 * Stop before a connection's first step, and before its first request, which may have waited minutes for its turn, if a
 * person has stopped the run meanwhile. Call it before the reading that the request rests on, because a slow store would
 * make that reading old. Throws `StepEnd` (`deferred`).
 */
export async function stopIfHeldBack({ stop }: RunContext): Promise<void> {
  const heldBack = await stop?.look();
  if (heldBack !== undefined) {
    throw new StepEnd(endWith('deferred', heldBack.reason, { code: heldBack.code }));
  }
}
