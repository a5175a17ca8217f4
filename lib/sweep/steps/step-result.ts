import { describeFailure } from '../../core/advice/error-advice.ts';
import { disposition, isThrottling } from '../../core/domain/disposition.ts';
import { type CloudError, DEADLINE_EXCEEDED, STOPPED_ON_REQUEST, toCloudError } from '../../core/domain/errors.ts';
import type { OutcomeKind } from '../../core/domain/outcome.ts';
import type { NotNow } from '../../core/plan/plan.ts';

/** How the steps on one connection ended. */
export type StepResult = {
  readonly outcome: OutcomeKind;
  readonly reason: string;
  readonly code: string | null;
  readonly requestId: string | null;
  /**
   * Whether a slot of `limits.perRun` is used up, because something was or may have been detached or deleted. If
   * nothing was touched, the slot goes to the next connection in the queue. So a few refused connections never block
   * the rest of the queue.
   */
  readonly used: boolean;
  /** For `held`: the end of the hold, in milliseconds since the epoch. */
  readonly heldUntilMs?: number;
  /** For a connection with a backup: the path in the store. */
  readonly backup?: string | undefined;
};

/**
 * Thrown inside a write's `beforeAttempt` to stop before anything is sent, and in any place where a step ends early.
 */
export class StepEnd extends Error {
  override readonly name = 'StepEnd';
  readonly result: StepResult;

  constructor(result: StepResult) {
    super(result.reason);
    this.result = result;
  }
}

/** Whether a failed write may have taken hold nevertheless. A throttled request certainly did not. */
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

/** The reason of a connection that was not touched, because a person asked the run to stop before its turn came. */
export const NOT_STARTED: NotNow = { reason: 'not started: stopped on request', code: STOPPED_ON_REQUEST };

/** The result of a write that failed: `blocked` if only a person can fix the cause, else `failed`. */
export function endWithError(what: string, error: CloudError, used: boolean): StepResult {
  if (error.code === STOPPED_ON_REQUEST && error.effect === 'refused' && !used) {
    return endWith('deferred', NOT_STARTED.reason, { code: NOT_STARTED.code });
  }
  const reason = `${what}: ${describeFailure(error)}`;
  const outcome = toOutcome(error.code);
  return { outcome, reason, code: error.code, requestId: error.requestId ?? null, used };
}

function toOutcome(code: string): OutcomeKind {
  if (code === DEADLINE_EXCEEDED || code === STOPPED_ON_REQUEST) {
    return 'deferred';
  }
  return disposition(code) === 'blocked' ? 'blocked' : 'failed';
}

/** The result of a step whose reading was cut short by a request to stop. Any other error is thrown again. */
export function endIfStopped(error: unknown): StepResult {
  const failure = toCloudError(error);
  if (failure.code !== STOPPED_ON_REQUEST) {
    throw failure;
  }
  return endWithError('stopped on request', failure, false);
}

/** Something was sent, and a person asked the run to stop before its effect was seen. */
export const stoppedHalfway = (reason: string, rest: Partial<StepResult> = {}): StepResult =>
  endWith('deferred', reason, { ...rest, used: true, code: STOPPED_ON_REQUEST });

/** Work that was left for lack of time. A later run does it. Unlike `limits.perRun`, this makes the run incomplete. */
export const outOfTime = (reason: string, rest: Partial<StepResult> = {}): StepResult =>
  endWith('deferred', reason, { ...rest, code: DEADLINE_EXCEEDED });
