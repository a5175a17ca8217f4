import { NO_VPN_GATEWAY } from '../../estate/complete-connection.ts';
import type { ConnectionRecord, CustomerGateway, TunnelRecord } from '../../estate/estate-types.ts';
import { GATEWAY_ADDRESSES, gatewayAddress, numberFrom } from '../../estate/region-facts.ts';
import { tagList } from '../../gateway/params.ts';
import type { Context, ReplyBody } from '../../operation.ts';
import { shownTags } from '../../tags/visible-tags.ts';

/** Fields that replies do not show, or show in another form. */
const OWN = new Set([
  'accountId',
  'regionId',
  'tags',
  'pending',
  'TunnelOptions',
  'Description',
  'ZoneNo',
  'IkeConfig',
  'VpnBgpConfig',
]);
const OF_TUNNEL = new Set(['TunnelIkeConfig', 'TunnelBgpConfig']);
const none: ReadonlySet<string> = new Set();
const HOLDER_FIELDS = ['AttachInstanceId', 'TransitRouterId', 'TransitRouterName', 'InternetIp'] as const;

/** The other end of a tunnel whose customer gateway is not in the estate. */
export const PEER_ADDRESS_DEFAULT = '198.51.100.9';

/** A copy of plain data without null and undefined fields. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copied);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return copiedFields(value, none);
}

function copiedFields(source: object, left: ReadonlySet<string>): ReplyBody {
  const fields: ReplyBody = {};
  for (const [name, value] of Object.entries(source)) {
    if (value != null && !left.has(name)) {
      fields[name] = copied(value);
    }
  }
  return fields;
}

type Ike = { readonly LocalId?: string | undefined; readonly RemoteId?: string | undefined };

/** Each end is identified by its address unless the settings say otherwise. */
function shownIke(ike: Ike, address: string | undefined, peer: CustomerGateway | undefined): ReplyBody {
  return {
    ...copiedFields(ike, none),
    ...(ike.LocalId === undefined && address !== undefined && { LocalId: address }),
    RemoteId: ike.RemoteId ?? peer?.IpAddress ?? PEER_ADDRESS_DEFAULT,
  };
}

const peerOf = ({ store }: Context, id: string | undefined): CustomerGateway | undefined =>
  store.customerGateways.get(id ?? '');

/** The address of the cloud's end. All connections of a VPN gateway share its address. */
function addressOf({ InternetIp, VpnGatewayId = NO_VPN_GATEWAY }: ConnectionRecord): string | undefined {
  return InternetIp ?? (VpnGatewayId === NO_VPN_GATEWAY ? undefined : vpnGatewayAddress(VpnGatewayId));
}

export const vpnGatewayAddress = (id: string): string => gatewayAddress(numberFrom(id, GATEWAY_ADDRESSES));

export function shownTunnel(context: Context, tunnel: TunnelRecord): ReplyBody {
  const peer = peerOf(context, tunnel.CustomerGatewayId);
  const { TunnelBgpConfig: bgp, TunnelIkeConfig: ike } = tunnel;
  return {
    ...copiedFields(tunnel, OF_TUNNEL),
    ...(ike && { TunnelIkeConfig: shownIke(ike, tunnel.InternetIp, peer) }),
    ...(bgp && {
      TunnelBgpConfig: { ...(peer?.Asn !== undefined && { PeerAsn: String(peer.Asn) }), ...copiedFields(bgp, none) },
    }),
  };
}

/** Settings of a single tunnel that depend on its other end. */
export function shownSingle(context: Context, row: ConnectionRecord): ReplyBody {
  const peer = peerOf(context, row.CustomerGatewayId);
  const { IkeConfig: ike, VpnBgpConfig: bgp } = row;
  return {
    ...(ike && { IkeConfig: shownIke(ike, addressOf(row), peer) }),
    ...(bgp && {
      VpnBgpConfig: {
        ...(peer?.Asn !== undefined && { PeerAsn: peer.Asn }),
        ...(peer?.AuthKey !== undefined && { AuthKey: peer.AuthKey }),
        ...copiedFields(bgp, none),
      },
    }),
  };
}

/** The fields that every reply shows of a connection, without null and undefined fields. */
function common(context: Context, connection: ConnectionRecord): ReplyBody {
  const body: ReplyBody = {};
  if (context.behaviours.absentFields === 'empty') {
    for (const name of HOLDER_FIELDS) {
      body[name] = '';
    }
  }
  Object.assign(body, copiedFields(connection, OWN), shownSingle(context, connection));
  if (connection.TunnelOptions !== undefined) {
    const tunnels = connection.TunnelOptions.map((tunnel) => shownTunnel(context, tunnel));
    body.TunnelOptionsSpecification = { TunnelOptions: tunnels };
  }
  return body;
}

/** An item of DescribeVpnConnections: tags under `Tag.Tag`, and `EnableBgp` is not shown. */
export function listedConnection(context: Context, connection: ConnectionRecord): ReplyBody {
  const body = common(context, connection);
  if (typeof body.VpnBgpConfig === 'object' && body.VpnBgpConfig !== null) {
    body.VpnBgpConfig = copiedFields(body.VpnBgpConfig, new Set(['EnableBgp']));
  }
  return { ...body, Tag: { Tag: tagList(shownTags(context, connection)) } };
}

/** The reply of DescribeVpnConnection: tags under `Tags.Tag`. */
export const describedConnection = (context: Context, connection: ConnectionRecord): ReplyBody => ({
  ...common(context, connection),
  ...(connection.ZoneNo !== undefined && { ZoneNo: connection.ZoneNo }),
  Tags: { Tag: tagList(shownTags(context, connection)) },
});

const systemFlags = JSON.stringify([
  { Key: 'BGPSupport', Value: 'true' },
  { Key: 'VisuallySsl', Value: 'false' },
]);

/** An item of DescribeVpnAttachments: its `Tag` is a text with the system's flags, and user tags are under `Tags`. */
export const listedAttachment = (context: Context, connection: ConnectionRecord): ReplyBody => ({
  InstanceId: connection.VpnConnectionId,
  Name: connection.Name ?? '',
  Description: connection.Description ?? '',
  AttachType: connection.AttachType,
  TransitRouterId: connection.TransitRouterId,
  TransitRouterName: connection.TransitRouterName ?? '',
  CrossAccountAuthorized: connection.CrossAccountAuthorized ?? false,
  Tag: systemFlags,
  Tags: tagList(shownTags(context, connection)),
  ...(connection.TunnelBandwidth !== undefined && { TunnelBandwidth: connection.TunnelBandwidth }),
});
