import { resolveEndpoints } from '../cloud/client/endpoints.ts';
import type { CredentialsSource } from '../cloud/client/transport.ts';
import { type Route, Sockets } from '../cloud/http/sockets.ts';
import { createRestoreApi } from '../cloud/undo/create-restore-api.ts';
import type { CallObserver, Clock } from '../core/domain/cloud-api.ts';
import type { Policy } from '../core/domain/policy.ts';
import type { RestoreApi } from '../core/undo/create-api.ts';
import type { Closing, Environment } from './create-sweep-deps.ts';
import { refuseDebug } from './refuse-debug.ts';

/** Join a restore to the real cloud. Throws `ConfigError` for a refused endpoint, before any call. */
export function connectRestore(options: {
  readonly env: Environment;
  readonly credentials: CredentialsSource;
  /** The proxies of the environment. Undefined for a direct connection. */
  readonly route: Route | undefined;
  readonly policy: Pick<Policy, 'retry' | 'pace'>;
  readonly clock: Clock;
  readonly observer: CallObserver;
}): { readonly api: RestoreApi } & Closing {
  refuseDebug(options.env);
  const endpoints = resolveEndpoints(options.env);
  const sockets = new Sockets(options.route);
  const { credentials, policy, clock, observer } = options;
  const deadlineMs = Number.POSITIVE_INFINITY;
  const random = Math.random;
  return {
    api: createRestoreApi({ credentials, endpoints, policy, clock, random, deadlineMs, observer, sockets }),
    close: () => sockets.close(),
  };
}
