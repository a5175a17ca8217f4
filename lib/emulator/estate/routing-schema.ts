import * as z from 'zod/mini';
import { accountId, moment, pending, tags, text } from './estate-fields.ts';

const transitRouterCidr = z.strictObject({
  TransitRouterCidrId: z.optional(text),
  Cidr: text,
  Name: z.optional(z.string()),
  Description: z.optional(z.string()),
  PublishCidrRoute: z.optional(z.boolean()),
});

/** The keys of an estate file that belong to the transit-router side. */
export const routingShape = {
  cens: z.optional(
    z.array(
      z.strictObject({
        accountId: z.optional(accountId),
        /** `cen-…` */
        CenId: text,
        Name: z.optional(z.string()),
        Description: z.optional(z.string()),
        Status: z.optional(text),
        CreationTime: z.optional(text),
        ProtectionLevel: z.optional(text),
        ResourceGroupId: z.optional(text),
        tags: z.optional(tags),
        pending: z.optional(pending),
      }),
    ),
  ),
  transitRouters: z.optional(
    z.array(
      z.strictObject({
        accountId: z.optional(accountId),
        /** Default: the first region. */
        RegionId: z.optional(text),
        /** `tr-…` */
        TransitRouterId: text,
        TransitRouterName: z.optional(z.string()),
        TransitRouterDescription: z.optional(z.string()),
        /** Default: a CEN for each account. */
        CenId: z.optional(text),
        /** `Enterprise` (the default) or `Basic`. */
        Type: z.optional(text),
        Status: z.optional(text),
        CreationTime: z.optional(text),
        SupportMulticast: z.optional(z.boolean()),
        /** The address ranges for the gateway addresses of private connections. */
        TransitRouterCidrList: z.optional(z.array(transitRouterCidr)),
        tags: z.optional(tags),
        pending: z.optional(pending),
      }),
    ),
  ),
  /** The attachments of transit routers. Each bound connection gets an attachment unless it is listed here. */
  attachments: z.optional(
    z.array(
      z.strictObject({
        /** The account that owns the transit router. Default: its owner. */
        accountId: z.optional(accountId),
        /** `tr-attach-…` */
        TransitRouterAttachmentId: text,
        /** The connection, `vco-…` */
        VpnId: text,
        VpnOwnerId: z.optional(accountId),
        VpnRegionId: z.optional(text),
        TransitRouterId: text,
        CenId: z.optional(text),
        /** `Attaching`, `Attached` (the default) or `Detaching`. */
        Status: z.optional(text),
        CreationTime: z.optional(text),
        ChargeType: z.optional(text),
        OrderType: z.optional(text),
        AutoPublishRouteEnabled: z.optional(z.boolean()),
        TransitRouterAttachmentName: z.optional(z.string()),
        TransitRouterAttachmentDescription: z.optional(z.string()),
        Zones: z.optional(z.array(z.strictObject({ ZoneId: text }))),
        tags: z.optional(tags),
        pending: z.optional(pending),
      }),
    ),
  ),
  /** Each transit router has a system route table, which is created unless it is listed here. */
  routeTables: z.optional(
    z.array(
      z.strictObject({
        /** `vtb-…` */
        TransitRouterRouteTableId: text,
        TransitRouterId: text,
        TransitRouterRouteTableName: z.optional(z.string()),
        TransitRouterRouteTableDescription: z.optional(z.string()),
        /** `System` (the default) or `Custom`. */
        TransitRouterRouteTableType: z.optional(text),
        TransitRouterRouteTableStatus: z.optional(text),
        CreateTime: z.optional(text),
        RouteTableOptions: z.optional(z.strictObject({ MultiRegionECMP: z.optional(text) })),
        tags: z.optional(tags),
        pending: z.optional(pending),
      }),
    ),
  ),
  /** Associations. The associated route table routes the traffic that comes from an attachment. */
  associations: z.optional(
    z.array(
      z.strictObject({
        TransitRouterAttachmentId: text,
        TransitRouterRouteTableId: text,
        /** `Active` (the default), `Associating` or `Dissociating`. */
        Status: z.optional(text),
        pending: z.optional(pending),
      }),
    ),
  ),
  /** Propagations. The route table learns the routes of the attachment. */
  propagations: z.optional(
    z.array(
      z.strictObject({
        TransitRouterAttachmentId: text,
        TransitRouterRouteTableId: text,
        /** `Active` (the default), `Enabling` or `Disabling`. */
        Status: z.optional(text),
        pending: z.optional(pending),
      }),
    ),
  ),
  routeEntries: z.optional(
    z.array(
      z.strictObject({
        /** `rte-…`. Learnt routes have no id. */
        TransitRouterRouteEntryId: z.optional(text),
        TransitRouterRouteTableId: text,
        TransitRouterRouteEntryDestinationCidrBlock: text,
        TransitRouterRouteEntryName: z.optional(z.string()),
        TransitRouterRouteEntryDescription: z.optional(z.string()),
        /** The attachment that the route points to. */
        TransitRouterRouteEntryNextHopId: z.optional(text),
        /** `Attachment` (the default) or `BlackHole`. */
        TransitRouterRouteEntryNextHopType: z.optional(text),
        /** `Static` (the default) or `Propagated`. */
        TransitRouterRouteEntryType: z.optional(text),
        /** `Active` (the default), `Rejected`, `Prohibited`, `Standby`, `Candidate`, `Creating` or `Deleting`. */
        TransitRouterRouteEntryStatus: z.optional(text),
        pending: z.optional(pending),
      }),
    ),
  ),
  /** Grants. The owner of the connection lets a CEN of another account bind it. */
  grants: z.optional(
    z.array(
      z.strictObject({
        /** The account that owns the connection. Default: its owner. */
        accountId: z.optional(accountId),
        /** The connection, `vco-…` */
        InstanceId: text,
        CenId: text,
        CenOwnerId: accountId,
        RegionId: z.optional(text),
        /** `PayByCenOwner` (the default) or `PayByResourceOwner`. */
        OrderType: z.optional(text),
        CreateTime: z.optional(moment),
      }),
    ),
  ),
};
