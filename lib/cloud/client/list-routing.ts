import { CloudError } from '../../core/domain/errors.ts';
import type {
  Attachment,
  AttachmentId,
  RegionId,
  RouteSettings,
  Routing,
  TransitRouterId,
} from '../../core/domain/estate.ts';
import type { PickSettings } from '../../core/undo/settings.ts';
import {
  associationPage,
  type ListedLink,
  propagationPage,
  routePageWith,
  routeTablePage,
} from '../wire/wire-routing.ts';
import type { Action } from './actions.ts';
import { listByToken, type TokenPage } from './list-pages.ts';
import type { Call, Reader, Rpc } from './rpc.ts';
import type { Params } from './transport.ts';

/** The transit router that is asked about. */
export type Holder = { readonly regionId: RegionId; readonly transitRouterId: TransitRouterId };

type MutableRouting = {
  associations: string[];
  propagations: string[];
  staticRoutes: string[];
  routeSettings?: RouteSettings[];
};

/**
 * The routes, associations and propagations over each attachment of a transit router. The answer contains every given
 * attachment.
 *
 * Every transit router is made with a route table, and wrong parameters are answered with an empty list. So a reply
 * without any table means that nothing was read.
 */
export async function listRouting(
  rpc: Rpc,
  { regionId, transitRouterId }: Holder,
  attachments: readonly Attachment[],
  pick?: PickSettings,
): Promise<ReadonlyMap<AttachmentId, Routing>> {
  const tables = await listRouteTables(rpc, regionId, transitRouterId);
  const contents = await Promise.all(tables.map((routeTableId) => listContents(rpc, { regionId, routeTableId }, pick)));

  const found = new Map<AttachmentId, MutableRouting>();
  const of = (attachmentId: AttachmentId): MutableRouting => {
    const none = { associations: [], propagations: [], staticRoutes: [], ...(pick && { routeSettings: [] }) };
    const routing = found.get(attachmentId) ?? none;
    found.set(attachmentId, routing);
    return routing;
  };
  for (const { attachmentId } of attachments) {
    of(attachmentId);
  }
  for (const { routeTableId, associations, propagations, routes } of contents) {
    for (const { attachmentId } of associations) {
      of(attachmentId).associations.push(routeTableId);
    }
    for (const { attachmentId } of propagations) {
      of(attachmentId).propagations.push(routeTableId);
    }
    for (const { nextHopId, destination, settings } of routes) {
      of(nextHopId).staticRoutes.push(destination);
      if (settings !== undefined) {
        of(nextHopId).routeSettings?.push({ routeTableId, reading: settings });
      }
    }
  }
  return found;
}

/** Ids. Throws `CloudError` for an empty list, which is impossible. */
export async function listRouteTables(rpc: Rpc, regionId: RegionId, transitRouterId: TransitRouterId) {
  const action = 'ListTransitRouterRouteTables';
  const params = { TransitRouterId: transitRouterId, MaxResults: 100 };
  const tables = await listAll(rpc, { action, regionId, params }, routeTablePage, (routeTableId) => routeTableId);
  if (tables.length > 0) {
    return tables;
  }
  throw new CloudError({ action, code: 'IncompleteListing', effect: 'refused', detail: 'no route table' });
}

// Without a status only active routes are listed. A route on standby, or a rejected route, still shows that somebody
// wants it.
const STATIC_ROUTES_TO_ATTACHMENTS = {
  TransitRouterRouteEntryType: 'Static',
  TransitRouterRouteEntryStatus: 'All',
  TransitRouterRouteEntryNextHopType: 'Attachment',
};

type Table = { readonly regionId: RegionId; readonly routeTableId: string };

async function listContents(rpc: Rpc, { regionId, routeTableId }: Table, pick: PickSettings | undefined) {
  const call = (action: Action, params: Params): Call => ({
    action,
    regionId,
    params: { TransitRouterRouteTableId: routeTableId, ...params },
  });
  const idOf = (link: ListedLink) => link.attachmentId;
  const [associations, propagations, routes] = await Promise.all([
    listAll(
      rpc,
      call('ListTransitRouterRouteTableAssociations', { MaxResults: 50 }),
      associationPage(routeTableId),
      idOf,
    ),
    listAll(
      rpc,
      call('ListTransitRouterRouteTablePropagations', { MaxResults: 50 }),
      propagationPage(routeTableId),
      idOf,
    ),
    listAll(
      rpc,
      call('ListTransitRouterRouteEntries', { ...STATIC_ROUTES_TO_ATTACHMENTS, MaxResults: 100 }),
      routePageWith(pick),
      (route) => route.routeId,
    ),
  ]);
  const isThere = (link: ListedLink) => !link.deleted;
  return {
    routeTableId,
    associations: associations.filter(isThere),
    propagations: propagations.filter(isThere),
    routes,
  };
}

const listAll = <T>(rpc: Rpc, call: Call, reader: Reader<TokenPage<T>>, idOf: (item: T) => string) =>
  listByToken({
    action: call.action,
    idOf,
    fetch: (page) => rpc.read({ ...call, params: { ...call.params, ...page } }, reader),
  });
