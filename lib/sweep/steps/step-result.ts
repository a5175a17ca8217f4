import { describeFailure } from '../../core/advice/error-advice.ts';
import { disposition, isThrottling } from '../../core/domain/disposition.ts';
import { type CloudError, DEADLINE_EXCEEDED } from '../../core/domain/errors.ts';
import type { OutcomeKind } from '../../core/domain/outcome.ts';

/** How the steps on one connection ended. */
export type StepResult = {
  readonly outcome: OutcomeKind;
  readonly reason: string;
  readonly code: string | null;
  readonly requestId: string | null;
  /**
   * One slot of `limits.perRun` is used up, because something was detached or deleted, or may have been. If nothing was
   * touched, the slot goes to the next in the queue, so that a few refused connections never keep the others waiting.
   */
  readonly used: boolean;
};

/** Thrown inside a write's `beforeAttempt` to stop before anything is sent, and anywhere a step ends early. */
export class StepEnd extends Error {
  override readonly name = 'StepEnd';
  readonly result: StepResult;

  constructor(result: StepResult) {
    super(result.reason);
    this.result = result;
  }
}

/** Whether a write that failed may have taken hold all the same. A request that was throttled certainly did not. */
export const mayHaveTakenHold = (error: CloudError): boolean =>
  error.effect === 'unknown' && !isThrottling(error.code, error.status);

export const endWith = (outcome: OutcomeKind, reason: string, rest: Partial<StepResult> = {}): StepResult => ({
  outcome,
  reason,
  code: null,
  requestId: null,
  used: false,
  ...rest,
});

/** What a write that the cloud did not do becomes: `blocked` when only a person can mend it, else `failed`. */
export function endWithError(what: string, error: CloudError, used: boolean): StepResult {
  const reason = `${what}: ${describeFailure(error)}`;
  const outcome = toOutcome(error.code);
  return { outcome, reason, code: error.code, requestId: error.requestId ?? null, used };
}

function toOutcome(code: string): OutcomeKind {
  if (code === DEADLINE_EXCEEDED) {
    return 'deferred';
  }
  return disposition(code) === 'blocked' ? 'blocked' : 'failed';
}

/** Work left for want of time, which a later run does: unlike the limit, it makes the run incomplete. */
export const outOfTime = (reason: string, rest: Partial<StepResult> = {}): StepResult =>
  endWith('deferred', reason, { ...rest, code: DEADLINE_EXCEEDED });
