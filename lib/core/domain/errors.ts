/**
 * The effect of a failed request. `refused`: the cloud said that it had no effect. `unknown`: it may have had an effect
 * (timeout, broken connection, 5xx, unreadable reply).
 */
export type Effect = 'refused' | 'unknown';

/**
 * A call that the cloud refused, or whose reply could not be trusted.
 *
 * It has no `cause`, because the SDK's error holds the signed URL (access key id, security token) in its message and
 * stack, and log serializers print the messages of causes. `detail` is our own text, never a body.
 */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly action: string;
  /** The cloud's own code or our code: `RequestTimeoutError`, `NetworkError`, `UnreadableReply`, … */
  readonly code: string;
  readonly effect: Effect;
  /** HTTP status. Undefined if there was no reply. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** The wait in milliseconds that the server asked for (`x-acs-retry-after`). Undefined if it did not ask. */
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

/** The code of a call for which no time was left. */
export const DEADLINE_EXCEEDED = 'DeadlineExceeded';

/** The code of a call that was not made or not repeated, because a person asked the run to stop. */
export const STOPPED_ON_REQUEST = 'StoppedOnRequest';

/** @param mayHaveEffect an earlier attempt of the same call ended without a definite answer */
export const stoppedOnRequest = (action: string, mayHaveEffect = false): CloudError =>
  new CloudError({ action, code: STOPPED_ON_REQUEST, effect: mayHaveEffect ? 'unknown' : 'refused' });

/**
 * The failure of a call. Any other error is a defect of ours and must not look like a failed call, so it is thrown
 * again.
 */
export function toCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) {
    return error;
  }
  throw error;
}

/**
 * A policy, event, environment variable, endpoint or flag that cannot be used.
 *
 * Thrown before any call to the cloud. The message names the place, the value and the allowed values.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
