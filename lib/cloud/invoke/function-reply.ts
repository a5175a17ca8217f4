import type { Answered } from '../../core/domain/cloud-api.ts';
import { redact, replyError, unreadableReply } from '../client/reply-errors.ts';
import type { FcReply } from './function-client.ts';

/** The answer of a success, without any key of ours. */
export type FunctionReply = {
  readonly status: number;
  readonly requestId: string | undefined;
  /** The kind of failure that the function had, although HTTP calls it 200. */
  readonly errorType: string | undefined;
  readonly text: string;
};

type Secrets = readonly (string | undefined)[];

const REQUEST_ID = /^[\w-]{1,64}$/;

/** Throws `CloudError` for a refusal in the words of 2.0 or 3.0. */
export function toReply(action: string, { status, headers, text }: FcReply, secrets: Secrets): FunctionReply {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? redact(value, secrets) : undefined;
  };
  const said = header('x-fc-request-id') ?? '';
  const requestId = REQUEST_ID.test(said) ? said : undefined;
  const body = parseJson(text);
  if (status < 200 || status > 299) {
    const { ErrorCode, errorCode, Code } = toObject(body);
    const refused = { Code: ErrorCode ?? errorCode ?? Code, RequestId: requestId };
    throw replyError(action, { status, body: refused }) ?? unreadableReply(action, { status, body: refused });
  }
  return {
    status,
    requestId,
    errorType: header('x-fc-error-type'),
    // Serialised anew, so that no escape hides a key from the search.
    text: redact(body === undefined ? text : JSON.stringify(body), secrets),
  };
}

/** Some runtimes call every error `Error`. Its own name is then at the head of the stack. */
const nameInStack = (stack: unknown): unknown =>
  Array.isArray(stack) ? /^(\w+): /.exec(String(stack[0]))?.[1] : undefined;

const TYPE = /^[A-Za-z][\w.]{0,100}$/;

/** The HTTP status is 200 even if the function failed. A header tells the difference. */
export function functionError(reply: FunctionReply): Extract<Answered, { kind: 'function-error' }> | undefined {
  const { errorType: type, requestId } = reply;
  if (type === undefined) {
    return undefined;
  }
  const body = toObject(parseJson(reply.text));
  const message = typeof body.errorMessage === 'string' ? body.errorMessage : '';
  // The platform names the kind of failure, and the function names the error. The error says more, if present.
  const named = [body.errorType, nameInStack(body.stackTrace), type].filter((name) => typeof name === 'string');
  const errorType = named.find((name) => name !== 'Error' && TYPE.test(name)) ?? 'FunctionError';
  return { kind: 'function-error', errorType, message: message.slice(0, 4096), requestId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A function may answer any text, and a gateway may answer a page.
    return undefined;
  }
}

const toObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
