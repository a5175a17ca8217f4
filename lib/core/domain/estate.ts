import type { SettingsReading } from '../undo/settings.ts';

/**
 * The words of the domain as types: what a run reads of the cloud, and nothing of how it is spelled on the wire.
 *
 * Doubt is a value here. A field that a reply left out, or a value that is not in the documentation, becomes
 * `'missing'`, `'unknown'` or `undefined`, never the convenient default.
 */

export type AccountId = string;
export type RegionId = string;
export type ConnectionId = string;
export type TransitRouterId = string;
export type AttachmentId = string;

/** `missing` is a reply without the field: older answers about VPN-gateway connections look like that. */
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

/** Negotiation status of a tunnel, or of a connection. `unknown`: not documented, or missing from a tunnel. */
export type TunnelStatus =
  | 'ike_sa_not_established'
  | 'ike_sa_established'
  | 'ipsec_sa_not_established'
  | 'ipsec_sa_established'
  | 'unknown';

export type Tunnel = {
  readonly tunnelId: string;
  readonly status: TunnelStatus;
  /** `active`, `updating`, `deleting`, or whatever else the reply said; undefined when it said nothing. */
  readonly state: string | undefined;
};

export type Tags = ReadonlyMap<string, string>;

/** An IPsec-VPN connection, `vco-…`, as one read showed it. */
export type Connection = {
  readonly connectionId: ConnectionId;
  /** Empty when the reply said so; undefined when it said nothing of a name, which may be none or one left out. */
  readonly name: string | undefined;
  /** Milliseconds since the epoch; undefined when missing or not a moment. */
  readonly createdAtMs: number | undefined;
  readonly attachType: AttachType;
  readonly state: ConnectionState;
  /** The connection's own negotiation status; for a dual-tunnel connection the tunnels' statuses count. */
  readonly status: TunnelStatus | 'missing';
  /** Empty for a single-tunnel connection. One without an id and of status `unknown` stands for any left out. */
  readonly tunnels: readonly Tunnel[];
  readonly transitRouterId: TransitRouterId | undefined;
  readonly cenId: string | undefined;
  /** A real `vpn-…` id; undefined for none and for the literal `vpn-not-exist`. */
  readonly vpnGatewayId: string | undefined;
  /** True: bound to a transit router of another account. */
  readonly crossAccount: boolean;
  readonly resourceGroupId: string | undefined;
  /** `unread`: the reply had no tag field, so whether there are tags is not known. */
  readonly tags: Tags | 'unread';
  /** What a backup keeps of it; only in readings that were asked for it. */
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
  /** 16 digits; undefined when missing. */
  readonly connectionOwnerId: AccountId | undefined;
  /** What a backup keeps of it; only in readings that were asked for it. */
  readonly settings?: SettingsReading;
};

/** What makes an attachment carry traffic on its transit router. */
export type Routing = {
  /** Route tables the attachment is associated with. */
  readonly associations: readonly string[];
  /** Route tables the attachment propagates its routes to. */
  readonly propagations: readonly string[];
  /** Destination blocks of static routes whose next hop is the attachment. */
  readonly staticRoutes: readonly string[];
  /** The same routes as a backup keeps them, each with its route table; only in readings that were asked for them. */
  readonly routeSettings?: readonly RouteSettings[];
};

/** A static route of a transit router. */
export type RouteSettings = { readonly routeTableId: string; readonly reading: SettingsReading };
