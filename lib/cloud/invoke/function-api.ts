import type {
  Answered,
  CallObserver,
  Clock,
  FunctionApi,
  FunctionTarget,
  Started,
} from '../../core/domain/cloud-api.ts';
import { isThrottling } from '../../core/domain/disposition.ts';
import { CloudError, DEADLINE_EXCEEDED } from '../../core/domain/errors.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { FC_VARIABLE, whereOf } from '../client/endpoints.ts';
import { thrownError, unreadableReply, withoutSecrets } from '../client/reply-errors.ts';
import { deadlineExceeded, type RetryOptions, stopRetrying, withRetry } from '../client/with-retry.ts';
import { Sockets } from '../http/sockets.ts';
import { createClient, type FunctionClientOptions, send } from './function-client.ts';
import { type FunctionReply, functionError, toReply } from './function-reply.ts';

/** The RAM actions of these calls. The RAM test compares them with the documents. */
export const FC_ACTIONS = { InvokeFunction: { ram: 'fc:InvokeFunction' } } as const;
const ACTION = 'InvokeFunction' satisfies keyof typeof FC_ACTIONS;

export type FunctionApiOptions = FunctionClientOptions & {
  readonly retry: Policy['retry'];
  readonly clock: Clock;
  /** 0…1, for jitter. */
  readonly random: () => number;
  /** Milliseconds since the epoch. `Infinity` for no deadline. */
  readonly deadlineMs: number;
  readonly observer: CallObserver;
  /** The sockets of all requests. The caller closes them. */
  readonly sockets?: Sockets | undefined;
  /** For an attempt of `start`. 10 s when left out. */
  readonly requestTimeoutMs?: number;
  /** For an attempt of `call`: the longest time that the function may take. */
  readonly callTimeoutMs?: number;
};

/** The limit of an asynchronous event. A synchronous event may have 32 MB, and no event of ours comes near that. */
export const EVENT_BYTES_MAX = 128 * 1024;
/** The longest a function may run. */
const FUNCTION_MS_MAX = 86_400_000;
/** Each round has the policy's attempts. Throttling is waited out, but not for ever where there is no deadline. */
const ROUNDS_MAX = 10;

/**
 * A function on Function Compute, through its SDK.
 *
 * It shields callers from three faults of the SDK. The SDK uses plain http unless told otherwise, drops the token of a
 * key that does not begin with `STS`, and reports only half of a reply.
 */
export function createFunctionApi(options: FunctionApiOptions): FunctionApi {
  const { target, requestTimeoutMs = 10_000, callTimeoutMs = FUNCTION_MS_MAX } = options;
  const invoke = createInvoke(options);
  const retrying = retryOptions(options);
  const untilDone = <T>(task: () => Promise<T>): Promise<T> =>
    waitOutThrottling(options, () => withRetry(retrying, task));
  return {
    async start(taskId, event) {
      refuseTooLarge(event);
      const invocation = { event, headers: startHeaders(target, taskId), timeoutMs: requestTimeoutMs };
      return await untilDone(() => startOnce(invoke, invocation));
    },
    call: (event) => untilDone(() => callOnce(invoke, { event, headers: {}, timeoutMs: callTimeoutMs })),
  };
}

/** The request of an attempt, and its time limit. */
type Invocation = {
  readonly event: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/** An attempt. Throws `CloudError` for every status but success. */
type Invoke = (invocation: Invocation) => Promise<FunctionReply>;

function createInvoke(options: FunctionApiOptions): Invoke {
  const { target, clock, deadlineMs, observer, sockets = new Sockets() } = options;
  const secrets = Object.values(options.credentials);
  const variable = options.endpoint === undefined ? undefined : FC_VARIABLE;
  return async ({ event, headers, timeoutMs }) => {
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) {
      throw deadlineExceeded(ACTION);
    }
    const client = createClient({ ...options, sockets }, Math.ceil(Math.min(timeoutMs, leftMs)));
    observer.onCall(ACTION);
    try {
      return toReply(ACTION, await send(client, target, event, headers), secrets);
    } catch (error) {
      throw withoutSecrets(
        thrownError(ACTION, error, whereOf(client.endpoint, variable, sockets.via(client.endpoint))),
        secrets,
      );
    }
  };
}

const startHeaders = ({ serviceName }: FunctionTarget, taskId: string) => ({
  'x-fc-invocation-type': 'Async',
  [serviceName === undefined ? 'x-fc-async-task-id' : 'x-fc-stateful-async-invocation-id']: taskId,
});

const retryOptions = ({ target, retry, clock, random, deadlineMs, observer }: FunctionApiOptions): RetryOptions => ({
  policy: retry,
  clock,
  random,
  deadlineMs,
  onFailure: () => undefined,
  onRetry: ({ code, requestId }, attempt, delayMs) => {
    const { accountId, regionId } = target;
    observer.onRetry({
      action: ACTION,
      code,
      attempt,
      delayMs,
      accountId,
      regionId,
      connectionId: undefined,
      requestId,
    });
  },
});

function refuseTooLarge(event: string): void {
  const bytes = Buffer.byteLength(event);
  if (bytes > EVENT_BYTES_MAX) {
    throw new CloudError({
      action: ACTION,
      code: 'PayloadTooLarge',
      effect: 'refused',
      detail: `the event has ${bytes} bytes, and ${EVENT_BYTES_MAX} are allowed`,
    });
  }
}

async function startOnce(invoke: Invoke, invocation: Invocation): Promise<Started> {
  try {
    const reply = await invoke(invocation);
    const failed = functionError(reply);
    if (failed !== undefined) {
      throw new CloudError({ action: ACTION, code: failed.errorType, effect: 'unknown' });
    }
    if (!isAcceptance(reply)) {
      throw notAccepted(reply);
    }
    return { state: 'started', requestId: reply.requestId };
  } catch (error) {
    // It may also be an earlier attempt of ours whose answer was lost.
    if (!(error instanceof CloudError && isDuplicate(error))) {
      throw error;
    }
    return { state: 'already-started', requestId: error.requestId };
  }
}

/** Retried only if it was throttled, because after any other failure the function may have run. */
async function callOnce(invoke: Invoke, invocation: Invocation): Promise<Answered> {
  const reply = await invoke(invocation).catch((error: unknown) => {
    if (isThrottled(error)) {
      throw error;
    }
    return stopRetrying(error);
  });
  const { text, requestId } = reply;
  return functionError(reply) ?? { kind: 'answer', text, requestId };
}

const isThrottled = (error: unknown): error is CloudError =>
  error instanceof CloudError && isThrottling(error.code, error.status);

/** The request id, as the platform documents it, tells its reply from the reply of any other server at the endpoint. */
const isAcceptance = ({ status, requestId }: FunctionReply): boolean => status === 202 && requestId !== undefined;

const notAccepted = ({ status, requestId }: FunctionReply): CloudError =>
  unreadableReply(ACTION, { status, body: { RequestId: requestId } }, `HTTP ${status} that accepts no invocation`);

/**
 * Whether the platform refused a known task id. Its request id shows that the reply is the platform's. The status is
 * 409, or 400 in an older edition of the 2.0 pages. The code is published for 2.0 alone
 * (`StatefulAsyncInvocationAlreadyExists`), so with 409 any code that says "already exists" counts, and a missing code
 * as well.
 */
function isDuplicate({ status, code, requestId }: CloudError): boolean {
  if (requestId === undefined) {
    return false;
  }
  return status === 409
    ? code === 'HttpStatus409' || /exist|already|duplicate/i.test(code)
    : status === 400 && /AlreadyExist/i.test(code);
}

async function waitOutThrottling<T>(
  { clock, deadlineMs }: Pick<FunctionApiOptions, 'clock' | 'deadlineMs'>,
  round: () => Promise<T>,
): Promise<T> {
  for (let rounds = 1; ; rounds += 1) {
    try {
      return await round();
    } catch (error) {
      const goOn = isThrottled(error) && rounds < ROUNDS_MAX;
      if (!goOn || error.code === DEADLINE_EXCEEDED || clock.now() >= deadlineMs) {
        throw error;
      }
    }
  }
}
