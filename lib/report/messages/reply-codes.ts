import type { PostReply, Refusal } from './channel.ts';

/** The meaning of a channel's code: advice for a person, and the wait after which another attempt can help. */
export type Meaning = { readonly advice: string; readonly retryMs?: number };

/** The window over which robots count their rates. */
const RATE_MS = 60_000;
const BUSY_MS = 30_000;

export const TOO_FAST: Meaning = { advice: 'the channel gets too many messages', retryMs: RATE_MS };
export const BUSY: Meaning = { advice: 'the server is busy', retryMs: BUSY_MS };
export const DEFECT: Meaning = { advice: 'the request has a wrong form, which is a defect of vco-sweeper: report it' };
const UNKNOWN: Meaning = { advice: 'the channel refused the message' };

/** The code and the text of a refusal, as a body has them. */
type SaidCode = { readonly code: string; readonly said: string };

/** A refusal by the channel's own code. An unknown code counts as permanent. */
export function refusedBy(meanings: ReadonlyMap<string, Meaning>, { code, said }: SaidCode): Refusal {
  return { kind: 'refused', code, said, ...(meanings.get(code) ?? UNKNOWN) };
}

/** A refusal by an HTTP status without success, the same for every channel. */
export function refusedByStatus({ status, body, retryAfterMs }: PostReply): Refusal {
  const base = { kind: 'refused', code: `HttpStatus${status}`, said: body } as const;
  if (status >= 300 && status < 400) {
    return { ...base, advice: 'the address leads elsewhere, and no redirect is followed: set the final address' };
  }
  if (status === 429) {
    return { ...base, ...TOO_FAST, retryMs: retryAfterMs ?? RATE_MS };
  }
  if (status >= 500) {
    return { ...base, ...BUSY, retryMs: retryAfterMs ?? BUSY_MS, mayHaveArrived: true };
  }
  return { ...base, ...UNKNOWN };
}

/** A successful status with a body that proves nothing, such as the page of a proxy. */
export const unreadable = ({ body }: PostReply): Refusal => ({
  kind: 'refused',
  code: 'UnreadableReply',
  said: body,
  advice: 'the reply is not one of this channel: check that the address belongs to this type of channel',
});

/** The JSON object of a body. Undefined for any other body. */
export function objectIn(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // A proxy may answer with an HTML page.
    return undefined;
  }
}
