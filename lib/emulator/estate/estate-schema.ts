import * as z from 'zod/mini';
import { connection } from './connection-schema.ts';
import { accountId, moment, pending, tags, text } from './estate-fields.ts';
import { headerShape } from './estate-header.ts';
import { routingShape } from './routing-schema.ts';

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
        /** The key of its BGP sessions, in clear as the service gives it. */
        AuthKey: z.optional(z.string()),
        CreateTime: z.optional(moment),
        ResourceGroupId: z.optional(text),
        tags: z.optional(tags),
      }),
    ),
  ),
  /** VPN gateways. Those that connections name are made unless they are listed here. */
  vpnGateways: z.optional(
    z.array(
      z.strictObject({
        accountId: z.optional(accountId),
        regionId: z.optional(text),
        /** `vpn-…` */
        VpnGatewayId: text,
        Name: z.optional(z.string()),
        Description: z.optional(z.string()),
        VpcId: z.optional(text),
        /** `active` (the default), `init`, `provisioning`, `updating` or `deleting`. */
        Status: z.optional(text),
        /** `Normal` (the default) or `FinancialLocked`. */
        BusinessStatus: z.optional(text),
        CreateTime: z.optional(moment),
        ResourceGroupId: z.optional(text),
        tags: z.optional(tags),
      }),
    ),
  ),
  /** Destination routes of connections that are bound to a transit router. */
  vcoRouteEntries: z.optional(
    z.array(
      z.strictObject({
        VpnConnectionId: text,
        RouteDest: text,
        /** Default: the connection itself. */
        NextHop: z.optional(text),
        /** 0 or 100. Default: 100. */
        Weight: z.optional(z.number()),
        /** `published` (the default) or `Active`. */
        State: z.optional(text),
        /** `custom` (the default) or `bgp`. */
        RouteEntryType: z.optional(text),
        /** `CLOUD` (the default) or `VPN_BGP`. */
        Source: z.optional(text),
        OverlayMode: z.optional(text),
        Description: z.optional(z.string()),
        AsPath: z.optional(z.string()),
        Community: z.optional(z.string()),
        CreateTime: z.optional(moment),
        NextHopTunnelIdList: z.optional(z.array(text)),
        pending: z.optional(pending),
      }),
    ),
  ),
  ...routingShape,
  ...headerShape,
});

/** An estate as people write it: nearly every key may be left out. */
export type EstateFile = z.input<typeof estateFile>;
/** What parsing makes of it, before the gaps are filled. */
export type EstateRead = z.output<typeof estateFile>;
