import { Semaphore } from '../../core/concurrency/semaphore.ts';
import type {
  CallObserver,
  Clock,
  CloudApi,
  MemberAccount,
  OrganizationApi,
  PickConnection,
} from '../../core/domain/cloud-api.ts';
import { CloudError } from '../../core/domain/errors.ts';
import type { AccountId, Connection } from '../../core/domain/estate.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { createPopTransport } from '../http/pop-transport.ts';
import type { Sockets } from '../http/sockets.ts';
import { settingsReads } from '../undo/settings-reads.ts';
import { accountPage, assumedCredentials, callerAccount, regions } from '../wire/wire-account.ts';
import { connectionPageWith, singleConnection } from '../wire/wire-connection.ts';
import { ACTIONS, STORE_ACTIONS } from './actions.ts';
import { newClientToken } from './client-token.ts';
import type { Endpoints } from './endpoints.ts';
import { ifGone } from './if-gone.ts';
import { listByNumber } from './list-pages.ts';
import { createPace } from './pace.ts';
import { createRefreshing } from './refreshing-credentials.ts';
import { createRpc, type Identity, type Rpc, type RpcContext, type Stops } from './rpc.ts';
import { listTags, removeTags, setTags } from './tag-calls.ts';
import { transitRouterReads } from './transit-router-reads.ts';
import type {
  AnyTransportCall,
  Credentials,
  CredentialsSource,
  OrganizationTransport,
  Transport,
  TransportCall,
} from './transport.ts';

export type CloudApiOptions = {
  readonly credentials: Credentials | CredentialsSource;
  readonly endpoints: Endpoints;
  readonly policy: Pick<Policy, 'retry' | 'pace'>;
  readonly clock: Clock;
  /** 0…1, for jitter. */
  readonly random: () => number;
  /** Milliseconds since the epoch. After this moment nothing is sent and nobody waits. `Infinity` for no deadline. */
  readonly deadlineMs: number;
  readonly stops?: Stops;
  readonly observer: CallObserver;
  readonly requestTimeoutMs?: number;
  readonly newToken?: () => string;
  /** The sockets of all requests. The caller closes them. */
  readonly sockets?: Sockets;
  readonly transport?: Transport;
};

/** The cloud as a run needs it, for the account of the credentials. */
export function createCloudApi(options: CloudApiOptions): CloudApi {
  const { transport } = options;
  return apiFor(contextOf(options, transport && ofRun(transport)), toSource(options.credentials), undefined);
}

/** The organisation as the dispatcher needs it, for the management account or a delegated administrator. */
export function createOrganizationApi(
  options: Omit<CloudApiOptions, 'transport'> & { readonly transport?: OrganizationTransport },
): OrganizationApi {
  const rpc = createRpc(contextOf(options, options.transport), {
    credentials: toSource(options.credentials),
    accountId: () => undefined,
  });
  const action = 'ListAccounts';
  return {
    listAccounts: () =>
      listByNumber<MemberAccount>({
        action,
        idOf: ({ accountId }) => accountId,
        fetch: (page) => rpc.read({ action, params: page }, accountPage),
      }),
  };
}

export const toSource = (credentials: Credentials | CredentialsSource): CredentialsSource =>
  typeof credentials === 'function' ? credentials : async () => credentials;

const isOfRun = (call: AnyTransportCall): call is TransportCall =>
  Object.hasOwn(ACTIONS, call.action) || Object.hasOwn(STORE_ACTIONS, call.action);

/** A run never asks about the organisation, and creates nothing. */
const ofRun =
  (transport: Transport): OrganizationTransport =>
  async (call) => {
    if (!isOfRun(call)) {
      throw new TypeError(`${call.action} is no call of a run`);
    }
    return transport(call);
  };

/** A page of fifty is 100 kB of text, and several times that while it is read. */
const PAGES_READ_MAX = 64;

export function contextOf(
  options: Omit<CloudApiOptions, 'transport'>,
  transport: OrganizationTransport | undefined,
): RpcContext {
  const { clock, deadlineMs, endpoints, observer, policy, random } = options;
  return {
    transport: transport ?? createPopTransport(endpoints, options.sockets),
    pace: createPace(policy.pace, clock),
    retry: policy.retry,
    clock,
    random,
    deadlineMs,
    stops: options.stops ?? {},
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    observer,
    newToken: options.newToken ?? newClientToken,
    reads: new Semaphore(PAGES_READ_MAX),
  };
}

function apiFor(context: RpcContext, credentials: Identity['credentials'], known: AccountId | undefined): CloudApi {
  let accountId = known;
  const rpc = createRpc(context, { credentials, accountId: () => accountId });
  return {
    async getAccountId() {
      accountId = await rpc.read({ action: 'GetCallerIdentity', params: {} }, callerAccount);
      return accountId;
    },
    assumeRole: (roleArn) => assumeRole(context, rpc, roleArn),
    listRegions: () => rpc.read({ action: 'DescribeRegions', params: {} }, regions),
    ...connectionReads(rpc),
    ...transitRouterReads(rpc, () => accountId),
    ...settingsReads(rpc),
    ...tagCalls(rpc),
    ...removals(rpc),
  };
}

const connectionReads = (rpc: Rpc): Pick<CloudApi, 'listConnections' | 'getConnection'> => ({
  listConnections(regionId, hints) {
    const action = 'DescribeVpnConnections';
    return listByNumber<Connection>({
      action,
      idOf: (connection) => connection.connectionId,
      ...hints,
      fetch: (page) =>
        rpc.read({ action, regionId, params: { RegionId: regionId, ...page } }, connectionPageWith(hints ?? {})),
    });
  },
  getConnection: (regionId, connectionId, pick) => getConnection(rpc, { regionId, connectionId }, pick),
});

const tagCalls = (rpc: Rpc): Pick<CloudApi, 'listTags' | 'setTags' | 'removeTags'> => ({
  listTags: (regionId, connectionIds) => listTags(rpc, regionId, connectionIds),
  setTags: (regionId, connectionIds, tags, options) => setTags(rpc, { regionId, connectionIds }, tags, options),
  removeTags: (regionId, connectionIds, keys, options) =>
    removeTags(rpc, { regionId, connectionIds }, keys, options?.beforeAttempt),
});

/** The two writes that cannot be taken back. */
const removals = (rpc: Rpc): Pick<CloudApi, 'detach' | 'deleteConnection'> => ({
  // CBN needs no region here, because the attachment's id is enough.
  detach(regionId, attachmentId, { force, beforeAttempt }) {
    const params = { TransitRouterAttachmentId: attachmentId, Force: force };
    const action = 'DeleteTransitRouterVpnAttachment';
    return rpc.writeOnce({ action, regionId, isRegionless: true, params }, beforeAttempt);
  },
  deleteConnection(regionId, connectionId, { beforeAttempt }) {
    const params = { RegionId: regionId, VpnConnectionId: connectionId };
    return rpc.writeOnce({ action: 'DeleteVpnAttachment', regionId, connectionId, params }, beforeAttempt);
  },
});

type Named = { readonly regionId: string; readonly connectionId: string };

async function getConnection(rpc: Rpc, { regionId, connectionId }: Named, pick: PickConnection | undefined) {
  const action = 'DescribeVpnConnection';
  const params = { RegionId: regionId, VpnConnectionId: connectionId };
  const read = rpc.read({ action, regionId, connectionId, params }, singleConnection(connectionId, pick));
  const connection = await read.catch(ifGone('gone' as const));
  return connection === 'gone' || connection.state === 'deleted' ? 'gone' : connection;
}

/** Assumes the role once now, so that a failure shows at once, and again whenever the credentials expire. */
async function assumeRole(context: RpcContext, rpc: Rpc, roleArn: string): Promise<CloudApi> {
  const action = 'AssumeRole';
  const accountId = /^acs:ram::(\d{1,20}):role\/[^\s/]+$/i.exec(roleArn)?.[1];
  if (accountId === undefined) {
    throw new CloudError({ action, code: 'InvalidParameter.RoleArn', effect: 'refused' });
  }
  const params = { RoleArn: roleArn, RoleSessionName: 'vco-sweeper', DurationSeconds: 3600 };
  const assume = () => rpc.read({ action, params }, assumedCredentials);
  return apiFor(context, createRefreshing(context.clock, await assume(), assume), accountId);
}
