import { type ConnectionRead, type Home, idLetters } from './complete-connection.ts';
import { LONG_AGO } from './estate-defaults.ts';
import type { EstateRead } from './estate-schema.ts';
import type {
  AttachmentRecord,
  Cen,
  ConnectionRecord,
  Estate,
  RouteTable,
  TransitRouterRecord,
} from './estate-types.ts';
import { GATEWAY_ADDRESSES, gatewayAddress, numberFrom, zonesIn } from './region-facts.ts';

type RoutingRecords = Pick<
  Estate,
  'cens' | 'transitRouters' | 'attachments' | 'routeTables' | 'associations' | 'propagations' | 'routeEntries'
>;

/**
 * Completes the transit-router side. Resources of bound connections are created, unless the file says `derive: false`.
 */
export function completeRouting(
  file: EstateRead,
  connections: readonly ConnectionRecord[],
  home: Home,
): RoutingRecords {
  const derive = file.derive ?? true;
  const transitRouters = (file.transitRouters ?? []).map((item) => completeTransitRouter(item, home));
  if (derive) {
    transitRouters.push(...impliedTransitRouters(connections, transitRouters));
  }
  const routerById = new Map(transitRouters.map((item) => [item.TransitRouterId, item]));
  for (const connection of connections) {
    nameHolder(connection, routerById.get(connection.TransitRouterId ?? ''));
  }

  const cens = (file.cens ?? []).map((item) => ({
    ...item,
    accountId: item.accountId ?? home.accountId,
    tags: item.tags ?? {},
  }));
  const owners = new Map(connections.map((item) => [item.VpnConnectionId, item]));
  const attachments = (file.attachments ?? []).map((item) => {
    const router = routerById.get(item.TransitRouterId);
    const connection = owners.get(item.VpnId);
    return {
      ...item,
      accountId: item.accountId ?? router?.accountId ?? home.accountId,
      VpnOwnerId: item.VpnOwnerId ?? connection?.accountId ?? home.accountId,
      VpnRegionId: item.VpnRegionId ?? connection?.regionId ?? router?.RegionId ?? home.regionId,
      CenId: item.CenId ?? router?.CenId ?? 'cen-unknown',
      Status: item.Status ?? 'Attached',
      CreationTime: item.CreationTime ?? LONG_AGO,
      tags: item.tags ?? {},
    };
  });
  const routeTables: RouteTable[] = (file.routeTables ?? []).map((item) => ({ ...item, tags: item.tags ?? {} }));
  if (derive) {
    cens.push(...impliedCens(transitRouters, cens));
    attachments.push(...impliedAttachments(file.vpnConnections ?? [], owners, routerById, attachments));
    routeTables.push(...impliedRouteTables(transitRouters, routeTables));
  }
  return {
    cens,
    transitRouters,
    attachments,
    routeTables,
    associations: (file.associations ?? []).map((item) => ({ ...item, Status: item.Status ?? 'Active' })),
    propagations: (file.propagations ?? []).map((item) => ({ ...item, Status: item.Status ?? 'Active' })),
    routeEntries: [...(file.routeEntries ?? [])],
  };
}

const completeTransitRouter = (
  item: NonNullable<EstateRead['transitRouters']>[number],
  home: Home,
): TransitRouterRecord => {
  const accountId = item.accountId ?? home.accountId;
  return {
    ...item,
    accountId,
    RegionId: item.RegionId ?? home.regionId,
    CenId: item.CenId ?? `cen-${accountId}`,
    tags: item.tags ?? {},
  };
};

function impliedTransitRouters(
  connections: readonly ConnectionRecord[],
  listed: readonly TransitRouterRecord[],
): TransitRouterRecord[] {
  const known = new Set(listed.map((item) => item.TransitRouterId));
  const implied: TransitRouterRecord[] = [];
  for (const { accountId, regionId, TransitRouterId, AttachInstanceId } of connections) {
    if (TransitRouterId === undefined || known.has(TransitRouterId)) {
      continue;
    }
    known.add(TransitRouterId);
    const CenId = AttachInstanceId ?? `cen-${accountId}`;
    implied.push({ accountId, RegionId: regionId, TransitRouterId, CenId, tags: {} });
  }
  return implied;
}

/** Sets the fields in which the VPC side shows the transit router of a connection. */
function nameHolder(connection: ConnectionRecord, router: TransitRouterRecord | undefined): void {
  if (connection.AttachType !== 'CEN') {
    connection.CrossAccountAuthorized ??= false;
    return;
  }
  if (router !== undefined) {
    connection.AttachInstanceId ??= router.CenId;
  }
  connection.CrossAccountAuthorized ??= router !== undefined && router.accountId !== connection.accountId;
  addressTunnels(connection);
}

/** Gives the tunnels of a bound connection addresses and zones. The same id always gets the same values. */
function addressTunnels(connection: ConnectionRecord): void {
  const addressOf = (tunnel: number) =>
    gatewayAddress(numberFrom(`${connection.VpnConnectionId} ${tunnel}`, GATEWAY_ADDRESSES));
  const [first, second] = zonesIn(connection.regionId);
  if (connection.TunnelOptions === undefined) {
    connection.InternetIp ??= addressOf(0);
    connection.ZoneNo ??= first;
    return;
  }
  for (const [at, tunnel] of connection.TunnelOptions.entries()) {
    tunnel.InternetIp ??= addressOf(at + 1);
    tunnel.ZoneNo ??= at === 0 ? first : second;
  }
}

function impliedCens(routers: readonly TransitRouterRecord[], listed: readonly Cen[]): Cen[] {
  const known = new Set(listed.map((item) => item.CenId));
  return routers.flatMap(({ accountId, CenId }) => {
    if (known.has(CenId)) {
      return [];
    }
    known.add(CenId);
    return [{ accountId, CenId, tags: {} }];
  });
}

function impliedAttachments(
  read: readonly ConnectionRead[],
  owners: ReadonlyMap<string, ConnectionRecord>,
  routers: ReadonlyMap<string, TransitRouterRecord>,
  listed: readonly AttachmentRecord[],
): AttachmentRecord[] {
  const held = new Set(listed.map((item) => item.VpnId));
  return read.flatMap(({ VpnConnectionId, attachmentId }) => {
    const connection = owners.get(VpnConnectionId);
    const router = routers.get(connection?.TransitRouterId ?? '');
    if (connection?.AttachType !== 'CEN' || router === undefined) {
      return [];
    }
    if (attachmentId === null || held.has(VpnConnectionId)) {
      return [];
    }
    return [attachmentFor(connection, router, attachmentId ?? `tr-attach-${idLetters(VpnConnectionId)}`)];
  });
}

const STATUS_BY_STATE = new Map<string, string>([
  ['attaching', 'Attaching'],
  ['detaching', 'Detaching'],
]);

/** The attachment of a bound connection. */
export const attachmentFor = (
  connection: ConnectionRecord,
  router: TransitRouterRecord,
  id: string,
): AttachmentRecord => ({
  accountId: router.accountId,
  TransitRouterAttachmentId: id,
  VpnId: connection.VpnConnectionId,
  VpnOwnerId: connection.accountId,
  VpnRegionId: connection.regionId,
  TransitRouterId: router.TransitRouterId,
  CenId: router.CenId,
  Status: STATUS_BY_STATE.get(connection.State ?? '') ?? 'Attached',
  CreationTime: LONG_AGO,
  tags: {},
});

function impliedRouteTables(routers: readonly TransitRouterRecord[], listed: readonly RouteTable[]): RouteTable[] {
  const known = new Set(listed.map((item) => item.TransitRouterId));
  return routers
    .filter((item) => !known.has(item.TransitRouterId))
    .map(({ TransitRouterId }) => ({
      TransitRouterRouteTableId: `vtb-${idLetters(TransitRouterId)}`,
      TransitRouterId,
      TransitRouterRouteTableType: 'System',
      tags: {},
    }));
}
