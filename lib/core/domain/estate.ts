import type { SettingsReading } from '../undo/settings.ts';

/**
 * The domain as types: everything that a run reads from the cloud, without the spelling on the wire.
 *
 * Doubt is a value of these types. A field that a reply left out, or a value that is not documented, becomes
 * `'missing'`, `'unknown'` or `undefined`, never the convenient default.
 */

export type AccountId = string;
export type RegionId = string;
export type ConnectionId = string;
export type TransitRouterId = string;
export type AttachmentId = string;

/** `missing`: the reply lacked the field. Older replies about connections of VPN gateways lack it. */
export type AttachType = 'CEN' | 'NO_ASSOCIATED' | 'VPNGW' | 'missing' | 'unknown';

export type ConnectionState =
  | 'init'
  | 'attaching'
  | 'attached'
  | 'detaching'
  | 'active'
  | 'financialLocked'
  | 'provisioning'
  | 'updating'
  | 'upgrading'
  | 'deleted'
  | 'unknown';

/** Negotiation status of a tunnel or a connection. `unknown`: not documented, or missing from a tunnel. */
export type TunnelStatus =
  | 'ike_sa_not_established'
  | 'ike_sa_established'
  | 'ipsec_sa_not_established'
  | 'ipsec_sa_established'
  | 'unknown';

export type Tunnel = {
  readonly tunnelId: string;
  readonly status: TunnelStatus;
  /** `active`, `updating`, `deleting`, or any other text of the reply. Undefined if the reply had no state. */
  readonly state: string | undefined;
};

export type Tags = ReadonlyMap<string, string>;

/** An IPsec-VPN connection, `vco-…`, as a read showed it. */
export type Connection = {
  readonly connectionId: ConnectionId;
  /**
   * Empty if the reply had an empty name. Undefined if it had no name: the connection has no name, or the reply left it
   * out.
   */
  readonly name: string | undefined;
  /** Milliseconds since the epoch. Undefined if missing or not a valid time. */
  readonly createdAtMs: number | undefined;
  readonly attachType: AttachType;
  readonly state: ConnectionState;
  /**
   * The connection's own negotiation status. For a dual-tunnel connection, the statuses of the tunnels count instead.
   */
  readonly status: TunnelStatus | 'missing';
  /**
   * Empty for a single-tunnel connection. A tunnel with no id and of status `unknown` stands for any tunnel that is
   * left out.
   */
  readonly tunnels: readonly Tunnel[];
  readonly transitRouterId: TransitRouterId | undefined;
  readonly cenId: string | undefined;
  /** A real `vpn-…` id. Undefined without an id, and for the literal `vpn-not-exist`. */
  readonly vpnGatewayId: string | undefined;
  /** True if it is bound to a transit router of another account. */
  readonly crossAccount: boolean;
  readonly resourceGroupId: string | undefined;
  /** `unread`: the reply had no tag field, so it is unknown whether there are tags. */
  readonly tags: Tags | 'unread';
  /** The settings that a backup keeps. Only in reads that asked for them. */
  readonly settings?: SettingsReading;
};

export type TransitRouter = {
  readonly transitRouterId: TransitRouterId;
  readonly cenId: string | undefined;
  readonly regionId: RegionId;
  readonly name: string;
};

export type AttachmentStatus = 'Attaching' | 'Attached' | 'Detaching' | 'unknown';

/** The link from a connection to a transit router, `tr-attach-…`, as the transit router's side shows it. */
export type Attachment = {
  readonly attachmentId: AttachmentId;
  readonly connectionId: ConnectionId;
  readonly transitRouterId: TransitRouterId;
  readonly status: AttachmentStatus;
  /** 16 digits. Undefined if missing. */
  readonly connectionOwnerId: AccountId | undefined;
  /** The settings that a backup keeps. Only in reads that asked for them. */
  readonly settings?: SettingsReading;
};

/** The entries by which an attachment carries traffic on its transit router. */
export type Routing = {
  /** Route tables with which the attachment is associated. */
  readonly associations: readonly string[];
  /** Route tables to which the attachment propagates its routes. */
  readonly propagations: readonly string[];
  /** Destination blocks of static routes whose next hop is the attachment. */
  readonly staticRoutes: readonly string[];
  /** The same routes in the form for a backup, each with its route table. Only in reads that asked for them. */
  readonly routeSettings?: readonly RouteSettings[];
};

/** A static route of a transit router. */
export type RouteSettings = { readonly routeTableId: string; readonly reading: SettingsReading };
