import type { IncomingHttpHeaders } from 'node:http';
import RPCClient from '@alicloud/pop-core/lib/rpc.js';
import type { OrganizationService, Service } from '../client/actions.ts';
import { type Endpoints, whereOf } from '../client/endpoints.ts';
import { thrownError } from '../client/reply-errors.ts';
import type { Credentials, OrganizationTransport, TransportReply } from '../client/transport.ts';
import { Sockets } from './sockets.ts';

const VERSIONS = {
  vpc: '2016-04-28',
  cbn: '2017-09-12',
  sts: '2015-04-01',
  resourcedirectory: '2022-04-19',
} as const satisfies Record<Service | OrganizationService, string>;

// The SDK's own limit must not expire first, because it leaves the socket open. Without a setting it is 3 s.
const SDK_LIMIT_LATER_MS = 1000;

type Exchange = { readonly response?: { readonly statusCode?: unknown; readonly headers?: unknown } | null };
// The package's types leave out `verbose`, which makes a request answer the body and the HTTP exchange.
const VerboseClient = RPCClient as unknown as new (config: RPCClient.Config, verbose: true) => RPCClient;

/**
 * The transport to the real cloud: pop-core, with additions.
 *
 * It sends POST, so that signature and token are in the body and not in a URL. The whole request has a time limit and
 * its reply a size limit, which end it for good. Each endpoint has its own pool of sockets.
 */
export function createPopTransport(endpoints: Endpoints, sockets: Sockets = new Sockets()): OrganizationTransport {
  const clientOf = createClients();

  return async ({ service, regionId, action, params, credentials, timeoutMs }) => {
    const origin = endpoints.url(service, regionId);
    const client = clientOf(credentials, origin, VERSIONS[service]);
    const timeout = timeoutMs + SDK_LIMIT_LATER_MS;
    try {
      return await sockets.exchange({ action, origin, timeoutMs }, async (agent) =>
        request(client, action, { ...params }, { method: 'POST', timeout, agent }),
      );
    } catch (error) {
      throw thrownError(action, error, whereOf(origin, endpoints.variable(service), sockets.via(origin)));
    }
  };
}

async function request(client: RPCClient, action: string, params: object, options: object): Promise<TransportReply> {
  try {
    const [body, exchange] = await client.request<[unknown, Exchange]>(action, params, options);
    return toReply(body, exchange);
  } catch (error) {
    const reply = replyInError(error);
    if (reply) {
      return reply;
    }
    throw error;
  }
}

/**
 * Clients by credentials, endpoint and version. A client only holds these three, but its construction needs an agent.
 * Credentials change during a run. Once nobody holds a set of credentials any more, it is forgotten together with its
 * clients.
 */
function createClients(): (credentials: Credentials, endpoint: string, apiVersion: string) => RPCClient {
  const known = new WeakMap<Credentials, Map<string, RPCClient>>();
  return (credentials, endpoint, apiVersion) => {
    const ofCredentials = known.get(credentials) ?? new Map<string, RPCClient>();
    known.set(credentials, ofCredentials);
    const name = `${endpoint} ${apiVersion}`;
    const client = ofCredentials.get(name) ?? createClient(credentials, endpoint, apiVersion);
    ofCredentials.set(name, client);
    return client;
  };
}

function createClient(credentials: Credentials, endpoint: string, apiVersion: string): RPCClient {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const config = { endpoint, apiVersion, accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
  return new VerboseClient(config, true);
}

/** pop-core throws for a body with an error code, and attaches body and HTTP exchange to the error. */
function replyInError(error: unknown): TransportReply | undefined {
  if (!(error instanceof Error) || !('data' in error) || !('entry' in error)) {
    return undefined;
  }
  return toReply(error.data, error.entry as Exchange);
}

function toReply(body: unknown, { response }: Exchange): TransportReply {
  const retryAfter = (response?.headers as IncomingHttpHeaders | undefined)?.['x-acs-retry-after'];
  return {
    status: typeof response?.statusCode === 'number' ? response.statusCode : 0,
    body,
    ...(typeof retryAfter === 'string' && /^\d{1,9}$/.test(retryAfter) ? { retryAfterMs: Number(retryAfter) } : {}),
  };
}
