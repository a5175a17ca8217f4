import { isThrottling } from '../../core/domain/disposition.ts';
import { CloudError, type Effect } from '../../core/domain/errors.ts';
import type { TransportReply } from './transport.ts';

const SAFE_CODE = /^[A-Za-z][\w.:-]{0,100}$/;
// A UUID, as every operation documents it. No key or token has this form.
const SAFE_REQUEST_ID = /^[0-9A-Fa-f-]{1,64}$/;
const SUCCESS_CODES: ReadonlySet<unknown> = new Set([200, '200', 'OK', 'Success', 'success']);
const RETRY_AFTER_MS_MAX = 120_000;

type Body = Readonly<Record<string, unknown>>;

const asBody = (body: unknown): Body | undefined =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : undefined;

/** The request id of a reply, if it looks like a request id. */
export function requestIdOf(body: unknown): string | undefined {
  const requestId = asBody(body)?.RequestId;
  return typeof requestId === 'string' && SAFE_REQUEST_ID.test(requestId) ? requestId : undefined;
}

/**
 * Why a reply is not a success. Undefined for a success.
 *
 * HTTP status and `Success` count as much as `Code`. The SDK accepts a 500 without a code, and `Success: false` next to
 * `Code: "200"`, as success.
 */
export function replyError(action: string, reply: TransportReply): CloudError | undefined {
  const body = asBody(reply.body);
  if (!body) {
    return unreadableReply(action, reply, 'not a JSON object');
  }
  const code = codeOf(body, reply.status);
  if (code === undefined) {
    return undefined;
  }
  return new CloudError({
    action,
    code,
    effect: effectOf(code, reply.status),
    status: reply.status,
    requestId: requestIdOf(body),
    retryAfterMs: cappedDelay(reply.retryAfterMs),
  });
}

// Shorter than any real key, and longer than a chance match in a code.
const KEY_LENGTH_MIN = 8;

const isKey = (secret: string | undefined): secret is string => (secret?.length ?? 0) >= KEY_LENGTH_MIN;

/** The same text without the caller's own keys and without signatures, because a server may repeat the request. */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  const unsigned = text.replace(/\bFC [^\s:]+:[\w+/]+=*/g, 'FC ***');
  return secrets.filter(isKey).reduce((shown, secret) => shown.replaceAll(secret, '***'), unsigned);
}

/**
 * The same error, unless its code repeats the caller's own keys. Codes are printed everywhere, and keys must not be.
 */
export function withoutSecrets(error: CloudError, secrets: readonly (string | undefined)[]): CloudError {
  const echoes = secrets.filter(isKey).some((secret) => error.code.includes(secret));
  if (!echoes) {
    return error;
  }
  const { action, status, requestId } = error;
  return new CloudError({ action, code: 'UnreadableReply', effect: 'unknown', status, requestId });
}

function codeOf(body: Body, status: number): string | undefined {
  const { Code: said, Success: success } = body;
  // The cloud's own catalogue has codes that end in a tab.
  const code = typeof said === 'string' ? said.trim() : said;
  const failed = !isSuccess(status) || isFalse(success);
  if (code !== undefined && code !== null && code !== '' && !SUCCESS_CODES.has(code)) {
    return typeof code === 'string' && SAFE_CODE.test(code) ? code : 'UnreadableReply';
  }
  if (!failed) {
    return undefined;
  }
  return isSuccess(status) ? 'SuccessFalse' : `HttpStatus${status}`;
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299;

const isFalse = (success: unknown): boolean =>
  success === false || (typeof success === 'string' && success.trim().toLowerCase() === 'false');

/**
 * Only a code that the cloud gave with a 4xx says that nothing happened, and some of these codes do not say it either.
 */
function effectOf(code: string, status: number): Effect {
  const definite = status >= 400 && status <= 499 && !code.startsWith('HttpStatus') && code !== 'UnreadableReply';
  return definite && code !== 'InternalError' && !isThrottling(code, status) ? 'refused' : 'unknown';
}

const cappedDelay = (delayMs: number | undefined): number | undefined =>
  delayMs !== undefined && Number.isFinite(delayMs) && delayMs >= 0
    ? Math.min(Math.floor(delayMs), RETRY_AFTER_MS_MAX)
    : undefined;

/** A reply came and cannot be used. `detail` must not quote it, because replies hold pre-shared keys. */
export function unreadableReply(action: string, reply: TransportReply | undefined, detail?: string): CloudError {
  return new CloudError({
    action,
    code: 'UnreadableReply',
    effect: 'unknown',
    status: reply?.status,
    requestId: requestIdOf(reply?.body),
    retryAfterMs: cappedDelay(reply?.retryAfterMs),
    detail,
  });
}

/**
 * Turns a thrown value into an error that keeps only a system error code such as `ECONNRESET`. The SDK's message and
 * stack hold the signed URL, and its parser's error holds the whole body.
 *
 * @param where the endpoint, as a message may name it
 */
export function thrownError(action: string, thrown: unknown, where?: string): CloudError {
  if (thrown instanceof CloudError) {
    return thrown;
  }
  const { name, code } = describeThrown(thrown);
  if (name === 'RequestTimeoutError') {
    return new CloudError({ action, code: name, effect: 'unknown', detail: located(where && 'no answer', where) });
  }
  // A body that is nested too deep for its parser causes a RangeError.
  if (name === 'SyntaxError' || name === 'TypeError' || name === 'RangeError') {
    return unreadableReply(action, undefined, located('not JSON', where));
  }
  if (code === 'ENOTFOUND') {
    return new CloudError({ action, code: 'HostNotFound', effect: 'unknown', detail: where });
  }
  return new CloudError({ action, code: 'NetworkError', effect: 'unknown', detail: located(code, where) });
}

const located = (what: string | undefined, where: string | undefined): string | undefined =>
  what === undefined || where === undefined ? (what ?? where) : `${what} at ${where}`;

function describeThrown(thrown: unknown): { name: string | undefined; code: string | undefined } {
  if (typeof thrown !== 'object' || thrown === null) {
    return { name: undefined, code: undefined };
  }
  const name = 'name' in thrown && typeof thrown.name === 'string' ? thrown.name : undefined;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  // System and TLS codes look like this: ECONNRESET, ERR_TLS_CERT_ALTNAME_INVALID, DEPTH_ZERO_SELF_SIGNED_CERT.
  return { name, code: code !== undefined && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? code : undefined };
}
