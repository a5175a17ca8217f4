import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { aCloud, at, REGION } from '../emulator-support.ts';

const estate: EstateFile = {
  customerGateways: [
    { CustomerGatewayId: 'cgw-1', regionId: REGION, IpAddress: '192.0.2.1', Asn: 65_001, AuthKey: 'canary-auth' },
    { CustomerGatewayId: 'cgw-2', regionId: REGION, IpAddress: '192.0.2.2', Asn: 65_002 },
  ],
  vpnConnections: [
    { VpnConnectionId: 'vco-single', regionId: REGION, CustomerGatewayId: 'cgw-1' },
    { VpnConnectionId: 'vco-dual', regionId: REGION, TunnelOptions: [{ CustomerGatewayId: 'cgw-1' }, {}] },
    { VpnConnectionId: 'vco-held', regionId: REGION, TransitRouterId: 'tr-1', CustomerGatewayId: 'cgw-1' },
    { VpnConnectionId: 'vco-gateway', regionId: REGION, VpnGatewayId: 'vpn-1' },
    { VpnConnectionId: 'vco-locked', regionId: REGION, State: 'financialLocked' },
    { VpnConnectionId: 'vco-moving', regionId: REGION, TransitRouterId: 'tr-1', State: 'detaching' },
  ],
};

const open = () => {
  const cloud = aCloud(estate);
  const show = async (VpnConnectionId: string) =>
    (await cloud.vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId })).body;
  const modify = (VpnConnectionId: string, params: Record<string, string>) =>
    cloud.vpc('ModifyVpnAttachmentAttribute', { RegionId: REGION, VpnConnectionId, ...params });
  return { ...cloud, show, modify };
};

describe('ModifyVpnAttachmentAttribute', () => {
  test('is `updating` for a while, and then has its former state', async () => {
    const { show, modify } = open();
    for (const [id, state] of [
      ['vco-single', 'init'],
      ['vco-held', 'attached'],
    ] as const) {
      expect((await modify(id, { Name: 'new' })).code).toBe('OK');
      expect((await modify(id, { Name: 'newer' })).code).toBe('VpnConnection.Configuring');
      expect([(await show(id)).State, (await show(id)).State]).toEqual(['updating', state]);
      expect(await show(id)).toMatchObject({ Name: 'new' });
    }
  });

  test('changes the named settings and keeps the rest', async () => {
    const { show, modify } = open();
    const { IkeConfig: before } = await show('vco-single');
    await modify('vco-single', { IkeConfig: '{"IkeVersion":"ikev2","IkeLifetime":3600}', EnableDpd: 'false' });
    expect(await show('vco-single')).toMatchObject({
      IkeConfig: { ...Object(before), IkeVersion: 'ikev2', IkeLifetime: 3600 },
      EnableDpd: false,
      EnableNatTraversal: true,
    });
  });

  test('BGP: the other end has the ASN of the customer gateway', async () => {
    const { show, modify } = open();
    const BgpConfig = '{"EnableBgp":true,"LocalAsn":65010,"TunnelCidr":"169.254.40.0/30","LocalBgpIp":"169.254.40.1"}';
    expect((await modify('vco-single', { BgpConfig })).body).toMatchObject({
      VpnBgpConfig: { EnableBgp: 'true', LocalAsn: 65_010, PeerAsn: 65_001, PeerBgpIp: '169.254.40.2' },
    });
    expect((await show('vco-single')).VpnBgpConfig).toEqual({
      EnableBgp: 'true',
      Status: 'false',
      LocalAsn: 65_010,
      TunnelCidr: '169.254.40.0/30',
      LocalBgpIp: '169.254.40.1',
      PeerAsn: 65_001,
      PeerBgpIp: '169.254.40.2',
      AuthKey: 'canary-auth',
    });
  });

  test('a tunnel is named by its index, and the other tunnel stays as it is', async () => {
    const { show, modify } = open();
    const before = await show('vco-dual');
    const { body } = await modify('vco-dual', {
      EnableTunnelsBgp: 'true',
      'TunnelOptionsSpecification.1.TunnelIndex': '2',
      'TunnelOptionsSpecification.1.CustomerGatewayId': 'cgw-2',
      'TunnelOptionsSpecification.1.EnableDpd': 'false',
      'TunnelOptionsSpecification.1.TunnelBgpConfig.TunnelCidr': '169.254.41.0/30',
      'TunnelOptionsSpecification.1.TunnelIkeConfig.IkeLifetime': '3600',
    });
    expect(at(body, 'TunnelOptionsSpecification', 1)).toMatchObject({
      TunnelIndex: 2,
      EnableDpd: false,
      EnableNatTraversal: true,
      TunnelIkeConfig: { IkeLifetime: 3600, RemoteId: '192.0.2.2' },
      TunnelBgpConfig: { LocalAsn: 45_104, PeerAsn: 65_002, PeerBgpIp: '169.254.41.2' },
    });
    const after = await show('vco-dual');
    expect(after.EnableTunnelsBgp).toBe(true);
    const tunnel = (body: unknown, index: number) => at(body, 'TunnelOptionsSpecification', 'TunnelOptions', index);
    expect(tunnel(after, 0)).toEqual(tunnel(before, 0));
    expect(tunnel(after, 1)).toMatchObject({
      EnableDpd: 'false',
      TunnelIkeConfig: {
        ...Object(at(tunnel(before, 1), 'TunnelIkeConfig')),
        IkeLifetime: '3600',
        RemoteId: '192.0.2.2',
      },
      TunnelBgpConfig: { BgpStatus: 'false', LocalAsn: '45104', PeerAsn: '65002' },
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['vco-none', {}, 'InvalidVpnConnectionInstanceId.NotFound'],
    ['vco-gateway', {}, 'InvalidVpnConnectionInstanceId.NotFound'],
    ['vco-locked', {}, 'VpnConnection.FinancialLocked'],
    ['vco-moving', {}, 'VpnConnection.Configuring'],
    ['vco-single', { LocalSubnet: '10.0.0.0' }, 'InvalidParameter'],
    ['vco-single', { CustomerGatewayId: 'cgw-9' }, 'InvalidCustomerGatewayInstanceId.NotFound'],
    ['vco-single', { BgpConfig: '{"TunnelCidr":"169.254.0.0/30"}' }, 'InvalidParameter'],
    ['vco-single', { IkeConfig: '{"IkeVersion":"ikev3"}' }, 'InvalidParameter'],
    ['vco-single', { HealthCheckConfig: '{"dip":"there"}' }, 'InvalidParameter'],
    ['vco-single', { EnableTunnelsBgp: 'true' }, 'InvalidParameter'],
    ['vco-single', { 'TunnelOptionsSpecification.1.EnableDpd': 'true' }, 'InvalidParameter'],
    ['vco-dual', { IkeConfig: '{}' }, 'InvalidParameter'],
    ['vco-dual', { 'TunnelOptionsSpecification.1.TunnelId': 'tun-none' }, 'InvalidParameter'],
    ['vco-dual', { 'TunnelOptionsSpecification.1.TunnelIndex': '3' }, 'InvalidParameter'],
  ])('%s %j: %s, and nothing changes', async (id, params, code) => {
    const { modify, emulator } = open();
    const before = structuredClone(emulator.estate.vpnConnections);
    expect((await modify(id, params)).code).toBe(code);
    expect(emulator.estate.vpnConnections).toEqual(before);
  });
});
