import { ago, DAY, HOUR, REGION } from './builders.ts';

/** Tags of a connection that has been an orphan for two days, last seen as an orphan an hour ago. */
export const dueTags = (rule = 'unassociated'): Record<string, string> => ({
  'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`,
  'vco-sweeper:seen': ago(HOUR),
});

type Row = Record<string, unknown>;
const id = (name: string) => `vco-${name}`;

export const free = (name: string, tags: Record<string, string> = {}, more: Row = {}): Row => ({
  VpnConnectionId: id(name),
  Name: name,
  tags,
  ...more,
});

/** Bound to `tr-1`. Its tunnels are up unless `more` says otherwise. */
export const bound = (name: string, tags: Record<string, string> = {}, more: Row = {}): Row => ({
  VpnConnectionId: id(name),
  Name: name,
  TransitRouterId: 'tr-1',
  tags,
  ...more,
});

export const down: Row = { Status: 'ike_sa_not_established' };

/** Enough connections in use for the share guard to allow a few deletions. */
export const inUse = (count: number): readonly Row[] =>
  Array.from({ length: count }, (_, index) => bound(`used${String(index).padStart(3, '0')}`));

/** Two regions are served. A resource without a region is in the first. */
export const estate = (...vpnConnections: readonly Row[]) => ({
  regions: [{ RegionId: REGION }, { RegionId: 'eu-central-1' }],
  vpnConnections,
});

/** A route table of `tr-1` that the attachment of this connection is associated with. */
export const routed = (name: string) => ({
  transitRouters: [{ TransitRouterId: 'tr-1' }],
  routeTables: [{ TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' }],
  attachments: [{ TransitRouterAttachmentId: `tr-attach-${name}`, VpnId: id(name), TransitRouterId: 'tr-1' }],
  associations: [{ TransitRouterAttachmentId: `tr-attach-${name}`, TransitRouterRouteTableId: 'vtb-1' }],
});
