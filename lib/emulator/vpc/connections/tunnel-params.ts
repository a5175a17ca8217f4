import type { TunnelRecord } from '../../estate/estate-types.ts';
import { otherEnd, toAsn } from '../../fields/field-checks.ts';
import { invalid } from '../../gateway/api-error.ts';
import type { RequestParams } from '../../gateway/params.ts';
import { BGP_FIELDS, fieldsOf, IKE_FIELDS, IPSEC_FIELDS } from './tunnel-fields.ts';

const PARAMETER = 'TunnelOptionsSpecification';

/**
 * A tunnel of a request. It has only the fields that the request names, so that the rest keeps its value or default.
 */
export type TunnelChange = Partial<TunnelRecord>;

type BgpRecord = NonNullable<TunnelRecord['TunnelBgpConfig']>;

function bgpOf(params: RequestParams): BgpRecord {
  const { EnableBgp: _notOfATunnel, ...table } = BGP_FIELDS;
  const { LocalAsn, ...fields } = fieldsOf(table, (name) => params.text(name), `${PARAMETER}.TunnelBgpConfig`);
  return { ...fields, ...(LocalAsn !== undefined && { LocalAsn: String(toAsn(LocalAsn)) }) };
}

function indexOf(params: RequestParams): number | undefined {
  const index = params.integer('TunnelIndex');
  if (index !== undefined && index !== 1 && index !== 2) {
    throw invalid(`${PARAMETER}.TunnelIndex`);
  }
  return index;
}

function roleOf(params: RequestParams): string | undefined {
  const role = params.text('Role');
  if (role !== undefined && role !== 'master' && role !== 'slave') {
    throw invalid(`${PARAMETER}.Role`);
  }
  return role;
}

function tunnelOf(params: RequestParams): TunnelChange {
  const bgp = params.below('TunnelBgpConfig');
  const ike = params.below('TunnelIkeConfig');
  const ipsec = params.below('TunnelIpsecConfig');
  const index = indexOf(params);
  const role = roleOf(params);
  const dpd = params.flag('EnableDpd');
  const natTraversal = params.flag('EnableNatTraversal');
  // Older models of the request have a certificate for each tunnel.
  const texts = ['CustomerGatewayId', 'TunnelId', 'RemoteCaCertificate'].flatMap((name) => {
    const text = params.text(name);
    return text === undefined ? [] : [[name, text]];
  });
  return {
    ...Object.fromEntries(texts),
    ...(index !== undefined && { TunnelIndex: index }),
    ...(role !== undefined && { Role: role }),
    ...(dpd !== undefined && { EnableDpd: String(dpd) }),
    ...(natTraversal !== undefined && { EnableNatTraversal: String(natTraversal) }),
    ...(ike && {
      TunnelIkeConfig: fieldsOf(IKE_FIELDS, (name) => ike.text(name), `${PARAMETER}.TunnelIkeConfig`),
    }),
    ...(ipsec && {
      TunnelIpsecConfig: fieldsOf(IPSEC_FIELDS, (name) => ipsec.text(name), `${PARAMETER}.TunnelIpsecConfig`),
    }),
    ...(bgp && { TunnelBgpConfig: bgpOf(bgp) }),
  };
}

/** The tunnels that a request describes: `TunnelOptionsSpecification.1.…`. Undefined for a single tunnel. */
export function tunnelsOf(params: RequestParams): TunnelChange[] | undefined {
  const tunnels: TunnelChange[] = [];
  for (let at = 1; ; at++) {
    const below = params.below(`${PARAMETER}.${at}`);
    if (below === undefined) {
      return at === 1 ? undefined : tunnels;
    }
    tunnels.push(tunnelOf(below));
  }
}

/** A tunnel with the changes of a request. */
export function withTunnelChange(tunnel: TunnelRecord, change: TunnelChange): TunnelRecord {
  const { TunnelBgpConfig: bgp, ...rest } = change;
  return {
    ...tunnel,
    ...rest,
    TunnelIkeConfig: { ...tunnel.TunnelIkeConfig, ...change.TunnelIkeConfig },
    TunnelIpsecConfig: { ...tunnel.TunnelIpsecConfig, ...change.TunnelIpsecConfig },
    ...(bgp && { TunnelBgpConfig: completeBgp({ ...tunnel.TunnelBgpConfig, ...bgp }) }),
  };
}

function completeBgp(bgp: BgpRecord): BgpRecord {
  const peer = bgp.TunnelCidr === undefined ? undefined : otherEnd(bgp.TunnelCidr, bgp.LocalBgpIp);
  return { BgpStatus: 'false', LocalAsn: '45104', ...bgp, ...(peer !== undefined && { PeerBgpIp: peer }) };
}
