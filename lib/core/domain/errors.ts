/**
 * What became of a request that failed: `refused` had no effect (the cloud said so), `unknown` may have had one
 * (timeout, broken connection, 5xx, a reply that cannot be read).
 */
export type Effect = 'refused' | 'unknown';

/**
 * A call the cloud refused, or whose reply could not be trusted.
 *
 * Carries no `cause`: the SDK's error holds the signed URL (access key id, security token) in its message and stack,
 * and log serializers print the messages of causes. `detail` is text we chose ourselves, never a body.
 */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly action: string;
  /** The cloud's own code, or one of ours: `RequestTimeoutError`, `NetworkError`, `UnreadableReply`, … */
  readonly code: string;
  readonly effect: Effect;
  /** HTTP status; undefined when no reply came. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Milliseconds the server asked us to wait (`x-acs-retry-after`); undefined when it did not. */
  readonly retryAfterMs: number | undefined;

  constructor(fields: {
    action: string;
    code: string;
    effect: Effect;
    status?: number | undefined;
    requestId?: string | undefined;
    retryAfterMs?: number | undefined;
    detail?: string | undefined;
  }) {
    super(`${fields.action} failed: ${fields.code}${fields.detail ? ` (${fields.detail})` : ''}`);
    this.action = fields.action;
    this.code = fields.code;
    this.effect = fields.effect;
    this.status = fields.status;
    this.requestId = fields.requestId;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** The code of a call that there was no time left to make, or to make again. */
export const DEADLINE_EXCEEDED = 'DeadlineExceeded';

/** The code of a call that was not made, or not made again, because a person asked the run to stop. */
export const STOPPED_ON_REQUEST = 'StoppedOnRequest';

/** @param mayHaveEffect an earlier attempt of the same call ended without a definite answer */
export const stoppedOnRequest = (action: string, mayHaveEffect = false): CloudError =>
  new CloudError({ action, code: STOPPED_ON_REQUEST, effect: mayHaveEffect ? 'unknown' : 'refused' });

/** The cloud's failure. Anything else is a defect of ours, which must not look like one: it is thrown again. */
export function toCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) {
    return error;
  }
  throw error;
}

/**
 * What a person configured or sent cannot be used: policy, event, environment, endpoint, flag.
 *
 * Thrown before any call to the cloud. The message names the place, the value and what is allowed.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
