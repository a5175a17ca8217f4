import { LONG_AGO_MS } from './estate-defaults.ts';
import type { EstateRead } from './estate-schema.ts';
import type { ConnectionRecord, TunnelRecord } from './estate-types.ts';

export type ConnectionRead = NonNullable<EstateRead['vpnConnections']>[number];
/** The service's value for a connection without a VPN gateway. */
export const NO_VPN_GATEWAY = 'vpn-not-exist';

export type Home = { readonly accountId: string; readonly regionId: string };

const STATE_BY_ATTACH_TYPE = new Map<string, string>([
  ['CEN', 'attached'],
  ['VPNGW', 'active'],
]);

/** The letters of an id after its kind: `vco-gw8abc` gives `gw8abc`. */
export const idLetters = (id: string): string => id.replace(/^[a-z]+-/, '');

/** A key that must never appear in a log, an error or a report. Its letters identify the connection. */
const canaryPsk = (id: string, tunnel = 0): string => `canary-psk-${idLetters(id)}-${tunnel}`;

function attachTypeOf(item: ConnectionRead): string | null {
  if (item.AttachType !== undefined) {
    return item.AttachType;
  }
  if (item.TransitRouterId !== undefined) {
    return 'CEN';
  }
  return item.VpnGatewayId !== undefined && item.VpnGatewayId !== NO_VPN_GATEWAY ? 'VPNGW' : 'NO_ASSOCIATED';
}

/** A connection with every field that the service would show. Attachments are created elsewhere. */
export function completeConnection(item: ConnectionRead, home: Home): ConnectionRecord {
  const { attachmentId: _ownedByAttachment, VpnConnectionId: id, ...wire } = item;
  const attachType = attachTypeOf(item);
  const status = item.Status === undefined ? defaultStatus(attachType) : item.Status;
  const dual = item.TunnelOptions !== undefined;
  const single = singleTunnel(id);
  return {
    VpnConnectionId: id,
    VpnGatewayId: NO_VPN_GATEWAY,
    LocalSubnet: '0.0.0.0/0',
    RemoteSubnet: '0.0.0.0/0',
    NetworkType: 'public',
    EffectImmediately: false,
    ResourceGroupId: 'rg-acfmxxxxxxxxxxx',
    ...(dual ? { EnableTunnelsBgp: false } : single),
    ...wire,
    ...(!dual && {
      IkeConfig: { ...single.IkeConfig, ...wire.IkeConfig },
      IpsecConfig: { ...single.IpsecConfig, ...wire.IpsecConfig },
    }),
    accountId: item.accountId ?? home.accountId,
    regionId: item.regionId ?? home.regionId,
    CreateTime: item.CreateTime ?? LONG_AGO_MS,
    AttachType: attachType,
    State: item.State === undefined ? (STATE_BY_ATTACH_TYPE.get(attachType ?? 'VPNGW') ?? 'init') : item.State,
    Status: status,
    tags: item.tags ?? {},
    ...(item.TunnelOptions && {
      TunnelOptions: item.TunnelOptions.map((tunnel, at) => completeTunnel(tunnel, { id, at, status })),
    }),
  };
}

const defaultStatus = (attachType: string | null): string =>
  attachType === 'NO_ASSOCIATED' ? 'ike_sa_not_established' : 'ipsec_sa_established';

/** The ids of both ends are left out, because replies take these ids from the addresses. */
const IKE = { IkeMode: 'main', IkeEncAlg: 'aes', IkePfs: 'group2' };
const IPSEC = { IpsecEncAlg: 'aes', IpsecAuthAlg: 'md5', IpsecPfs: 'group2' };

const singleTunnel = (id: string) => ({
  EnableDpd: true,
  EnableNatTraversal: true,
  IkeConfig: { IkeVersion: 'ikev1', IkeAuthAlg: 'md5', ...IKE, IkeLifetime: 86_400, Psk: canaryPsk(id) },
  IpsecConfig: { ...IPSEC, IpsecLifetime: 86_400 },
  VcoHealthCheck: { Enable: 'false', Interval: 3, Retry: 3 },
});

type TunnelPlace = { readonly id: string; readonly at: number; readonly status: string | null | undefined };

/** A tunnel as the service would show it. A partly given object still gets defaults for its missing fields. */
const completeTunnel = (tunnel: TunnelRecord, { id, at, status }: TunnelPlace): TunnelRecord => {
  const index = tunnel.TunnelIndex ?? at + 1;
  return {
    TunnelId: `tun-${idLetters(id)}${index}`,
    Role: index === 1 ? 'master' : 'slave',
    State: 'active',
    Status: status ?? null,
    EnableDpd: 'true',
    EnableNatTraversal: 'true',
    ...tunnel,
    TunnelIndex: index,
    TunnelIkeConfig: {
      IkeVersion: 'ikev2',
      IkeAuthAlg: 'sha1',
      ...IKE,
      IkeLifetime: '86400',
      Psk: canaryPsk(id, index),
      ...tunnel.TunnelIkeConfig,
    },
    TunnelIpsecConfig: { ...IPSEC, IpsecLifetime: '86400', ...tunnel.TunnelIpsecConfig },
  };
};
