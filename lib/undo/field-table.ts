/**
 * How a field of a reply gets into a backup, and from there into the request that creates the thing again.
 *
 * A backup contains only the fields in this table, so a new field of the cloud cannot bring a secret with it. Sources
 * of the names: DescribeVpnConnection and CreateVpnAttachment (VPC 2016-04-28), ListTransitRouterVpnAttachments,
 * CreateTransitRouterVpnAttachment and the similar operations for routes (CBN 2017-09-12).
 */
export type Field = {
  /** Its path in the reply. `[]` stands for each item of a list. */
  readonly reply: string;
  /**
   * The parameter that sets it. Undefined if no parameter sets it. The backup still has the field, for people and for
   * the comparison.
   */
  readonly create: string | undefined;
  /** The form of the parameter, because replies contain only text. */
  readonly form: 'as-is' | 'number' | 'flag' | 'capitalized';
  /** The cloud refuses the parameter for connections of the other kind. */
  readonly only: 'single' | 'dual' | undefined;
};

type More = Partial<Pick<Field, 'form' | 'only'>>;

const sent = (reply: string, create = reply, { form = 'as-is', only }: More = {}): Field => ({
  reply,
  create,
  form,
  only,
});
const kept = (reply: string): Field => ({ reply, create: undefined, form: 'as-is', only: undefined });

const below = (reply: string, create: string, names: readonly string[], more: More): readonly Field[] =>
  names.map((name) => sent(`${reply}.${name}`, `${create}.${name}`, more));

const IKE = ['IkeVersion', 'IkeMode', 'IkeEncAlg', 'IkeAuthAlg', 'IkePfs', 'LocalId', 'RemoteId'];
const IPSEC = ['IpsecEncAlg', 'IpsecAuthAlg', 'IpsecPfs'];
const SINGLE: More = { only: 'single' };
const DUAL: More = { only: 'dual' };

/** The path of a field in a list of tunnels. */
const TUNNEL = 'TunnelOptionsSpecification.TunnelOptions[]';
const NEW_TUNNEL = 'TunnelOptionsSpecification[]';
const ofTunnel = (name: string, more: More = {}): Field =>
  sent(`${TUNNEL}.${name}`, `${NEW_TUNNEL}.${name}`, { ...DUAL, ...more });

/** Parameters that hold an object as JSON text. */
export const JSON_PARAMETERS = ['IkeConfig', 'IpsecConfig', 'HealthCheckConfig', 'BgpConfig'] as const;

export const CONNECTION_FIELDS: readonly Field[] = [
  ...['VpnConnectionId', 'CreateTime', 'AttachType', 'State', 'Status'].map(kept),
  ...['AttachInstanceId', 'TransitRouterId', 'TransitRouterName', 'CrossAccountAuthorized'].map(kept),
  ...['InternetIp', 'ZoneNo', 'Spec'].map(kept),
  ...['Name', 'LocalSubnet', 'RemoteSubnet', 'NetworkType', 'ResourceGroupId'].map((name) => sent(name)),
  sent('EffectImmediately'),
  // Replies contain this value in small letters.
  sent('TunnelBandwidth', 'TunnelBandwidth', { form: 'capitalized' }),
  sent('RemoteCaCertificate', 'RemoteCaCert'),
  ...['CustomerGatewayId', 'EnableDpd', 'EnableNatTraversal'].map((name) => sent(name, name, SINGLE)),
  ...below('IkeConfig', 'IkeConfig', [...IKE, 'IkeLifetime'], SINGLE),
  ...below('IpsecConfig', 'IpsecConfig', [...IPSEC, 'IpsecLifetime'], SINGLE),
  // These parameters have names in small letters. `Policy` begins with a capital.
  ...['Enable', 'Dip', 'Sip', 'Interval', 'Retry'].map((name) =>
    sent(`VcoHealthCheck.${name}`, `HealthCheckConfig.${name.toLowerCase()}`, SINGLE),
  ),
  sent('VcoHealthCheck.Policy', 'HealthCheckConfig.Policy', SINGLE),
  ...below('VpnBgpConfig', 'BgpConfig', ['EnableBgp', 'LocalAsn', 'TunnelCidr', 'LocalBgpIp'], SINGLE),
  ...['PeerAsn', 'PeerBgpIp'].map((name) => kept(`VpnBgpConfig.${name}`)),
  sent('EnableTunnelsBgp', 'EnableTunnelsBgp', DUAL),

  ...['TunnelId', 'Role', 'InternetIp', 'ZoneNo', 'RemoteCaCertificate'].map((name) => kept(`${TUNNEL}.${name}`)),
  ofTunnel('TunnelIndex', { form: 'number' }),
  ofTunnel('CustomerGatewayId'),
  ...['EnableDpd', 'EnableNatTraversal'].map((name) => ofTunnel(name, { form: 'flag' })),
  ...IKE.map((name) => ofTunnel(`TunnelIkeConfig.${name}`)),
  ofTunnel('TunnelIkeConfig.IkeLifetime', { form: 'number' }),
  ...IPSEC.map((name) => ofTunnel(`TunnelIpsecConfig.${name}`)),
  ofTunnel('TunnelIpsecConfig.IpsecLifetime', { form: 'number' }),
  ofTunnel('TunnelBgpConfig.LocalAsn', { form: 'number' }),
  ...['TunnelCidr', 'LocalBgpIp'].map((name) => ofTunnel(`TunnelBgpConfig.${name}`)),
  ...['PeerAsn', 'PeerBgpIp'].map((name) => kept(`${TUNNEL}.TunnelBgpConfig.${name}`)),
];

export const ATTACHMENT_FIELDS: readonly Field[] = [
  ...['TransitRouterAttachmentId', 'VpnId', 'VpnOwnerId', 'VpnRegionId', 'CenId', 'Status', 'CreationTime'].map(kept),
  kept('OrderType'),
  ...['TransitRouterId', 'ChargeType', 'AutoPublishRouteEnabled'].map((name) => sent(name)),
  ...['TransitRouterAttachmentName', 'TransitRouterAttachmentDescription'].map((name) => sent(name)),
  sent('Zones[].ZoneId', 'Zone[].ZoneId', SINGLE),
  ...['Key', 'Value'].map((name) => sent(`Tags[].${name}`, `Tag[].${name}`)),
];

/** A static route of a transit router's route table. */
export const STATIC_ROUTE_FIELDS: readonly Field[] = [
  ...['TransitRouterRouteEntryId', 'TransitRouterRouteEntryNextHopId', 'TransitRouterRouteEntryStatus'].map(kept),
  ...['DestinationCidrBlock', 'NextHopType', 'Name', 'Description'].map((name) =>
    sent(`TransitRouterRouteEntry${name}`),
  ),
  kept('PrefixListId'),
];

/** A route of the connection itself. */
export const CONNECTION_ROUTE_FIELDS: readonly Field[] = [
  ...['VpnConnectionId', 'NextHop', 'RouteEntryType', 'Source', 'State', 'CreateTime'].map(kept),
  ...['RouteDest', 'Weight'].map((name) => sent(name)),
];

/**
 * The sweep never deletes a customer gateway. A backup has it for people, and in case a person has to create it again.
 */
export const CUSTOMER_GATEWAY_FIELDS: readonly Field[] = [
  ...['CustomerGatewayId', 'Name', 'Description', 'IpAddress', 'Asn', 'CreateTime', 'ResourceGroupId'].map(kept),
  ...['Key', 'Value'].map((name) => kept(`Tags.Tag[].${name}`)),
];
