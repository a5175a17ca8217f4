import pRetry from 'p-retry';
import { RETRY_TIMING } from '../../core/concurrency/retry-timing.ts';
import type { Clock } from '../../core/domain/cloud-api.ts';
import { isRetriedOnce, isThrottling, isTokenProcessing, mayWorkLater } from '../../core/domain/disposition.ts';
import { CloudError, DEADLINE_EXCEEDED, stoppedOnRequest } from '../../core/domain/errors.ts';
import type { Policy } from '../../core/domain/policy.ts';

export type RetryOptions = {
  readonly policy: Policy['retry'];
  readonly clock: Clock;
  /** 0…1, for jitter. */
  readonly random: () => number;
  /** Milliseconds since the epoch. `Infinity` for no deadline. */
  readonly deadlineMs: number;
  /** Ends a wait between two attempts at once. */
  readonly stop?: AbortSignal | undefined;
  readonly onFailure: (error: CloudError) => void;
  readonly onRetry: (error: CloudError, attempt: number, delayMs: number) => void;
};

/**
 * Make attempts until an attempt succeeds or fails for good, the attempts are used up, or the deadline is near.
 *
 * It waits on the given clock, never on a timer. Anything but a `CloudError`, and anything thrown through
 * `stopRetrying`, passes through at once. The error at the end speaks for all attempts: its `effect` is `unknown` if
 * any attempt may have taken effect.
 *
 * @param attempt gets `mayHaveEffect`: an earlier attempt ended without a definite answer
 */
export async function withRetry<T>(options: RetryOptions, attempt: (mayHaveEffect: boolean) => Promise<T>): Promise<T> {
  const { policy, clock, random, deadlineMs, stop } = options;
  let mayHaveEffect = false;
  let retriedOnce = false;

  const mayRetry = (error: CloudError): boolean =>
    error.code !== DEADLINE_EXCEEDED && mayWorkLater(error) && !(isRetriedOnce(error.code) && retriedOnce);

  return pRetry(() => attempt(mayHaveEffect), {
    retries: policy.attempts - 1,
    ...RETRY_TIMING,
    // The decision to retry is made once, below. Every error that gets this far may be retried.
    shouldRetry: ({ error }) => error instanceof CloudError,
    // Called before `shouldRetry`, and for the last failure as well. If it throws, the attempts end.
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      if (!(error instanceof CloudError)) {
        return;
      }
      const before = mayHaveEffect;
      mayHaveEffect ||= leavesDoubt(error);
      if (retriesLeft <= 0 || !mayRetry(error)) {
        throw withEffect(error, before);
      }
      const delayMs = delayBefore(error, attemptNumber, policy, random);
      if (clock.now() + delayMs >= deadlineMs) {
        throw deadlineExceeded(error.action, error, mayHaveEffect);
      }
      options.onFailure(error);
      options.onRetry(error, attemptNumber, delayMs);
      retriedOnce ||= isRetriedOnce(error.code);
      await clock.sleep(delayMs, stop);
      if (stop?.aborted) {
        throw stoppedOnRequest(error.action, mayHaveEffect);
      }
    },
  }).catch((error: unknown) => {
    throw error instanceof Stopped ? error.reason : error;
  });
}

/** Throws `reason`, of any type, out of all attempts. */
export function stopRetrying(reason: unknown): never {
  throw new Stopped(reason);
}

class Stopped extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super('stopped');
    this.reason = reason;
  }
}

/** A throttled request certainly had no effect. A token that is being processed certainly had an effect. */
const leavesDoubt = (error: CloudError): boolean =>
  isTokenProcessing(error.code) || (error.effect === 'unknown' && !isThrottling(error.code, error.status));

/**
 * Exponential backoff, half of it jitter. Throttling waits twice as long, because limits are counted over a minute, and
 * six attempts with the default policy outlast it. The delay is never shorter than the server asks for.
 */
function delayBefore(error: CloudError, attempt: number, policy: Policy['retry'], random: () => number): number {
  const factor = 2 ** (attempt - 1) * (isThrottling(error.code, error.status) ? 2 : 1);
  const backoffMs = Math.min(policy.minDelayMs * factor, policy.maxDelayMs);
  const jittered = Math.round(backoffMs / 2 + (random() * backoffMs) / 2);
  return Math.max(jittered, error.retryAfterMs ?? 0);
}

/** No time is left for another attempt. `last` is the error that would have been retried, if any. */
export function deadlineExceeded(action: string, last?: CloudError, mayHaveEffect = false): CloudError {
  return new CloudError({
    action,
    code: DEADLINE_EXCEEDED,
    effect: mayHaveEffect ? 'unknown' : 'refused',
    status: last?.status,
    requestId: last?.requestId,
    detail: last && `last answer ${last.code}`,
  });
}

function withEffect(error: CloudError, mayHaveEffect: boolean): CloudError {
  if (!mayHaveEffect || error.effect === 'unknown') {
    return error;
  }
  const { action, code, status, requestId, retryAfterMs } = error;
  return new CloudError({ action, code, effect: 'unknown', status, requestId, retryAfterMs });
}
