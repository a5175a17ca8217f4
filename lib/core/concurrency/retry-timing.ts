/**
 * Options for p-retry that turn off its own waits and limits. `onFailedAttempt` waits on the injected clock instead, so
 * that tests need no real time and a deadline counts.
 */
export const RETRY_TIMING = {
  minTimeout: 0,
  maxTimeout: 0,
  factor: 1,
  randomize: false,
  maxRetryTime: Number.POSITIVE_INFINITY,
  unref: false,
  signal: undefined,
  shouldConsumeRetry: () => true,
};
