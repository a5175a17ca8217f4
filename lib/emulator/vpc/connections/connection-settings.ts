import type { ConnectionRecord } from '../../estate/estate-types.ts';
import { isCidrList, isTitle, oneOf, otherEnd, toAsn } from '../../fields/field-checks.ts';
import { ApiError, invalid } from '../../gateway/api-error.ts';
import type { RequestParams } from '../../gateway/params.ts';
import type { Context } from '../../operation.ts';
import { BGP_FIELDS, type Fields, fieldsOfJson, HEALTH_FIELDS, IKE_FIELDS, IPSEC_FIELDS } from './tunnel-fields.ts';
import { type TunnelChange, tunnelsOf, withTunnelChange } from './tunnel-params.ts';

type Settings = Partial<ConnectionRecord>;

/** Parameters that only a connection with a single tunnel takes. */
const OF_SINGLE = [
  'CustomerGatewayId',
  'EnableDpd',
  'EnableNatTraversal',
  'IkeConfig',
  'IpsecConfig',
  'HealthCheckConfig',
  'BgpConfig',
];

/** The settings that a request changes. The rest stays as `current` has it. Throws `ApiError`. */
export function settingsOf(context: Context, current: ConnectionRecord): Settings {
  const { params } = context;
  const tunnels = tunnelsOf(params);
  const isDual = current.TunnelOptions !== undefined;
  if (isDual) {
    refuse(params, OF_SINGLE);
  } else if (tunnels !== undefined || params.flag('EnableTunnelsBgp') === true) {
    throw invalid(tunnels === undefined ? 'EnableTunnelsBgp' : 'TunnelOptionsSpecification');
  }
  return {
    ...commonSettings(params),
    ...(isDual ? dualSettings(context, current, tunnels ?? []) : singleSettings(context, current)),
  };
}

function refuse(params: RequestParams, names: readonly string[]): void {
  const found = names.find((name) => params.text(name) !== undefined);
  if (found !== undefined) {
    throw invalid(found);
  }
}

function commonSettings(params: RequestParams): Settings {
  const effectImmediately = params.flag('EffectImmediately');
  return {
    ...taken(params, 'Name', isTitle(100)),
    ...taken(params, 'LocalSubnet', isCidrList),
    ...taken(params, 'RemoteSubnet', isCidrList),
    ...taken(params, 'NetworkType', oneOf('public', 'private')),
    ...taken(params, 'RemoteCaCert', () => true, 'RemoteCaCertificate'),
    ...(effectImmediately !== undefined && { EffectImmediately: effectImmediately }),
  };
}

function taken(params: RequestParams, name: string, isTaken: (text: string) => boolean, field = name): Settings {
  const text = params.text(name);
  if (text === undefined) {
    return {};
  }
  if (!isTaken(text)) {
    throw invalid(name);
  }
  return { [field]: text };
}

function singleSettings(context: Context, current: ConnectionRecord): Settings {
  const { params } = context;
  const dpd = params.flag('EnableDpd');
  const natTraversal = params.flag('EnableNatTraversal');
  const gatewayId = params.text('CustomerGatewayId');
  if (gatewayId !== undefined) {
    checkCustomerGateways(context, [gatewayId]);
  }
  const json = (name: string, table: Parameters<typeof fieldsOfJson>[0]): Fields | undefined => {
    const text = params.text(name);
    return text === undefined ? undefined : fieldsOfJson(table, text, name);
  };
  const ike = json('IkeConfig', IKE_FIELDS);
  const ipsec = json('IpsecConfig', IPSEC_FIELDS);
  const health = json('HealthCheckConfig', HEALTH_FIELDS);
  const bgp = json('BgpConfig', BGP_FIELDS);
  return {
    ...(gatewayId !== undefined && { CustomerGatewayId: gatewayId }),
    ...(dpd !== undefined && { EnableDpd: dpd }),
    ...(natTraversal !== undefined && { EnableNatTraversal: natTraversal }),
    ...(ike && { IkeConfig: { ...current.IkeConfig, ...withNumbers(ike, 'IkeLifetime') } }),
    ...(ipsec && { IpsecConfig: { ...current.IpsecConfig, ...withNumbers(ipsec, 'IpsecLifetime') } }),
    ...(health && {
      VcoHealthCheck: {
        Policy: 'revoke_route',
        Status: 'failed',
        ...current.VcoHealthCheck,
        ...withNumbers(health, 'Interval', 'Retry'),
      },
    }),
    ...(bgp && { VpnBgpConfig: bgpSettings({ ...current.VpnBgpConfig }, bgp) }),
  };
}

const withNumbers = (fields: Fields, ...names: readonly string[]): Record<string, string | number> =>
  Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, names.includes(name) ? Number(text) : text]));

type Bgp = NonNullable<ConnectionRecord['VpnBgpConfig']>;

function bgpSettings(current: Bgp, { EnableBgp, LocalAsn, ...addresses }: Fields): Bgp {
  const bgp: Bgp = {
    EnableBgp: 'false',
    Status: 'false',
    LocalAsn: 45_104,
    ...current,
    ...addresses,
    ...(EnableBgp !== undefined && { EnableBgp }),
  };
  const asn = LocalAsn === undefined ? undefined : toAsn(LocalAsn);
  const peer = bgp.TunnelCidr === undefined ? undefined : otherEnd(bgp.TunnelCidr, bgp.LocalBgpIp);
  return { ...bgp, ...(asn !== undefined && { LocalAsn: asn }), ...(peer !== undefined && { PeerBgpIp: peer }) };
}

function dualSettings(context: Context, current: ConnectionRecord, changes: readonly TunnelChange[]): Settings {
  const enableBgp = context.params.flag('EnableTunnelsBgp');
  const ids = changes.flatMap(({ CustomerGatewayId }) => (CustomerGatewayId === undefined ? [] : [CustomerGatewayId]));
  checkCustomerGateways(context, ids);
  const known = (current.TunnelOptions ?? []).map((tunnel) => tunnel.TunnelId);
  if (changes.some(({ TunnelId }) => TunnelId !== undefined && !known.includes(TunnelId))) {
    throw invalid('TunnelOptionsSpecification.TunnelId');
  }
  const tunnels = (current.TunnelOptions ?? []).map((tunnel, at) => {
    const change = changeFor(changes, tunnel.TunnelIndex ?? at + 1, tunnel.TunnelId);
    return change === undefined ? tunnel : withTunnelChange(tunnel, change);
  });
  return {
    ...(enableBgp !== undefined && { EnableTunnelsBgp: enableBgp }),
    ...(changes.length > 0 && { TunnelOptions: tunnels }),
  };
}

/** The request for a tunnel: it names the tunnel by id or index, or by its position in the list. */
const changeFor = (changes: readonly TunnelChange[], index: number, id: string | undefined): TunnelChange | undefined =>
  changes.find((change, at) =>
    change.TunnelId === undefined ? (change.TunnelIndex ?? at + 1) === index : change.TunnelId === id,
  );

export function checkCustomerGateways({ store, caller }: Context, ids: readonly (string | undefined)[]): void {
  for (const id of ids) {
    if (id !== undefined && store.customerGateways.get(id)?.accountId === caller.accountId) {
      continue;
    }
    throw new ApiError(
      404,
      'InvalidCustomerGatewayInstanceId.NotFound',
      'The specified customer gateway instance id does not exist.',
    );
  }
}
