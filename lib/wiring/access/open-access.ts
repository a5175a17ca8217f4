import { resolveEndpoints } from '../../cloud/client/endpoints.ts';
import type { CredentialsSource } from '../../cloud/client/transport.ts';
import type { Route } from '../../cloud/http/sockets.ts';
import { allOf } from './all-of.ts';
import { findCredentials } from './official-credentials.ts';
import { createProxyRoute, routeCredentialRequests } from './proxies.ts';
import type { Surroundings } from './surroundings.ts';

/** The identity with which a command calls the cloud, and its proxies. */
export type Access = { readonly credentials: CredentialsSource; readonly route: Route | undefined };

/**
 * Find the identity and the proxies of a command. A function does not need this, because the platform gives it
 * credentials and it reaches the cloud directly.
 *
 * @throws ConfigError naming everything in the environment that is missing or cannot be used
 */
export function openAccess({ profile }: { readonly profile?: string }, io: Surroundings): Access {
  const [credentials, route] = allOf(
    () => findCredentials(io, profile),
    () => createProxyRoute(io),
    () => resolveEndpoints(io.env),
  );
  routeCredentialRequests(route);
  return { credentials, route };
}
