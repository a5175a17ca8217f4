import pRetry from 'p-retry';
import { RETRY_TIMING } from '../../core/concurrency/retry-timing.ts';
import type { Clock } from '../../core/domain/cloud-api.ts';
import type { Refusal, Verdict } from './channel.ts';

export type DeliveryDeps = {
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** Milliseconds since the epoch. No attempt is made that would have to wait longer. Default: no deadline. */
  readonly deadlineMs?: number;
  readonly onRetry: (refusal: Refusal, attempt: number, delayMs: number) => void;
};

const ATTEMPTS_MAX = 3;
/** If a server asks for a longer wait, a later run sends the message. */
const WAIT_MS_MAX = 120_000;
/** The jitter keeps refused senders from retrying at the same time. */
const JITTER = 0.2;

/**
 * Sends until a server accepts or refuses for good, or until attempts or time are used up.
 *
 * If an answer was lost, it sends the message at most once more, so the channel gets the message at most twice.
 */
export async function deliver(attempt: () => Promise<Verdict>, deps: DeliveryDeps): Promise<Verdict> {
  const { clock, random, deadlineMs = Number.POSITIVE_INFINITY, onRetry } = deps;
  let lostAnswers = 0;
  try {
    return await pRetry(
      async () => {
        const verdict = await attempt();
        if (verdict.kind === 'refused') {
          throw new Refused(verdict);
        }
        return verdict;
      },
      {
        retries: ATTEMPTS_MAX - 1,
        ...RETRY_TIMING,
        // The loop below decides. Each failure here may be retried.
        shouldRetry: ({ error }) => error instanceof Refused,
        onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
          if (!(error instanceof Refused)) {
            return;
          }
          const { retryMs, mayHaveArrived = false } = error.refusal;
          lostAnswers += Number(mayHaveArrived);
          if (retryMs === undefined || retryMs > WAIT_MS_MAX || retriesLeft <= 0 || lostAnswers > 1) {
            throw error;
          }
          const delayMs = Math.round(retryMs * (1 + random() * JITTER));
          if (clock.now() + delayMs >= deadlineMs) {
            throw error;
          }
          onRetry(error.refusal, attemptNumber, delayMs);
          await clock.sleep(delayMs);
        },
      },
    );
  } catch (error) {
    if (error instanceof Refused) {
      return error.refusal;
    }
    throw error;
  }
}

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}
