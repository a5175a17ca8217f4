import type { TunnelRecord } from '../estate/estate-types.ts';
import type { RequestParams } from '../gateway/params.ts';

const IKE_FIELDS = [
  'IkeVersion',
  'IkeMode',
  'IkeEncAlg',
  'IkeAuthAlg',
  'IkePfs',
  'IkeLifetime',
  'LocalId',
  'RemoteId',
  'Psk',
];
const IPSEC_FIELDS = ['IpsecEncAlg', 'IpsecAuthAlg', 'IpsecPfs', 'IpsecLifetime'];
const BGP_FIELDS = ['LocalAsn', 'LocalBgpIp', 'TunnelCidr'];

const picked = (params: RequestParams | undefined, fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap((name) => {
      const value = params?.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

function tunnelAt(params: RequestParams): TunnelRecord {
  const bgp = params.below('TunnelBgpConfig');
  const ike = params.below('TunnelIkeConfig');
  const ipsec = params.below('TunnelIpsecConfig');
  const customerGatewayId = params.text('CustomerGatewayId');
  return {
    ...(customerGatewayId !== undefined && { CustomerGatewayId: customerGatewayId }),
    TunnelIndex: params.integer('TunnelIndex'),
    EnableDpd: String(params.flag('EnableDpd') ?? true),
    EnableNatTraversal: String(params.flag('EnableNatTraversal') ?? true),
    ...(ike && { TunnelIkeConfig: picked(ike, IKE_FIELDS) }),
    ...(ipsec && { TunnelIpsecConfig: picked(ipsec, IPSEC_FIELDS) }),
    ...(bgp && { TunnelBgpConfig: picked(bgp, BGP_FIELDS) }),
  };
}

/** The tunnels that a request describes, `TunnelOptionsSpecification.1.…`; undefined for a single tunnel. */
export function tunnelsOf(params: RequestParams): TunnelRecord[] | undefined {
  const tunnels: TunnelRecord[] = [];
  for (let at = 1; ; at++) {
    const below = params.below(`TunnelOptionsSpecification.${at}`);
    if (below === undefined) {
      return at === 1 ? undefined : tunnels;
    }
    tunnels.push(tunnelAt(below));
  }
}
