import { startCloud } from '../support/cloud.ts';
import { down, dueTags, estate, free, inUse } from '../support/estates.ts';
import { DOWN_POLICY, SINGLE, wholeEstate } from './undo-support.ts';

type More = Omit<Parameters<typeof startCloud>[0], 'estate'>;

/** An orphan with a single tunnel, and with everything that an attachment can have. */
export const aWholeCloud = (more: More = {}) => startCloud({ estate: wholeEstate(), policy: DOWN_POLICY, ...more });

const TUNNELS = [1, 2].map((n) => ({
  CustomerGatewayId: `cgw-${n}`,
  InternetIp: `203.0.113.${n}`,
  TunnelIkeConfig: { IkeVersion: 'ikev2', IkeEncAlg: 'aes256', LocalId: `203.0.113.${n}`, Psk: 'canary-psk-of-old' },
  TunnelBgpConfig: { LocalAsn: '65530', TunnelCidr: `169.254.1${n}.0/30`, LocalBgpIp: `169.254.1${n}.1` },
}));

/** The same, with two tunnels and BGP on both tunnels. */
export const aDualCloud = (more: More = {}) => {
  const whole = wholeEstate();
  const [old, ...others] = whole.vpnConnections;
  const { LocalSubnet, RemoteSubnet } = SINGLE;
  const dual = {
    VpnConnectionId: 'vco-old',
    Name: 'old',
    TransitRouterId: 'tr-1',
    tags: old?.tags,
    ...down,
    ...{ LocalSubnet, RemoteSubnet, TunnelOptions: TUNNELS, EnableTunnelsBgp: true },
  };
  return startCloud({ estate: { ...whole, vpnConnections: [dual, ...others] }, policy: DOWN_POLICY, ...more });
};

/** An orphan with a single tunnel that is bound to nothing. */
export const aFreeCloud = (more: More = {}) =>
  startCloud({
    estate: {
      ...estate(free('old', { ...dueTags(), owner: 'alice' }, { ...SINGLE, InternetIp: undefined }), ...inUse(8)),
      customerGateways: wholeEstate().customerGateways,
    },
    ...more,
  });
