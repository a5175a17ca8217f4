import type { Attachment, Connection, Routing, Tunnel } from '../../core/domain/estate.ts';
import { ROLE_ARN_PATTERN } from '../../core/domain/ids.ts';
import type { Place } from '../../core/domain/place.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toIso } from '../../core/domain/time.ts';
import { ESTATE_FORMAT } from '../../emulator/estate/estate-header.ts';
import type { EstateFile } from '../../emulator/estate/estate-schema.ts';
import type { Reading, ReadPlace, ReadRouter } from './read-places.ts';

type Rows<Key extends keyof EstateFile> = NonNullable<EstateFile[Key]>;
type Row<Key extends keyof EstateFile> = Rows<Key> extends (infer Item)[] ? Item : never;

/**
 * Turn a reading into an estate of the emulator. The estate answers every read of `plan` as the cloud did. Pure.
 *
 * Contains only fields that judge a connection, so it holds no secrets and no addresses.
 */
export function toEstate(reading: Reading, policy: Policy, madeAtMs: number): EstateFile {
  const { places } = reading;
  const routers = [
    ...new Map(places.flatMap((place) => place.routers.map((one) => [one.transitRouterId, one]))).values(),
  ];
  return {
    format: ESTATE_FORMAT,
    madeAt: toIso(madeAtMs),
    places: places.map(({ accountId, regionId }) => ({ accountId, regionId })),
    derive: false,
    regions: toRegions(places),
    accounts: toAccounts(reading, routers, policy),
    vpnConnections: places.flatMap((place) => place.connections.map((one) => toConnection(one, place))),
    transitRouters: routers.map(({ accountId, regionId: RegionId, transitRouterId: TransitRouterId }) => ({
      accountId,
      RegionId,
      TransitRouterId,
    })),
    attachments: routers.flatMap((router) => router.attachments.map((one) => toAttachment(one, router))),
    ...toRouting(routers),
  };
}

function toRegions(places: readonly ReadPlace[]): Rows<'regions'> {
  const ids = [...new Set(places.map(({ regionId }) => regionId))];
  return ids.map((RegionId) => ({
    RegionId,
    ...(places.some(({ regionId, isServed }) => regionId === RegionId && isServed) ? {} : { vpn: false }),
  }));
}

/** The account of the credentials comes first. Each account has the roles that the policy names in it, and no key. */
function toAccounts(
  { accountId: own, places }: Reading,
  routers: readonly ReadRouter[],
  { accounts, detach }: Policy,
): Rows<'accounts'> {
  const arns = [...accounts, ...detach.roles].map(({ roleArn }) => roleArn);
  const ids = new Set([
    own,
    ...places.map(({ accountId }) => accountId),
    ...routers.map(({ accountId }) => accountId),
    ...detach.roles.map(({ accountId }) => accountId),
  ]);
  return [...ids].map((accountId) => ({
    accountId,
    roles: roleNames(arns, accountId).map((name) => ({ name, trusted: [own] })),
  }));
}

/** The distinct names of the roles of an account among some ARNs. */
export const roleNames = (arns: readonly string[], accountId: string): readonly string[] => [
  ...new Set(
    arns.filter((arn) => ROLE_ARN_PATTERN.exec(arn)?.[1] === accountId).map((arn) => arn.slice(arn.indexOf('/') + 1)),
  ),
];

function toConnection(connection: Connection, { accountId, regionId }: Place): Row<'vpnConnections'> {
  const { name, createdAtMs, tunnels, transitRouterId, cenId, vpnGatewayId, resourceGroupId, tags } = connection;
  return {
    VpnConnectionId: connection.connectionId,
    accountId,
    regionId,
    ...(name === undefined ? {} : { Name: name }),
    ...(createdAtMs === undefined ? {} : { CreateTime: createdAtMs }),
    AttachType: attachTypeOf(connection),
    State: connection.state,
    Status: connection.status === 'missing' ? null : connection.status,
    ...(transitRouterId === undefined ? {} : { TransitRouterId: transitRouterId }),
    ...(cenId === undefined ? {} : { AttachInstanceId: cenId }),
    ...(vpnGatewayId === undefined ? {} : { VpnGatewayId: vpnGatewayId }),
    CrossAccountAuthorized: connection.crossAccount,
    ResourceGroupId: resourceGroupId ?? null,
    ...(tunnels.length > 0 ? { TunnelOptions: tunnels.map(toTunnel) } : {}),
    tags: tags === 'unread' ? {} : Object.fromEntries(tags),
  };
}

/** A connection without a creation time is in doubt, but an estate cannot leave that time out. */
function attachTypeOf({ attachType, createdAtMs }: Connection): string | null {
  if (attachType === 'missing') {
    return null;
  }
  return createdAtMs === undefined && attachType !== 'VPNGW' ? 'unknown' : attachType;
}

const toTunnel = ({ tunnelId, status, state }: Tunnel) => ({
  ...(tunnelId === '' ? {} : { TunnelId: tunnelId }),
  Status: status,
  ...(state === undefined ? {} : { State: state }),
});

const toAttachment = (
  { attachmentId, connectionId, status, connectionOwnerId }: Attachment,
  { accountId, regionId, transitRouterId }: ReadRouter,
): Row<'attachments'> => ({
  accountId,
  TransitRouterAttachmentId: attachmentId,
  VpnId: connectionId,
  ...(connectionOwnerId === undefined ? {} : { VpnOwnerId: connectionOwnerId }),
  VpnRegionId: regionId,
  TransitRouterId: transitRouterId,
  Status: status,
});

/**
 * Every transit router has a route table. If its tables say nothing about a connection, it gets a table of its own
 * name.
 */
function toRouting(
  routers: readonly ReadRouter[],
): Pick<EstateFile, 'routeTables' | 'associations' | 'propagations' | 'routeEntries'> {
  const rows = routers.map((router) => {
    const links = [...router.routing].map(([id, routing]) => linksOf(id, routing));
    const tables = new Set(
      links.flatMap((link) =>
        Object.values(link)
          .flat()
          .map((row) => row.TransitRouterRouteTableId),
      ),
    );
    const { transitRouterId: TransitRouterId } = router;
    const ids = tables.size > 0 ? [...tables] : [`vtb-${TransitRouterId.replace(/^tr-/, '')}`];
    return { links, tables: ids.map((TransitRouterRouteTableId) => ({ TransitRouterRouteTableId, TransitRouterId })) };
  });
  const links = rows.flatMap((row) => row.links);
  return {
    routeTables: rows.flatMap(({ tables }) => tables),
    associations: links.flatMap((link) => link.associations),
    propagations: links.flatMap((link) => link.propagations),
    routeEntries: links.flatMap((link) => link.routeEntries),
  };
}

function linksOf(
  TransitRouterAttachmentId: string,
  { associations, propagations, staticRoutes, routeSettings = [] }: Routing,
) {
  const toLink = (TransitRouterRouteTableId: string) => ({ TransitRouterAttachmentId, TransitRouterRouteTableId });
  return {
    associations: associations.map(toLink),
    propagations: propagations.map(toLink),
    // Both lists have the same routes in the same order.
    routeEntries: staticRoutes.flatMap((destination, at) => {
      const { routeTableId } = routeSettings[at] ?? {};
      return routeTableId === undefined ? [] : [toRoute(TransitRouterAttachmentId, routeTableId, destination)];
    }),
  };
}

const toRoute = (nextHopId: string, routeTableId: string, destination: string): Row<'routeEntries'> => ({
  TransitRouterRouteEntryId: ['rte', nextHopId, routeTableId, destination].join('-').replaceAll(/[^0-9a-z]+/gi, '-'),
  TransitRouterRouteTableId: routeTableId,
  TransitRouterRouteEntryDestinationCidrBlock: destination,
  TransitRouterRouteEntryNextHopId: nextHopId,
  TransitRouterRouteEntryNextHopType: 'Attachment',
  TransitRouterRouteEntryType: 'Static',
});
