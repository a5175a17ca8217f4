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

/** Milliseconds since the epoch, and a sleep. The sweep gets the time from here only. */
export type Clock = {
  now(): number;
  /** If the signal comes, the sleep ends early and without an error. */
  sleep(delayMs: number, stop?: AbortSignal): Promise<void>;
};

/**
 * Runs before every attempt of a write, retries included, after the pace has admitted the attempt. It can look at the
 * cloud once more. If it throws, the write stops and no request is sent.
 *
 * `mayHaveEffect` is true if an earlier attempt of the same write ended without a definite answer.
 */
export type BeforeAttempt = (mayHaveEffect: boolean) => Promise<void>;

export type WriteReply = { readonly requestId: string | undefined };

/** The connections whose settings a caller wants, and the function that takes them out of a reply. */
export type PickConnection = {
  readonly isWanted: (connectionId: ConnectionId) => boolean;
  readonly pick: PickSettings;
};

/**
 * The calls of a run to the cloud, for a single account. Implemented in `lib/cloud`.
 *
 * Every method retries and paces by the policy, and throws `CloudError` when it gives up. A list contains all pages. An
 * incomplete list is a `CloudError` with the code `IncompleteListing`.
 */
export type TagWrite = {
  readonly beforeAttempt?: BeforeAttempt | undefined;
  /** The write makes a claim of ours void, or completes it. It is sent even if the run was asked to stop. */
  readonly isCleanup?: boolean;
};

export interface CloudApi {
  /** GetCallerIdentity: the account of these credentials. */
  getAccountId(): Promise<AccountId>;
  /** DescribeRegions. */
  listRegions(): Promise<readonly RegionId[]>;
  /**
   * DescribeVpnConnections, with the connections of VPN gateways.
   *
   * @param hints.likely a recent number of connections, so that the client can ask for all pages at once
   * @param hints.pick takes the settings that a backup keeps, for connections that `isWanted` accepts
   * @param hints.onGateways gets the customer gateways of each connection, some of them twice. `unread` if a reply does
   *   not name them
   * @param hints.admit is called with the number of connections after the first page, and awaited before further pages
   *   are read. It answers whether that took a while, so that the first page is old
   * @param hints.onPage is called after each page with the number of connections so far. The number falls if the client
   *   starts again
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
  /** DescribeVpnConnection. Answers `gone` only if the cloud says "not found" or the state is `deleted`. */
  getConnection(regionId: RegionId, connectionId: ConnectionId, pick?: PickConnection): Promise<Connection | 'gone'>;
  /** DescribeVcoRouteEntries: the destination routes of a connection that is bound to a transit router. */
  listConnectionRoutes(
    regionId: RegionId,
    connectionId: ConnectionId,
    pick: PickSettings,
  ): Promise<readonly Settings[]>;
  /** DescribeCustomerGateways: all customer gateways of the region. */
  listCustomerGateways(regionId: RegionId, pick: PickSettings): Promise<readonly Settings[]>;
  /** ListTransitRouters: the transit routers of the account in the region, without other accounts. */
  listTransitRouters(regionId: RegionId): Promise<readonly TransitRouter[]>;
  /** ListTransitRouterVpnAttachments of a transit router. */
  listAttachments(
    regionId: RegionId,
    transitRouterId: TransitRouterId,
    pick?: PickSettings,
  ): Promise<readonly Attachment[]>;
  /**
   * ListTransitRouterVpnAttachments of an attachment. Undefined if the reply holds no attachment. This proves nothing,
   * because the service gives the same reply to a parameter that it does not accept.
   */
  getAttachment(
    regionId: RegionId,
    transitRouterId: TransitRouterId,
    attachmentId: AttachmentId,
    pick?: PickSettings,
  ): Promise<Attachment | undefined>;
  /**
   * Route-table associations, propagations and static routes of every VPN attachment of a transit router.
   *
   * @param options.listed the attachments in an earlier answer of `listAttachments`. Without it, they are listed first.
   *   An attachment that is younger than this list is in the answer only if something leads to it
   */
  listRouting(
    regionId: RegionId,
    transitRouterId: TransitRouterId,
    options?: { readonly listed?: readonly Attachment[] | undefined; readonly pick?: PickSettings | undefined },
  ): Promise<ReadonlyMap<AttachmentId, Routing>>;
  /** ListTagResources (type VPNATTACHMENT) for at most 20 ids. The answer contains every id of the request. */
  listTags(regionId: RegionId, connectionIds: readonly ConnectionId[]): Promise<ReadonlyMap<ConnectionId, Tags>>;

  /** TagResources. Writes. At most 20 ids, with the same tags for all of them. */
  setTags(
    regionId: RegionId,
    connectionIds: readonly ConnectionId[],
    tags: Tags,
    options?: TagWrite,
  ): Promise<WriteReply>;
  /** UnTagResources. Writes. At most 20 ids. */
  removeTags(
    regionId: RegionId,
    connectionIds: readonly ConnectionId[],
    keys: readonly string[],
    options?: { readonly beforeAttempt: BeforeAttempt },
  ): Promise<WriteReply>;
  /** DeleteTransitRouterVpnAttachment. Writes. An accepted request proves nothing, so read the attachment back. */
  detach(
    regionId: RegionId,
    attachmentId: AttachmentId,
    options: { readonly force: boolean; readonly beforeAttempt: BeforeAttempt },
  ): Promise<WriteReply>;
  /** DeleteVpnAttachment. Writes. An accepted request proves nothing, so read the connection back. */
  deleteConnection(
    regionId: RegionId,
    connectionId: ConnectionId,
    options: { readonly beforeAttempt: BeforeAttempt },
  ): Promise<WriteReply>;

  /** AssumeRole: an api for the role's account. Throws `CloudError` if the role cannot be assumed. */
  assumeRole(roleArn: string): Promise<CloudApi>;
}

/** A member of the resource directory. */
export type MemberAccount = {
  readonly accountId: AccountId;
  readonly name: string;
  /** `closed` stands for every state that is not active: closing, closed, invited and not yet joined, failed. */
  readonly standing: 'active' | 'closed';
};

/** The dispatcher's questions about the organisation. */
export interface OrganizationApi {
  /**
   * ListAccounts of the resource directory, without the management account. Answers all pages or throws a `CloudError`.
   * Only the management account and a delegated administrator may ask.
   */
  listAccounts(): Promise<readonly MemberAccount[]>;
}

/** A function on Function Compute that takes an event. */
export type FunctionTarget = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly functionName: string;
  /** For generation 2.0, where functions belong to services. Undefined for generation 3.0. */
  readonly serviceName: string | undefined;
  /** A version or an alias. Undefined: the platform's default. */
  readonly qualifier: string | undefined;
};

export type Started = {
  /**
   * `already-started`: the platform knows an invocation with this task id. That invocation may have ended in any way.
   */
  readonly state: 'started' | 'already-started';
  readonly requestId: string | undefined;
};

export type Answered =
  | { readonly kind: 'answer'; readonly text: string; readonly requestId: string | undefined }
  /** The platform reached the function, but it threw, ran out of time or memory, or could not start. */
  | {
      readonly kind: 'function-error';
      readonly errorType: string;
      readonly message: string;
      readonly requestId: string | undefined;
    };

/**
 * Invokes a function. Implemented in `lib/cloud`. Both methods throw `CloudError` if the platform rejected the event.
 */
export interface FunctionApi {
  /** Asynchronous. The platform starts each task id once, even if it is asked several times. */
  start(taskId: string, event: string): Promise<Started>;
  /**
   * Waits for the answer. A call that may have run is not repeated, because the platform cannot tell two of these calls
   * apart.
   */
  call(event: string): Promise<Answered>;
}

/** The cloud client's notices to the observer of a run. */
export type CallObserver = {
  /** Called for each attempt that is sent. */
  onCall(action: string): void;
  /** Called if an attempt failed and will be repeated after `delayMs`. */
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
