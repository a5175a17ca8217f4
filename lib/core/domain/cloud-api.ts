import type { PickSettings, Settings } from '../undo/settings.ts';
import type {
  AccountId,
  Attachment,
  AttachmentId,
  Connection,
  ConnectionId,
  RegionId,
  Routing,
  Tags,
  TransitRouter,
  TransitRouterId,
} from './estate.ts';

/** Now (milliseconds since the epoch) and sleep; the only way the sweep knows the time. */
export type Clock = {
  now(): number;
  /** Ends early, and not with an error, when the signal comes. */
  sleep(delayMs: number, stop?: AbortSignal): Promise<void>;
};

/**
 * Runs before every attempt of a write, retries included, after the pace has let it through: the place to look once
 * more. Throwing anything stops the write; nothing is sent.
 *
 * `mayHaveEffect` is true when an earlier attempt of the same write ended without a definite answer.
 */
export type BeforeAttempt = (mayHaveEffect: boolean) => Promise<void>;

export type WriteReply = { readonly requestId: string | undefined };

/** Which connections' settings are wanted besides, and how to take them out of a reply. */
export type PickConnection = {
  readonly isWanted: (connectionId: ConnectionId) => boolean;
  readonly pick: PickSettings;
};

/**
 * What a run needs of the cloud, for one account. Implemented in `lib/cloud`.
 *
 * Every method retries and paces by the policy and throws `CloudError` when it gives up. A list is all pages or a
 * `CloudError` with code `IncompleteListing`; it is never cut short.
 */
export type TagWrite = {
  readonly beforeAttempt?: BeforeAttempt | undefined;
  /** It makes a claim of ours void, or completes one: it is sent although the run was asked to stop. */
  readonly isCleanup?: boolean;
};

export interface CloudApi {
  /** GetCallerIdentity: the account these credentials belong to. */
  getAccountId(): Promise<AccountId>;
  /** DescribeRegions. */
  listRegions(): Promise<readonly RegionId[]>;
  /**
   * DescribeVpnConnections, VPN-gateway connections too.
   *
   * @param hints.likely how many there were lately: then all pages are asked for at once
   * @param hints.pick takes what a backup keeps, of those that `isWanted`
   * @param hints.onGateways is told the customer gateways of each connection that is read, some of them twice; `unread` if a
   *   reply does not name them
   * @param hints.admit is told how many there are, and waited for, before more than the first page is read; answers
   *   whether that took a while, so that the first page is old
   * @param hints.onPage is told how many were read so far, after each page; less than before when all is read again
   */
  listConnections(
    regionId: RegionId,
    hints?: {
      readonly likely?: number;
      readonly admit?: (total: number) => Promise<boolean>;
      readonly onPage?: (read: number) => void;
      readonly onGateways?: ((gateways: readonly string[] | 'unread') => void) | undefined;
      readonly pick?: PickConnection | undefined;
    },
  ): Promise<readonly Connection[]>;
  /** DescribeVpnConnection; `gone` only when the cloud says not found or the state is `deleted`. */
  getConnection(regionId: RegionId, connectionId: ConnectionId, pick?: PickConnection): Promise<Connection | 'gone'>;
  /** DescribeVcoRouteEntries: the destination routes of a connection that a transit router holds. */
  listConnectionRoutes(
    regionId: RegionId,
    connectionId: ConnectionId,
    pick: PickSettings,
  ): Promise<readonly Settings[]>;
  /** DescribeCustomerGateways: all of the region. */
  listCustomerGateways(regionId: RegionId, pick: PickSettings): Promise<readonly Settings[]>;
  /** ListTransitRouters of the region, those of the account only. */
  listTransitRouters(regionId: RegionId): Promise<readonly TransitRouter[]>;
  /** ListTransitRouterVpnAttachments of one transit router. */
  listAttachments(
    regionId: RegionId,
    transitRouterId: TransitRouterId,
    pick?: PickSettings,
  ): Promise<readonly Attachment[]>;
  /**
   * ListTransitRouterVpnAttachments of one attachment; undefined when the reply holds none, which proves nothing: the
   * service answers a parameter that it does not like in the same way.
   */
  getAttachment(
    regionId: RegionId,
    transitRouterId: TransitRouterId,
    attachmentId: AttachmentId,
    pick?: PickSettings,
  ): Promise<Attachment | undefined>;
  /** Route-table associations, propagations and static routes of every VPN attachment of one transit router. */
  listRouting(
    regionId: RegionId,
    transitRouterId: TransitRouterId,
    pick?: PickSettings,
  ): Promise<ReadonlyMap<AttachmentId, Routing>>;
  /** ListTagResources (type VPNATTACHMENT). Every id asked for is in the answer; at most 20 ids. */
  listTags(regionId: RegionId, connectionIds: readonly ConnectionId[]): Promise<ReadonlyMap<ConnectionId, Tags>>;

  /** TagResources: writes. At most 20 ids, the same tags for all of them. */
  setTags(
    regionId: RegionId,
    connectionIds: readonly ConnectionId[],
    tags: Tags,
    options?: TagWrite,
  ): Promise<WriteReply>;
  /** UnTagResources: writes. At most 20 ids. */
  removeTags(
    regionId: RegionId,
    connectionIds: readonly ConnectionId[],
    keys: readonly string[],
    options?: { readonly beforeAttempt: BeforeAttempt },
  ): Promise<WriteReply>;
  /** DeleteTransitRouterVpnAttachment: writes. An accepted request proves nothing: read back. */
  detach(
    regionId: RegionId,
    attachmentId: AttachmentId,
    options: { readonly force: boolean; readonly beforeAttempt: BeforeAttempt },
  ): Promise<WriteReply>;
  /** DeleteVpnAttachment: writes. An accepted request proves nothing: read back. */
  deleteConnection(
    regionId: RegionId,
    connectionId: ConnectionId,
    options: { readonly beforeAttempt: BeforeAttempt },
  ): Promise<WriteReply>;

  /** AssumeRole: an api for the role's account. Throws `CloudError` when the role cannot be assumed. */
  assumeRole(roleArn: string): Promise<CloudApi>;
}

/** A member of the resource directory. */
export type MemberAccount = {
  readonly accountId: AccountId;
  readonly name: string;
  /** `closed` covers all but members in good standing: closing, closed, invited and not yet there, failed. */
  readonly standing: 'active' | 'closed';
};

/** What the dispatcher asks about the organisation. */
export interface OrganizationApi {
  /**
   * ListAccounts of the resource directory, the management account not among them. All pages or a `CloudError`; only
   * the management account and a delegated administrator may ask.
   */
  listAccounts(): Promise<readonly MemberAccount[]>;
}

/** A function on Function Compute that takes an event. */
export type FunctionTarget = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly functionName: string;
  /** Of generation 2.0, where functions live in services. Undefined: generation 3.0. */
  readonly serviceName: string | undefined;
  /** A version or an alias; undefined: the one the platform takes by itself. */
  readonly qualifier: string | undefined;
};

export type Started = {
  /** `already-started`: an invocation with this task id is known, whatever became of it. */
  readonly state: 'started' | 'already-started';
  readonly requestId: string | undefined;
};

export type Answered =
  | { readonly kind: 'answer'; readonly text: string; readonly requestId: string | undefined }
  /** It was reached, and threw, ran out of time or memory, or could not start. */
  | {
      readonly kind: 'function-error';
      readonly errorType: string;
      readonly message: string;
      readonly requestId: string | undefined;
    };

/** Invokes one function. Implemented in `lib/cloud`; both throw `CloudError` when the platform did not take the event. */
export interface FunctionApi {
  /** Asynchronously, and once only for each task id, however often it is asked. */
  start(taskId: string, event: string): Promise<Started>;
  /** And wait for what it answers. Not made again where it may have run: nothing tells two such calls apart. */
  call(event: string): Promise<Answered>;
}

/** What the cloud client tells whoever watches a run. */
export type CallObserver = {
  /** Each attempt that goes out. */
  onCall(action: string): void;
  /** An attempt failed and will be made again after `delayMs`. */
  onRetry(retry: {
    readonly action: string;
    readonly code: string;
    readonly attempt: number;
    readonly delayMs: number;
    readonly accountId: AccountId | undefined;
    readonly regionId: RegionId | undefined;
    readonly connectionId: ConnectionId | undefined;
    readonly requestId: string | undefined;
  }): void;
};
