import FcClient from '@alicloud/fc2/lib/client.js';
import type { Answered, CallObserver, Clock, FunctionApi, FunctionTarget } from '../core/cloud-api.ts';
import { isThrottling } from '../core/disposition.ts';
import { CloudError, ConfigError } from '../core/errors.ts';
import type { Policy } from '../core/options.ts';
import { replyError, thrownError, withoutSecrets } from './errors.ts';
import { deadlineExceeded, stopRetrying, withRetry } from './retry.ts';
import type { Credentials } from './transport.ts';

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

type Reply = Awaited<ReturnType<FcClient['post']>>;

/**
 * One function on Function Compute, through its SDK, of which the following is kept away from everyone else: it talks
 * plain http unless told otherwise; drops the token of a key that does not begin with `STS`; resolves when the function
 * failed; and puts status and request id of an error into its message alone.
 */
export function createFunctionApi(options: FunctionApiOptions): FunctionApi {
  const { target, clock, deadlineMs, observer } = options;
  const { requestTimeoutMs = 10_000, callTimeoutMs = FUNCTION_MS_MAX } = options;
  const headersOf = (taskId: string) => ({
    'x-fc-invocation-type': 'Async',
    [target.serviceName === undefined ? 'x-fc-async-task-id' : 'x-fc-stateful-async-invocation-id']: taskId,
  });

  const attempt = async (event: string, headers: Readonly<Record<string, string>>, timeoutMs: number) => {
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) throw deadlineExceeded(ACTION);
    const client = createClient(options, Math.min(timeoutMs, leftMs));
    observer.onCall(ACTION);
    return await send(client, target, event, headers).catch((thrown: unknown) => {
      throw withoutSecrets(toCloudError(thrown), Object.values(options.credentials));
    });
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
      if (bytes > EVENT_BYTES_MAX) throw tooLarge(bytes);
      return await waitOutThrottling(clock, deadlineMs, () =>
        withRetry(retrying, async () => {
          try {
            const reply = await attempt(event, headersOf(taskId), requestTimeoutMs);
            const failed = functionError(reply);
            if (failed === undefined) return { state: 'started', requestId: requestIdOf(reply) } as const;
            throw new CloudError({ action: ACTION, code: failed.errorType, effect: 'unknown' });
          } catch (error) {
            // Also an earlier attempt of ours whose answer was lost.
            if (!(error instanceof CloudError && isDuplicate(error))) throw error;
            return { state: 'already-started', requestId: error.requestId } as const;
          }
        }),
      );
    },

    call: (event) =>
      waitOutThrottling(clock, deadlineMs, () =>
        withRetry(retrying, async (): Promise<Answered> => {
          const reply = await attempt(event, {}, callTimeoutMs).catch((error: unknown) => {
            if (error instanceof CloudError && isThrottling(error.code, error.status)) throw error;
            return stopRetrying(error);
          });
          return functionError(reply) ?? { kind: 'answer', text: textOf(reply.data), requestId: requestIdOf(reply) };
        }),
      ),
  };
}

/** How the code of a task id that is known is spelled is not documented; the other conflicts have names. */
const isDuplicate = ({ status, code }: CloudError): boolean => status === 409 && !OTHER_CONFLICTS.has(code);
const OTHER_CONFLICTS: ReadonlySet<string> = new Set(['ConcurrentUpdateError', 'EventBridgeTriggerConflict']);

async function waitOutThrottling<T>(clock: Clock, deadlineMs: number, round: () => Promise<T>): Promise<T> {
  for (let rounds = 1; ; rounds += 1) {
    try {
      return await round();
    } catch (error) {
      const goOn = error instanceof CloudError && isThrottling(error.code, error.status) && rounds < ROUNDS_MAX;
      if (!goOn || error.code === 'DeadlineExceeded' || clock.now() >= deadlineMs) throw error;
    }
  }
}

/** One for each attempt: it is no more than the holder of credentials and a time limit. */
export function createClient(
  { credentials, target, endpoint }: Pick<FunctionApiOptions, 'credentials' | 'target' | 'endpoint'>,
  timeout: number,
): FcClient {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  if (accessKeyId.startsWith('STS') && !securityToken) {
    throw new ConfigError('credentials: the access key id begins with STS, so a security token belongs to it');
  }
  const client = new FcClient(target.accountId, {
    accessKeyID: accessKeyId,
    accessKeySecret,
    ...(securityToken ? { securityToken, headers: { 'x-fc-security-token': securityToken } } : {}),
    region: target.regionId,
    ...(endpoint === undefined ? {} : { endpoint }),
    secure: true,
    timeout,
  });
  if (target.serviceName === undefined) client.version = '2023-03-30';
  return client;
}

function send(
  client: FcClient,
  { functionName, serviceName, qualifier }: FunctionTarget,
  event: string,
  headers: Readonly<Record<string, string>>,
): Promise<Reply> {
  if (serviceName !== undefined) return client.invokeFunction(serviceName, functionName, event, headers, qualifier);
  const path = `/functions/${functionName}/invocations`;
  return qualifier === undefined ? client.post(path, event, headers) : client.post(path, event, headers, { qualifier });
}

/** The only place where the SDK says which status came, and with which request id. */
const REFUSAL = /^POST \S+ failed with (\d{3})\. requestid: ([^,]*), message: /;

function toCloudError(thrown: unknown): CloudError {
  const message = thrown instanceof Error ? thrown.message : '';
  const [, status, requestId] = REFUSAL.exec(message) ?? [];
  if (status === undefined) return thrownError(ACTION, thrown);
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  const body = { ...(typeof code === 'string' ? { Code: code } : {}), RequestId: requestId };
  return replyError(ACTION, { status: Number(status), body }) ?? thrownError(ACTION, thrown);
}

/** Some runtimes say `Error` of every error; its own name then stands at the head of the stack. */
const nameInStack = (stack: unknown): unknown =>
  Array.isArray(stack) ? /^(\w+): /.exec(String(stack[0]))?.[1] : undefined;

const TYPE = /^[A-Za-z][\w.]{0,100}$/;

/** HTTP says 200 whatever the function did; a header tells. */
function functionError(reply: Reply): Extract<Answered, { kind: 'function-error' }> | undefined {
  const type = reply.headers['x-fc-error-type'];
  if (type === undefined) return undefined;
  const body = parseObject(reply.data);
  const message = typeof body.errorMessage === 'string' ? body.errorMessage : '';
  // The platform tells what kind of failure it was, the function which error: that says more, where it says something.
  const named = [body.errorType, nameInStack(body.stackTrace), type].filter((name) => typeof name === 'string');
  const errorType = named.find((name) => name !== 'Error' && TYPE.test(name)) ?? 'FunctionError';
  return { kind: 'function-error', errorType, message: message.slice(0, 4096), requestId: requestIdOf(reply) };
}

function parseObject(data: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = typeof data === 'string' ? JSON.parse(data) : data;
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** The SDK parses what says that it is JSON; as an event it was text. */
const textOf = (data: unknown): string => (typeof data === 'string' ? data : (JSON.stringify(data) ?? ''));

const requestIdOf = ({ headers }: Reply): string | undefined => {
  const requestId = headers['x-fc-request-id'];
  return requestId !== undefined && /^[0-9A-Fa-f-]{1,64}$/.test(requestId) ? requestId : undefined;
};

const tooLarge = (bytes: number): CloudError =>
  new CloudError({
    action: ACTION,
    code: 'PayloadTooLarge',
    effect: 'refused',
    detail: `the event has ${bytes} bytes, and ${EVENT_BYTES_MAX} are allowed`,
  });
