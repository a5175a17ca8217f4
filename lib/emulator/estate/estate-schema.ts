import * as z from 'zod/mini';
import { connection } from './connection-schema.ts';
import { accountId, moment, pending, tags, text } from './estate-fields.ts';
import { headerShape } from './estate-header.ts';
import { routingShape } from './routing-schema.ts';

/** RAM actions such as `vpc:DeleteVpnAttachment`, `cen:*` or `*`. */
const actions = z.array(text);

export const estateFile = z.strictObject({
  /**
   * `false`: nothing is filled in, and unlisted resources do not exist. Default: `true`. Saved estates have `false`.
   */
  derive: z.optional(z.boolean()),
  /** The regions served. Default: the regions that the file names, or cn-hangzhou. */
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
  /** Default: the account 1000000000000001, with a key. */
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
              /** `true`: a key of the account itself, which may do everything except assume roles. */
              root: z.optional(z.boolean()),
              inactive: z.optional(z.boolean()),
              /** The denied actions of the key. */
              deny: z.optional(actions),
              /** The only allowed actions of the key. Default: everything. */
              allow: z.optional(actions),
            }),
          ),
        ),
        roles: z.optional(
          z.array(
            z.strictObject({
              name: text,
              /** The accounts whose users and roles may assume the role. `*` is any account. */
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
  /** Default: the first account manages all other accounts. With a single account there is no directory. */
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
        /** The key of its BGP sessions, in clear text as in the service's replies. */
        AuthKey: z.optional(z.string()),
        CreateTime: z.optional(moment),
        ResourceGroupId: z.optional(text),
        tags: z.optional(tags),
      }),
    ),
  ),
  /** VPN gateways. A VPN gateway that a connection names is created unless it is listed here. */
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

/** An estate as people write it. Nearly every key is optional. */
export type EstateFile = z.input<typeof estateFile>;
/** An estate after parsing, before missing fields are filled in. */
export type EstateRead = z.output<typeof estateFile>;
