import * as z from 'zod/mini';
import { connection } from './connection-schema.ts';
import { accountId, moment, pending, tags, text } from './estate-fields.ts';

/** RAM actions such as `vpc:DeleteVpnAttachment`, `cen:*` or `*`. */
const actions = z.array(text);

export const estateFile = z.strictObject({
  /** `false`: nothing is filled in, what is not listed does not exist. Default `true`; saved estates say `false`. */
  derive: z.optional(z.boolean()),
  /** The regions served. Default: those that the file names, else cn-hangzhou. */
  regions: z.optional(
    z.array(
      z.strictObject({
        RegionId: text,
        LocalName: z.optional(text),
        /** `false`: the region has no IPsec-VPN for transit routers. */
        vpn: z.optional(z.boolean()),
      }),
    ),
  ),
  /** Default: one account, 1000000000000001, with a key. */
  accounts: z.optional(
    z.array(
      z.strictObject({
        accountId,
        keys: z.optional(
          z.array(
            z.strictObject({
              accessKeyId: text,
              accessKeySecret: text,
              /** The RAM user that holds the key. Default `emulator`. */
              user: z.optional(text),
              /** `true`: a key of the account itself, which may do all but assume roles. */
              root: z.optional(z.boolean()),
              inactive: z.optional(z.boolean()),
              /** What the key may not do. */
              deny: z.optional(actions),
              /** All that the key may do. Default: everything. */
              allow: z.optional(actions),
            }),
          ),
        ),
        roles: z.optional(
          z.array(
            z.strictObject({
              name: text,
              /** The accounts whose users and roles may assume it; `*` is any. */
              trusted: z.array(z.union([z.literal('*'), accountId])),
              deny: z.optional(actions),
              allow: z.optional(actions),
              maxSessionSeconds: z.optional(z.number()),
            }),
          ),
        ),
      }),
    ),
  ),
  /** Default: the first account manages all others. Without others there is no directory. */
  directory: z.optional(
    z.strictObject({
      /** The management account. */
      accountId,
      members: z.optional(
        z.array(
          z.strictObject({
            accountId,
            DisplayName: z.optional(z.string()),
            /** `CreateSuccess` (the default), `InviteSuccess`, … */
            Status: z.optional(text),
          }),
        ),
      ),
    }),
  ),
  vpnConnections: z.optional(z.array(connection)),
  customerGateways: z.optional(
    z.array(
      z.strictObject({
        accountId: z.optional(accountId),
        regionId: z.optional(text),
        /** `cgw-…` */
        CustomerGatewayId: text,
        Name: z.optional(z.string()),
        Description: z.optional(z.string()),
        IpAddress: z.optional(text),
        Asn: z.optional(z.number()),
        CreateTime: z.optional(moment),
        ResourceGroupId: z.optional(text),
        tags: z.optional(tags),
      }),
    ),
  ),
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
        ResourceGroupId: z.optional(text),
        tags: z.optional(tags),
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
        /** Default: one CEN for each account. */
        CenId: z.optional(text),
        /** `Enterprise` (the default) or `Basic`. */
        Type: z.optional(text),
        Status: z.optional(text),
        CreationTime: z.optional(text),
        TransitRouterCidrList: z.optional(z.array(z.record(z.string(), z.unknown()))),
        tags: z.optional(tags),
      }),
    ),
  ),
  /** What transit routers hold. One for each bound connection is made unless it is listed here. */
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
  /** Each transit router has a system route table: one is made unless it is listed here. */
  routeTables: z.optional(
    z.array(
      z.strictObject({
        /** `vtb-…` */
        TransitRouterRouteTableId: text,
        TransitRouterId: text,
        TransitRouterRouteTableName: z.optional(z.string()),
        /** `System` (the default) or `Custom`. */
        TransitRouterRouteTableType: z.optional(text),
        TransitRouterRouteTableStatus: z.optional(text),
        CreateTime: z.optional(text),
      }),
    ),
  ),
  /** Which route table decides for traffic that comes from an attachment. */
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
  /** Which route table learns the routes of an attachment. */
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
        /** `rte-…`; routes that were learnt have none. */
        TransitRouterRouteEntryId: z.optional(text),
        TransitRouterRouteTableId: text,
        TransitRouterRouteEntryDestinationCidrBlock: text,
        TransitRouterRouteEntryName: z.optional(z.string()),
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
});

/** An estate as people write it: nearly every key may be left out. */
export type EstateFile = z.input<typeof estateFile>;
/** What parsing makes of it, before the gaps are filled. */
export type EstateRead = z.output<typeof estateFile>;
