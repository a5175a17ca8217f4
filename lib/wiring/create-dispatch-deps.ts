import { randomUUID } from 'node:crypto';
import { createCloudApi, createOrganizationApi } from '../cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../cloud/client/endpoints.ts';
import type { Credentials } from '../cloud/client/transport.ts';
import { type Route, Sockets } from '../cloud/http/sockets.ts';
import { createFunctionApi } from '../cloud/invoke/function-api.ts';
import type { CallObserver, Clock, FunctionApi, FunctionTarget } from '../core/domain/cloud-api.ts';
import type { Journal } from '../core/domain/journal.ts';
import type { DeclaredPolicy } from '../core/domain/policy.ts';
import type { Store } from '../core/store/store.ts';
import type { DispatchDeps } from '../dispatch/dispatch-request.ts';
import { createCallCounter } from './call-counter.ts';
import type { Closing, Environment } from './create-sweep-deps.ts';
import { refuseDebug } from './refuse-debug.ts';

type FunctionDepsOptions = {
  readonly env: Environment;
  readonly credentials: Credentials;
  readonly target: FunctionTarget;
  readonly policy: Pick<DeclaredPolicy, 'retry' | 'pace'>;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly route?: Route | undefined;
};

/**
 * Join the dispatcher to the few parts of the cloud that it needs. It cannot read or write a connection, and cannot
 * assume a role.
 *
 * @throws ConfigError for a refused endpoint, before any call
 */
export function createDispatchDeps(
  options: FunctionDepsOptions & {
    readonly journal: (dispatchId: string) => Journal;
    readonly concurrency: number;
    readonly store?: Store | undefined;
  },
): DispatchDeps & Closing {
  const { clock, concurrency, store } = options;
  const dispatchId = randomUUID();
  const journal = options.journal(dispatchId);
  const { observer, calls } = createCallCounter(journal);
  const sockets = new Sockets();
  const sweep = createSweepFunction({ ...options, observer, sockets });
  const cloud = { ...options, endpoints: resolveEndpoints(options.env), random: Math.random, observer, sockets };
  const { listRegions } = createCloudApi(cloud);
  return {
    api: { listRegions },
    organization: createOrganizationApi(cloud),
    sweep,
    clock,
    journal,
    calls,
    dispatchId,
    concurrency,
    store,
    close: () => sockets.close(),
  };
}

/** The deployed sweep. Throws `ConfigError` for a refused endpoint, before any call. */
export function createSweepFunction(
  options: FunctionDepsOptions & { readonly observer: CallObserver; readonly sockets?: Sockets },
): FunctionApi {
  refuseDebug(options.env);
  return createFunctionApi({
    credentials: options.credentials,
    target: options.target,
    endpoint: resolveEndpoints(options.env).fc,
    retry: options.policy.retry,
    clock: options.clock,
    random: Math.random,
    deadlineMs: options.deadlineMs,
    observer: options.observer,
    sockets: options.sockets ?? new Sockets(options.route),
  });
}
