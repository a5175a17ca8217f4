import { randomUUID } from 'node:crypto';
import { createCloudApi } from '../cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../cloud/client/endpoints.ts';
import type { Credentials, CredentialsSource } from '../cloud/client/transport.ts';
import { type Route, Sockets } from '../cloud/http/sockets.ts';
import type { Clock } from '../core/domain/cloud-api.ts';
import { ConfigError } from '../core/domain/errors.ts';
import type { Journal } from '../core/domain/journal.ts';
import type { Policy } from '../core/domain/policy.ts';
import type { Store } from '../core/store/store.ts';
import type { SweepDeps } from '../sweep/run-sweep.ts';
import { createCallCounter } from './call-counter.ts';
import { refuseDebug } from './refuse-debug.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Closes the sockets of a run, ends its waits, and prevents further requests. Call it when the run is over. */
export type Closing = { readonly close: () => void };

/** Join the sweep to the real cloud. Throws `ConfigError` for a refused endpoint, before any call. */
export function createDeps(options: {
  readonly env: Environment;
  readonly credentials: Credentials | CredentialsSource;
  /** The proxies of the environment. Undefined for a direct connection. */
  readonly route?: Route | undefined;
  readonly policy: Policy;
  readonly journal: (runId: string) => Journal;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly store?: Store | undefined;
  /** Aborted when a person asks the run to stop. Then sent requests are read back, and nothing new begins. */
  readonly stopAsked?: AbortSignal | undefined;
}): SweepDeps & Closing {
  refuseDebug(options.env);
  const { stopAsked } = options;
  const endpoints = resolveEndpoints(options.env);
  const runId = randomUUID();
  const journal = options.journal(runId);
  const { observer, calls } = createCallCounter(journal);
  const sockets = new Sockets(options.route);
  const ended = new AbortController();
  const api = createCloudApi({
    credentials: options.credentials,
    endpoints,
    policy: options.policy,
    clock: options.clock,
    random: Math.random,
    deadlineMs: options.deadlineMs,
    stops: { begin: stopAsked ? AbortSignal.any([stopAsked, ended.signal]) : ended.signal, all: ended.signal },
    observer,
    sockets,
  });
  const close = (): void => {
    ended.abort();
    sockets.close();
  };
  const { clock, deadlineMs, store } = options;
  return { api, clock, journal, calls, runId, deadlineMs, stopAsked, store, close };
}

/** Credentials from the variables that the official tools use. Throws `ConfigError` if they are incomplete. */
export function readCredentials(env: Environment): Credentials {
  const accessKeyId = env.ALIBABA_CLOUD_ACCESS_KEY_ID?.trim();
  const accessKeySecret = env.ALIBABA_CLOUD_ACCESS_KEY_SECRET?.trim();
  const securityToken = env.ALIBABA_CLOUD_SECURITY_TOKEN?.trim();
  if (!accessKeyId || !accessKeySecret) {
    const missing = [
      ...(accessKeyId ? [] : ['ALIBABA_CLOUD_ACCESS_KEY_ID']),
      ...(accessKeySecret ? [] : ['ALIBABA_CLOUD_ACCESS_KEY_SECRET']),
    ];
    throw new ConfigError(`no credentials: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set`);
  }
  return securityToken ? { accessKeyId, accessKeySecret, securityToken } : { accessKeyId, accessKeySecret };
}
