import type { Answered, CallObserver, Clock, FunctionApi, FunctionTarget } from '../../core/domain/cloud-api.ts';
import { isThrottling } from '../../core/domain/disposition.ts';
import { CloudError, ConfigError, DEADLINE_EXCEEDED } from '../../core/domain/errors.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { redact, replyError, thrownError, unreadableReply, withoutSecrets } from '../client/reply-errors.ts';
import { Sockets } from '../client/sockets.ts';
import type { Credentials } from '../client/transport.ts';
import { deadlineExceeded, stopRetrying, withRetry } from '../client/with-retry.ts';
import { type FcReply, FunctionClient } from './function-client.ts';

/** What these calls need of a RAM policy; the RAM test compares it with the documents. */
export const FC_ACTIONS = { InvokeFunction: { ram: 'fc:InvokeFunction' } } as const;
const ACTION = 'InvokeFunction' satisfies keyof typeof FC_ACTIONS;

export type FunctionApiOptions = {
  readonly credentials: Credentials;
  readonly target: FunctionTarget;
  /** Undefined: the account's own host, over https. */
  readonly endpoint: string | undefined;
  readonly retry: Policy['retry'];
  readonly clock: Clock;
  /** 0…1, for jitter. */
  readonly random: () => number;
  /** Milliseconds since the epoch; `Infinity` for none. */
  readonly deadlineMs: number;
  readonly observer: CallObserver;
  /** What it sends over; whoever gives them closes them. */
  readonly sockets?: Sockets | undefined;
  /** For one attempt of `start`; 10 s when left out. */
  readonly requestTimeoutMs?: number;
  /** For one attempt of `call`, as long as the function may take. */
  readonly callTimeoutMs?: number;
};

/** An asynchronous event may hold this much, a synchronous one 32 MB, which no event of ours comes near. */
export const EVENT_BYTES_MAX = 128 * 1024;
/** The longest a function may run. */
const FUNCTION_MS_MAX = 86_400_000;
/** Each round is the policy's attempts; throttling is waited out, but not for ever where there is no deadline. */
const ROUNDS_MAX = 10;

/** What came with a status of success, without any key of ours. */
type Reply = {
  readonly status: number;
  readonly requestId: string | undefined;
  /** What kind of failure the function had, which HTTP calls 200. */
  readonly errorType: string | undefined;
  readonly text: string;
};

/**
 * One function on Function Compute, through its SDK, of which the following is kept away from everyone else: it talks
 * plain http unless told otherwise; drops the token of a key that does not begin with `STS`; and tells no more of a
 * reply than half of it.
 */
export function createFunctionApi(options: FunctionApiOptions): FunctionApi {
  const { target, clock, deadlineMs, observer } = options;
  const { requestTimeoutMs = 10_000, callTimeoutMs = FUNCTION_MS_MAX, sockets = new Sockets() } = options;
  const secrets = Object.values(options.credentials);
  const headersOf = (taskId: string) => ({
    'x-fc-invocation-type': 'Async',
    [target.serviceName === undefined ? 'x-fc-async-task-id' : 'x-fc-stateful-async-invocation-id']: taskId,
  });

  const attempt = async (event: string, headers: Readonly<Record<string, string>>, timeoutMs: number) => {
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) {
      throw deadlineExceeded(ACTION);
    }
    const client = createClient({ ...options, sockets }, Math.ceil(Math.min(timeoutMs, leftMs)));
    observer.onCall(ACTION);
    try {
      return toReply(await send(client, target, event, headers), secrets);
    } catch (error) {
      throw withoutSecrets(thrownError(ACTION, error), secrets);
    }
  };

  const retrying = {
    policy: options.retry,
    clock,
    random: options.random,
    deadlineMs,
    onFailure: () => undefined,
    onRetry: (error: CloudError, number: number, delayMs: number) =>
      observer.onRetry({
        action: ACTION,
        code: error.code,
        attempt: number,
        delayMs,
        accountId: target.accountId,
        regionId: target.regionId,
        connectionId: undefined,
        requestId: error.requestId,
      }),
  };

  return {
    async start(taskId, event) {
      const bytes = Buffer.byteLength(event);
      if (bytes > EVENT_BYTES_MAX) {
        throw tooLarge(bytes);
      }
      return await waitOutThrottling(clock, deadlineMs, () =>
        withRetry(retrying, async () => {
          try {
            const reply = await attempt(event, headersOf(taskId), requestTimeoutMs);
            const failed = functionError(reply);
            if (failed !== undefined) {
              throw new CloudError({ action: ACTION, code: failed.errorType, effect: 'unknown' });
            }
            if (!isAcceptance(reply)) {
              throw notAccepted(reply);
            }
            return { state: 'started', requestId: reply.requestId } as const;
          } catch (error) {
            // Also an earlier attempt of ours whose answer was lost.
            if (!(error instanceof CloudError && isDuplicate(error))) {
              throw error;
            }
            return { state: 'already-started', requestId: error.requestId } as const;
          }
        }),
      );
    },

    call: (event) =>
      waitOutThrottling(clock, deadlineMs, () =>
        withRetry(retrying, async (): Promise<Answered> => {
          const reply = await attempt(event, {}, callTimeoutMs).catch((error: unknown) => {
            if (error instanceof CloudError && isThrottling(error.code, error.status)) {
              throw error;
            }
            return stopRetrying(error);
          });
          const { text, requestId } = reply;
          return functionError(reply) ?? { kind: 'answer', text, requestId };
        }),
      ),
  };
}

/** As the platform documents it. Its request id tells it from whatever else may be at the endpoint. */
const isAcceptance = ({ status, requestId }: Reply): boolean => status === 202 && requestId !== undefined;

const notAccepted = ({ status, requestId }: Reply): CloudError =>
  unreadableReply(ACTION, { status, body: { RequestId: requestId } }, `HTTP ${status} that accepts no invocation`);

/**
 * A task id that is known, as the platform says it, which its request id tells: 409, or 400 in an older edition of the
 * pages of 2.0. Which code goes with it is published for 2.0 alone (`StatefulAsyncInvocationAlreadyExists`), so with 409
 * any will do that says that something is there already, and none.
 */
function isDuplicate({ status, code, requestId }: CloudError): boolean {
  if (requestId === undefined) {
    return false;
  }
  return status === 409
    ? code === 'HttpStatus409' || /exist|already|duplicate/i.test(code)
    : status === 400 && /AlreadyExist/i.test(code);
}

async function waitOutThrottling<T>(clock: Clock, deadlineMs: number, round: () => Promise<T>): Promise<T> {
  for (let rounds = 1; ; rounds += 1) {
    try {
      return await round();
    } catch (error) {
      const goOn = error instanceof CloudError && isThrottling(error.code, error.status) && rounds < ROUNDS_MAX;
      if (!goOn || error.code === DEADLINE_EXCEEDED || clock.now() >= deadlineMs) {
        throw error;
      }
    }
  }
}

/** One for each attempt: it is no more than the holder of credentials and a time limit. */
export function createClient(
  options: Pick<FunctionApiOptions, 'credentials' | 'target' | 'endpoint'> & { readonly sockets: Sockets },
  timeout: number,
): FunctionClient {
  const { target, endpoint, sockets } = options;
  const { accessKeyId, accessKeySecret, securityToken } = options.credentials;
  if (accessKeyId.startsWith('STS') && !securityToken) {
    throw new ConfigError('credentials: the access key id begins with STS, so a security token belongs to it');
  }
  const client = new FunctionClient(target.accountId, {
    accessKeyID: accessKeyId,
    accessKeySecret,
    ...(securityToken ? { securityToken, headers: { 'x-fc-security-token': securityToken } } : {}),
    region: target.regionId,
    ...(endpoint === undefined ? {} : { endpoint }),
    secure: true,
    timeout,
    sockets,
  });
  if (target.serviceName === undefined) {
    client.version = '2023-03-30';
  }
  return client;
}

function send(
  client: FunctionClient,
  { functionName, serviceName, qualifier }: FunctionTarget,
  event: string,
  headers: Readonly<Record<string, string>>,
): Promise<FcReply> {
  if (serviceName !== undefined) {
    return client.invokeFunction(serviceName, functionName, event, headers, qualifier);
  }
  const path = `/functions/${functionName}/invocations`;
  return qualifier === undefined ? client.post(path, event, headers) : client.post(path, event, headers, { qualifier });
}

/** Throws `CloudError` for a refusal, worded as 2.0 or as 3.0 does. */
function toReply({ status, headers, text }: FcReply, secrets: Secrets): Reply {
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
    throw replyError(ACTION, { status, body: refused }) ?? unreadableReply(ACTION, { status, body: refused });
  }
  return {
    status,
    requestId,
    errorType: header('x-fc-error-type'),
    // Written anew, so that no escape hides what is looked for.
    text: redact(body === undefined ? text : JSON.stringify(body), secrets),
  };
}

type Secrets = readonly (string | undefined)[];
const REQUEST_ID = /^[\w-]{1,64}$/;

/** Some runtimes say `Error` of every error; its own name then stands at the head of the stack. */
const nameInStack = (stack: unknown): unknown =>
  Array.isArray(stack) ? /^(\w+): /.exec(String(stack[0]))?.[1] : undefined;

const TYPE = /^[A-Za-z][\w.]{0,100}$/;

/** HTTP says 200 whatever the function did; a header tells. */
function functionError(reply: Reply): Extract<Answered, { kind: 'function-error' }> | undefined {
  const { errorType: type, requestId } = reply;
  if (type === undefined) {
    return undefined;
  }
  const body = toObject(parseJson(reply.text));
  const message = typeof body.errorMessage === 'string' ? body.errorMessage : '';
  // The platform tells what kind of failure it was, the function which error: that says more, where it says something.
  const named = [body.errorType, nameInStack(body.stackTrace), type].filter((name) => typeof name === 'string');
  const errorType = named.find((name) => name !== 'Error' && TYPE.test(name)) ?? 'FunctionError';
  return { kind: 'function-error', errorType, message: message.slice(0, 4096), requestId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A function may answer any text, and a gateway a page.
    return undefined;
  }
}

const toObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const tooLarge = (bytes: number): CloudError =>
  new CloudError({
    action: ACTION,
    code: 'PayloadTooLarge',
    effect: 'refused',
    detail: `the event has ${bytes} bytes, and ${EVENT_BYTES_MAX} are allowed`,
  });
