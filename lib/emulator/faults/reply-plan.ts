import { ApiError } from '../gateway/api-error.ts';
import type { ReplyBody } from '../operation.ts';
import { dropField } from './drop-field.ts';
import type { Fault } from './fault-rule.ts';

/** How a call ends: with a reply, or without a readable reply. */
export type EmulatedReply = {
  readonly kind: 'reply' | 'html' | 'truncated' | 'reset' | 'timeout';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReplyBody;
};

/** A delivery, with the time that the caller has to wait for it. */
export type ReplyPlan = { readonly reply: EmulatedReply; readonly waitMs: number };

const TIMEOUT_MS_DEFAULT = 60_000;

const at = (reply: Partial<EmulatedReply>, waitMs = 0): ReplyPlan => ({
  reply: { kind: 'reply', status: 0, headers: {}, body: {}, ...reply },
  waitMs,
});

/** HTTP 200 that is no success. Only the body tells. */
const NOT_SUCCESSFUL: ReplyBody = { Code: '200', Success: false, Message: 'failed' };

/** The effect of a fault on a call before it takes effect. Undefined if the call continues. Throws the refusal. */
export function planBefore(fault: Fault | undefined, requestId: () => string): ReplyPlan | undefined {
  switch (fault?.kind) {
    case 'throttle': {
      const { code = 'Throttling.User', status = 400, retryAfterMs } = fault;
      const headers = retryAfterMs === undefined ? {} : { 'x-acs-retry-after': String(retryAfterMs) };
      throw new ApiError(status, code, 'Request was denied due to user flow control.', headers);
    }
    case 'error':
      throw new ApiError(fault.status, fault.code, fault.message ?? 'The request was refused by a scripted fault.');
    case 'html':
      return at({ kind: 'html', status: fault.status });
    case 'success-false':
      return at({ status: 200, body: { RequestId: requestId(), ...NOT_SUCCESSFUL } });
    case 'reset':
      return fault.when === 'before' ? at({ kind: 'reset' }) : undefined;
    case 'timeout':
      return fault.when === 'before' ? at({ kind: 'timeout' }, fault.ms ?? TIMEOUT_MS_DEFAULT) : undefined;
    default:
      return undefined;
  }
}

/** The effect of a fault on the reply to a call that has taken effect. */
export function planAfter(fault: Fault | undefined, reply: EmulatedReply): ReplyPlan {
  switch (fault?.kind) {
    case 'truncated':
      return at({ ...reply, kind: 'truncated' });
    case 'reset':
      return at({ kind: 'reset' });
    case 'timeout':
      return at({ kind: 'timeout' }, fault.ms ?? TIMEOUT_MS_DEFAULT);
    case 'drop-field':
      return at({ ...reply, body: Object.fromEntries(Object.entries(dropField(reply.body, fault.field) ?? {})) });
    default:
      return at(reply);
  }
}
