import type { Semaphore } from '../../core/concurrency/semaphore.ts';
import type { BeforeAttempt, CallObserver, Clock, WriteReply } from '../../core/domain/cloud-api.ts';
import { ConfigError, stoppedOnRequest } from '../../core/domain/errors.ts';
import type { AccountId, ConnectionId, RegionId } from '../../core/domain/estate.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { ACTION_FACTS, type AnyAction } from './actions.ts';
import { createClientToken } from './client-token.ts';
import type { Pace } from './pace.ts';
import { replyError, requestIdOf, thrownError, unreadableReply, withoutSecrets } from './reply-errors.ts';
import type {
  AnyTransportCall,
  Credentials,
  CredentialsSource,
  OrganizationTransport,
  Params,
  TransportReply,
} from './transport.ts';
import { deadlineExceeded, type RetryOptions, stopRetrying, withRetry } from './with-retry.ts';

/** Signals that end waits for a turn and waits between attempts. They do not end a request that was sent. */
export type Stops = {
  /** Nothing new may begin. This ends every write except the writes that clean up. */
  readonly begin?: AbortSignal | undefined;
  /** The run is over. This ends every call. */
  readonly all?: AbortSignal | undefined;
};

/** The resources that all apis of a run share, for any account. */
export type RpcContext = {
  readonly transport: OrganizationTransport;
  readonly pace: Pace;
  readonly retry: Policy['retry'];
  readonly clock: Clock;
  readonly random: () => number;
  readonly deadlineMs: number;
  readonly stops: Stops;
  readonly requestTimeoutMs: number;
  readonly observer: CallObserver;
  readonly newToken: () => string;
  /** Limits the pages that are read at a time, over all accounts and regions, so that they fit into the memory. */
  readonly reads: Semaphore;
};

/** Whose requests they are. */
export type Identity = {
  readonly credentials: CredentialsSource;
  /** Undefined while it is not known. */
  readonly accountId: () => AccountId | undefined;
};

export type Call = {
  readonly action: AnyAction;
  readonly params: Params;
  readonly regionId?: RegionId;
  /** The request itself names no region, so all requests of the account share a limit. */
  readonly isRegionless?: boolean;
  /** The request removes or corrects a claim of ours, so it goes out although nothing new may begin. */
  readonly isCleanup?: boolean | undefined;
  /** For observers. Not sent. */
  readonly connectionId?: ConnectionId;
};

/** Body to core type. `problem` names a place in the reply, and never quotes it. */
export type Reader<T> = (body: unknown) => { readonly value: T } | { readonly problem: string };

export type Rpc = {
  read<T>(call: Call, reader: Reader<T>): Promise<T>;
  /** A write that may be repeated freely. */
  write(call: Call, beforeAttempt?: BeforeAttempt): Promise<WriteReply>;
  /** A write with a client token, and a look before each attempt. */
  writeOnce(call: Call, beforeAttempt: BeforeAttempt): Promise<WriteReply>;
  /** A write that creates something. The caller supplies its client tokens, and the reply names the new resource. */
  create<T>(call: Call, nextToken: () => string, reader: Reader<T>): Promise<T>;
};

/** Requests of an identity: paced, retried, checked and watched. It takes only the actions of `FACTS`. */
export function createRpc(context: RpcContext, identity: Identity): Rpc {
  const attempt = createAttempt(context, identity);
  const retrying = (call: Call, onFailure: RetryOptions['onFailure']) =>
    retryOptions(context, identity, call, onFailure);
  return {
    read: (call, reader) =>
      withRetry(retrying(call, ignore), async () => {
        const reply = await attempt(call, () => call.params, nothing);
        return toValue(call, reply, reader);
      }),

    write: (call, beforeAttempt = nothing) =>
      withRetry(retrying(call, ignore), async (mayHaveEffect) => {
        const before = async () => beforeAttempt(mayHaveEffect);
        return toWriteReply(await attempt(call, () => call.params, before));
      }),

    writeOnce: (call, beforeAttempt) => {
      const token = createClientToken(context.newToken);
      const params = () => ({ ...call.params, ClientToken: token.current() });
      return withRetry(retrying(call, token.failed), async (mayHaveEffect) =>
        toWriteReply(await attempt(call, params, async () => beforeAttempt(mayHaveEffect))),
      );
    },

    create: (call, nextToken, reader) => {
      const token = createClientToken(nextToken);
      const params = () => ({ ...call.params, ClientToken: token.current() });
      return withRetry(retrying(call, token.failed), async () => {
        const reply = await attempt(call, params, nothing);
        return toValue(call, reply, reader);
      });
    },
  };
}

/** An attempt of a call, in its turn, after `before`. */
type Attempt = (call: Call, params: () => Params, before: () => Promise<void>) => Promise<TransportReply>;

function createAttempt(context: RpcContext, identity: Identity): Attempt {
  const { observer, pace, deadlineMs } = context;
  return (call, params, before) => {
    const { action, regionId } = call;
    const stop = stopOf(context, call);
    const task = async (untilMaySend: () => Promise<void>) => {
      // These two errors concern another request, so they must not cause a retry of this request.
      const credentials = await identity.credentials().catch(stopRetrying);
      await before().catch(stopRetrying);
      await untilMaySend();
      const sendNow = () => {
        const timeoutMs = Math.min(context.requestTimeoutMs, leftMs(context, action));
        observer.onCall(action);
        return send(context.transport, { action, regionId, params: params(), credentials, timeoutMs });
      };
      // A write goes out at once, because the reads just before it must not become stale.
      const { kind, replySize } = ACTION_FACTS[action];
      return kind === 'read' ? context.reads.run(sendNow, replySize) : sendNow();
    };
    const giveUp = (): never => {
      throw stop?.aborted ? stoppedOnRequest(action) : deadlineExceeded(action);
    };
    const key = { accountId: identity.accountId(), regionId: call.isRegionless ? undefined : regionId, action };
    return pace.inTurn(key, task, { deadlineMs, stop, giveUp });
  };
}

const stopOf = ({ stops }: RpcContext, { action, isCleanup }: Call): AbortSignal | undefined =>
  ACTION_FACTS[action].kind === 'read' || isCleanup ? stops.all : stops.begin;

function leftMs({ deadlineMs, clock }: RpcContext, action: AnyAction): number {
  const left = deadlineMs - clock.now();
  if (left <= 0) {
    throw deadlineExceeded(action);
  }
  return left;
}

const retryOptions = (
  context: RpcContext,
  identity: Identity,
  call: Call,
  onFailure: RetryOptions['onFailure'],
): RetryOptions => ({
  policy: context.retry,
  clock: context.clock,
  random: context.random,
  deadlineMs: context.deadlineMs,
  stop: stopOf(context, call),
  onFailure,
  onRetry: ({ code, requestId }, attempt, delayMs) =>
    context.observer.onRetry({
      action: call.action,
      code,
      attempt,
      delayMs,
      accountId: identity.accountId(),
      regionId: call.regionId,
      connectionId: call.connectionId,
      requestId,
    }),
});

function toValue<T>({ action }: Call, reply: TransportReply, reader: Reader<T>): T {
  const read = reader(reply.body);
  if ('problem' in read) {
    throw unreadableReply(action, reply, read.problem);
  }
  return read.value;
}

const ignore = (): void => undefined;
const nothing = async (): Promise<void> => undefined;
const toWriteReply = (reply: TransportReply): WriteReply => ({ requestId: requestIdOf(reply.body) });

/** An attempt, as it goes out. */
type Request = {
  readonly action: AnyAction;
  readonly regionId: RegionId | undefined;
  readonly params: Params;
  readonly credentials: Credentials;
  readonly timeoutMs: number;
};

async function send(transport: OrganizationTransport, request: Request): Promise<TransportReply> {
  const { action, credentials } = request;
  // The table joins service and action. The compiler cannot follow it that far.
  const call = { service: ACTION_FACTS[action].service, ...request } as AnyTransportCall;
  const reply = await transport(call).catch((thrown) => {
    if (thrown instanceof ConfigError) {
      throw thrown;
    }
    throw thrownError(action, thrown);
  });
  const error = replyError(action, reply);
  if (error) {
    throw withoutSecrets(error, Object.values(credentials));
  }
  return reply;
}
