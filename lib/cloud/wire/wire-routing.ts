import * as z from 'zod/mini';
import type { AttachmentId } from '../../core/domain/estate.ts';
import type { PickSettings, SettingsReading } from '../../core/undo/settings.ts';
import type { TokenPage } from '../client/list-pages.ts';
import type { Reader } from '../client/rpc.ts';
import { count, nextToken, optionalText, reader, requiredId } from './wire-fields.ts';

/** CBN 2017-09-12: the route tables of a transit router and their contents, only the fields in use. */

/**
 * An attachment's association with a route table, or its propagation to it. The service still lists it as `deleted` for
 * a while.
 */
export type ListedLink = {
  readonly attachmentId: AttachmentId;
  readonly routeTableId: string;
  readonly deleted: boolean;
};

export type StaticRoute = {
  readonly routeId: string;
  readonly destination: string;
  readonly nextHopId: AttachmentId;
  readonly settings?: SettingsReading;
};

const paged = { TotalCount: z.optional(count), NextToken: nextToken };

/** A page of `ListTransitRouterRouteTables`: ids. */
export const routeTablePage: Reader<TokenPage<string>> = reader(
  z.object({ ...paged, TransitRouterRouteTables: z.array(z.object({ TransitRouterRouteTableId: requiredId })) }),
  (reply) => ({
    items: reply.TransitRouterRouteTables.map((item) => item.TransitRouterRouteTableId),
    totalCount: reply.TotalCount,
    nextToken: reply.NextToken,
  }),
);

// An answer about another table is not an answer. An entry that is being removed still counts. Only `Deleted` does not.
const linkIn = (routeTableId: string) =>
  z.pipe(
    z
      .object({
        TransitRouterAttachmentId: requiredId,
        TransitRouterRouteTableId: optionalText,
        Status: optionalText,
      })
      .check(z.refine((item) => (item.TransitRouterRouteTableId ?? routeTableId) === routeTableId)),
    z.transform(
      (item): ListedLink => ({
        attachmentId: item.TransitRouterAttachmentId,
        routeTableId,
        deleted: item.Status === 'Deleted',
      }),
    ),
  );

/** A page of `ListTransitRouterRouteTableAssociations` of a route table. */
export const associationPage = (routeTableId: string): Reader<TokenPage<ListedLink>> =>
  reader(z.object({ ...paged, TransitRouterAssociations: z.array(linkIn(routeTableId)) }), (reply) => ({
    items: reply.TransitRouterAssociations,
    totalCount: reply.TotalCount,
    nextToken: reply.NextToken,
  }));

/** A page of `ListTransitRouterRouteTablePropagations` of a route table. */
export const propagationPage = (routeTableId: string): Reader<TokenPage<ListedLink>> =>
  reader(z.object({ ...paged, TransitRouterPropagations: z.array(linkIn(routeTableId)) }), (reply) => ({
    items: reply.TransitRouterPropagations,
    totalCount: reply.TotalCount,
    nextToken: reply.NextToken,
  }));

/** A page of `ListTransitRouterRouteEntries`: static routes whose next hop is an attachment. */
export const routePage: Reader<TokenPage<StaticRoute>> = reader(
  z.object({
    ...paged,
    TransitRouterRouteEntries: z.array(
      z.object({
        TransitRouterRouteEntryId: optionalText,
        TransitRouterRouteEntryDestinationCidrBlock: requiredId,
        TransitRouterRouteEntryNextHopId: requiredId,
      }),
    ),
  }),
  (reply) => ({
    items: reply.TransitRouterRouteEntries.map((item) => {
      const destination = item.TransitRouterRouteEntryDestinationCidrBlock;
      const nextHopId = item.TransitRouterRouteEntryNextHopId;
      return { routeId: item.TransitRouterRouteEntryId ?? `${destination} ${nextHopId}`, destination, nextHopId };
    }),
    totalCount: reply.TotalCount,
    nextToken: reply.NextToken,
  }),
);

/** The same page, with the backup fields of each route. */
export const routePageWith =
  (pick: PickSettings | undefined): Reader<TokenPage<StaticRoute>> =>
  (body) => {
    const page = routePage(body);
    if (pick === undefined || 'problem' in page) {
      return page;
    }
    const rows = z.parse(rawRoutes, body).TransitRouterRouteEntries;
    return {
      value: { ...page.value, items: page.value.items.map((item, at) => ({ ...item, settings: pick(rows[at]) })) },
    };
  };

const rawRoutes = z.object({ TransitRouterRouteEntries: z.array(z.unknown()) });
