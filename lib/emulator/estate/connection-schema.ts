import * as z from 'zod/mini';
import { accountId, moment, pending, tags, text, word } from './estate-fields.ts';

const flag = z.boolean();
const count = z.number();

const ikeShape = {
  IkeVersion: z.optional(text),
  IkeMode: z.optional(text),
  IkeEncAlg: z.optional(text),
  IkeAuthAlg: z.optional(text),
  IkePfs: z.optional(text),
  LocalId: z.optional(z.string()),
  RemoteId: z.optional(z.string()),
  /** The pre-shared key, in clear text as in the service's replies. Default: a canary, `canary-psk-…`. */
  Psk: z.optional(z.string()),
};
const ipsecShape = {
  IpsecEncAlg: z.optional(text),
  IpsecAuthAlg: z.optional(text),
  IpsecPfs: z.optional(text),
};

/** A tunnel of a dual-tunnel connection. Numbers and booleans are text here, as in the service's own replies. */
const tunnel = z.strictObject({
  /** Default: `tun-` and the connection's own letters. */
  TunnelId: z.optional(text),
  /** 1 or 2. Default: by position. */
  TunnelIndex: z.optional(count),
  /** `master` or `slave`. Default: by position. */
  Role: z.optional(text),
  /** `active`, `updating` or `deleting`. Default: `active`. */
  State: z.optional(text),
  /** `ike_sa_not_established`, `ike_sa_established`, `ipsec_sa_not_established` or `ipsec_sa_established`. */
  Status: z.optional(word),
  CustomerGatewayId: z.optional(text),
  EnableDpd: z.optional(text),
  EnableNatTraversal: z.optional(text),
  InternetIp: z.optional(text),
  RemoteCaCertificate: z.optional(text),
  ZoneNo: z.optional(text),
  TunnelBgpConfig: z.optional(
    z.strictObject({
      BgpStatus: z.optional(text),
      LocalAsn: z.optional(text),
      LocalBgpIp: z.optional(text),
      PeerAsn: z.optional(text),
      PeerBgpIp: z.optional(text),
      TunnelCidr: z.optional(text),
    }),
  ),
  TunnelIkeConfig: z.optional(z.strictObject({ ...ikeShape, IkeLifetime: z.optional(text) })),
  TunnelIpsecConfig: z.optional(z.strictObject({ ...ipsecShape, IpsecLifetime: z.optional(text) })),
});

/**
 * An IPsec-VPN connection. Only `VpnConnectionId` is required. A connection with a `TransitRouterId` is bound to that
 * transit router. A connection with a `VpnGatewayId` belongs to that VPN gateway. Any other connection is bound to
 * nothing.
 */
export const connection = z.strictObject({
  /** The account that owns it. Default: the first account. */
  accountId: z.optional(accountId),
  /** The region it is in. Default: the first region. */
  regionId: z.optional(text),
  /** `vco-…` */
  VpnConnectionId: z.string().check(z.regex(/^vco-[0-9a-z-]+$/)),
  Name: z.optional(z.string()),
  Description: z.optional(z.string()),
  /** The creation time: milliseconds, or an ISO date-time. Default: 2023-11-14. */
  CreateTime: z.optional(moment),
  /**
   * `CEN`, `NO_ASSOCIATED` or `VPNGW`. `null` leaves the field out, as for old VPN-gateway connections. Default: by the
   * ids.
   */
  AttachType: z.optional(word),
  /** The CEN it is bound in. Default: the transit router's. */
  AttachInstanceId: z.optional(text),
  /** The transit router to which it is bound. If the file does not list the transit router, it is created. */
  TransitRouterId: z.optional(text),
  TransitRouterName: z.optional(z.string()),
  /** `true`: bound to another account's transit router. Default: by the owners. */
  CrossAccountAuthorized: z.optional(flag),
  /**
   * `init`, `attaching`, `attached`, `detaching`, `active`, `financialLocked`, `provisioning`, `updating`, `upgrading`
   * or `deleted`. `null` leaves the field out. Default: by AttachType.
   */
  State: z.optional(word),
  /** Negotiation, as in a tunnel. `null` leaves the field out. Default: established when bound. */
  Status: z.optional(word),
  /** `vpn-…`, or `vpn-not-exist` without a VPN gateway (the default). */
  VpnGatewayId: z.optional(text),
  /** `cgw-…`, for a single tunnel. */
  CustomerGatewayId: z.optional(text),
  LocalSubnet: z.optional(text),
  RemoteSubnet: z.optional(text),
  EffectImmediately: z.optional(flag),
  EnableDpd: z.optional(flag),
  EnableNatTraversal: z.optional(flag),
  EnableTunnelsBgp: z.optional(flag),
  NetworkType: z.optional(text),
  /** The public address. Shown only while the connection is bound to a transit router. */
  InternetIp: z.optional(text),
  Spec: z.optional(text),
  TunnelBandwidth: z.optional(text),
  RemoteCaCertificate: z.optional(text),
  /** `null` leaves the field out. */
  ResourceGroupId: z.optional(word),
  ZoneNo: z.optional(text),
  IkeConfig: z.optional(z.strictObject({ ...ikeShape, IkeLifetime: z.optional(count) })),
  IpsecConfig: z.optional(z.strictObject({ ...ipsecShape, IpsecLifetime: z.optional(count) })),
  VcoHealthCheck: z.optional(
    z.strictObject({
      Enable: z.optional(text),
      Dip: z.optional(text),
      Sip: z.optional(text),
      Interval: z.optional(count),
      Retry: z.optional(count),
      Policy: z.optional(text),
      Status: z.optional(text),
    }),
  ),
  VpnBgpConfig: z.optional(
    z.strictObject({
      EnableBgp: z.optional(text),
      Status: z.optional(text),
      LocalAsn: z.optional(count),
      PeerAsn: z.optional(count),
      LocalBgpIp: z.optional(text),
      PeerBgpIp: z.optional(text),
      TunnelCidr: z.optional(text),
      AuthKey: z.optional(text),
    }),
  ),
  /** The two tunnels of a dual-tunnel connection. Left out for a single tunnel. */
  TunnelOptions: z.optional(z.array(tunnel)),
  /** `key: value` */
  tags: z.optional(tags),
  /** For a bound connection: the id of its attachment. `null`: the transit router does not know the connection. */
  attachmentId: z.optional(z.nullable(text)),
  /** A change under way. */
  pending: z.optional(pending),
});
