import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { A, aCloud, at, B, REGION, rows } from '../emulator-support.ts';

const place = { RegionId: REGION };
const given = {
  ...place,
  IpAddress: '192.0.2.1',
  Asn: '65010',
  AuthKey: 'canary-auth',
  Name: 'site',
  Description: 'one',
};

const listed = async ({ vpc }: ReturnType<typeof aCloud>, accountId = A) =>
  rows((await vpc('DescribeCustomerGateways', place, accountId)).body, 'CustomerGateways', 'CustomerGateway');

describe('customer gateways', () => {
  test('are made, shown alone and in the list, changed, and deleted', async () => {
    const cloud = aCloud({});
    const { vpc } = cloud;
    const { body } = await vpc('CreateCustomerGateway', { ...given, 'Tags.1.Key': 'env', 'Tags.1.Value': 'test' });
    const id = { ...place, CustomerGatewayId: String(body.CustomerGatewayId) };
    expect(body).toMatchObject({
      CustomerGatewayId: expect.stringMatching(/^cgw-[a-z0-9]{21}$/),
      Name: 'site',
      Description: 'one',
      IpAddress: '192.0.2.1',
      CreateTime: cloud.clock.ms,
    });
    const shown = {
      CustomerGatewayId: body.CustomerGatewayId,
      IpAddress: '192.0.2.1',
      Asn: 65_010,
      AuthKey: 'canary-auth',
      Tags: { Tag: [{ Key: 'env', Value: 'test' }] },
    };
    expect((await vpc('DescribeCustomerGateway', id)).body).toMatchObject(shown);
    expect(await listed(cloud)).toMatchObject([shown]);

    expect(await vpc('ModifyCustomerGatewayAttribute', { ...id, Name: 'other', AuthKey: 'new' })).toMatchObject({
      status: 200,
      body: { Name: 'other', Description: 'one' },
    });
    expect((await vpc('DescribeCustomerGateway', id)).body).toMatchObject({
      Name: 'other',
      AuthKey: 'new',
      Asn: 65_010,
    });

    expect((await vpc('DeleteCustomerGateway', id)).code).toBe('OK');
    expect(await listed(cloud)).toEqual([]);
    expect(await vpc('DeleteCustomerGateway', id)).toMatchObject({
      status: 404,
      code: 'InvalidCustomerGatewayInstanceId.NotFound',
    });
  });

  test.each<[string, NonNullable<EstateFile['vpnConnections']>[number]]>([
    ['a connection', { VpnConnectionId: 'vco-1', CustomerGatewayId: 'cgw-1' }],
    ['one of two tunnels', { VpnConnectionId: 'vco-1', TunnelOptions: [{}, { CustomerGatewayId: 'cgw-1' }] }],
  ])('cannot be deleted while %s uses them', async (_what, connection) => {
    const cloud = aCloud({
      customerGateways: [{ CustomerGatewayId: 'cgw-1', regionId: REGION }],
      vpnConnections: [{ regionId: REGION, ...connection }],
    });
    const id = { ...place, CustomerGatewayId: 'cgw-1' };
    expect(await cloud.vpc('DeleteCustomerGateway', id)).toMatchObject({
      status: 400,
      code: 'DependencyViolation.VpnConnection',
    });
    expect(await listed(cloud)).toHaveLength(1);
    await cloud.vpc('DeleteVpnAttachment', { ...place, VpnConnectionId: 'vco-1' });
    expect((await cloud.vpc('DeleteCustomerGateway', id)).code).toBe('OK');
  });

  test('belong to their account and region', async () => {
    const { vpc } = aCloud({ customerGateways: [{ CustomerGatewayId: 'cgw-b', accountId: B, regionId: REGION }] });
    for (const action of ['DescribeCustomerGateway', 'ModifyCustomerGatewayAttribute', 'DeleteCustomerGateway']) {
      const id = { ...place, CustomerGatewayId: 'cgw-b' };
      expect((await vpc(action, id)).code).toBe('InvalidCustomerGatewayInstanceId.NotFound');
      const elsewhere = { ...id, RegionId: 'cn-hangzhou' };
      expect((await vpc(action, elsewhere, B)).code).toBe('InvalidCustomerGatewayInstanceId.NotFound');
    }
  });

  test.each<[Record<string, string>, string]>([
    [{ IpAddress: '' }, 'MissingIpAddress'],
    [{ IpAddress: 'here' }, 'InvalidParameter'],
    [{ IpAddress: '192.0.2.256' }, 'InvalidParameter'],
    [{ IpAddress: '127.0.0.1' }, 'InvalidParameter'],
    [{ IpAddress: '100.64.0.1' }, 'InvalidParameter'],
    [{ Asn: '45104' }, 'InvalidParameter'],
    [{ Asn: '0' }, 'InvalidParameter'],
    [{ Asn: '4294967296' }, 'InvalidParameter'],
    [{ AuthKey: 'with space' }, 'InvalidParameter'],
    [{ AuthKey: 'why?' }, 'InvalidParameter'],
    [{ Name: 'https://x' }, 'InvalidParameter'],
    [{ Name: 'x'.repeat(101) }, 'InvalidParameter'],
    [{ 'Tags.1.Key': 'acs:x' }, 'InvalidTagKey'],
    [{ RegionId: 'mars' }, 'InvalidRegionId.NotFound'],
  ])('%j: %s, and nothing is made', async (change, code) => {
    const { vpc, emulator } = aCloud({});
    expect((await vpc('CreateCustomerGateway', { ...given, ...change })).code).toBe(code);
    expect(emulator.estate.customerGateways).toEqual([]);
  });

  test('an ASN may be written in two halves', async () => {
    const cloud = aCloud({});
    await cloud.vpc('CreateCustomerGateway', { ...given, Asn: '123.456' });
    expect(await listed(cloud)).toMatchObject([{ Asn: 123 * 65_536 + 456 }]);
  });

  test('the same token makes only a single gateway', async () => {
    const cloud = aCloud({});
    const first = await cloud.vpc('CreateCustomerGateway', { ...given, ClientToken: 't' });
    expect(await cloud.vpc('CreateCustomerGateway', { ...given, ClientToken: 't' })).toEqual(first);
    expect(await listed(cloud)).toHaveLength(1);
  });

  test('the call log never shows their key', async () => {
    const { vpc, emulator } = aCloud({});
    await vpc('CreateCustomerGateway', given);
    expect(JSON.stringify(emulator.calls)).not.toContain('canary-auth');
  });
});

test('VPN gateways are the gateways that connections name, and the gateways of the list', async () => {
  const { vpc } = aCloud({
    vpnGateways: [{ VpnGatewayId: 'vpn-1', regionId: REGION, Name: 'hq' }],
    vpnConnections: [
      { VpnConnectionId: 'vco-1', regionId: REGION, VpnGatewayId: 'vpn-1' },
      { VpnConnectionId: 'vco-2', regionId: REGION, VpnGatewayId: 'vpn-2' },
      { VpnConnectionId: 'vco-3', regionId: REGION },
    ],
  });
  const { body } = await vpc('DescribeVpnGateways', place);
  expect(rows(body, 'VpnGateways', 'VpnGateway')).toMatchObject([
    { VpnGatewayId: 'vpn-1', Name: 'hq', Status: 'active' },
    { VpnGatewayId: 'vpn-2', Status: 'active' },
  ]);
  expect(body.TotalCount).toBe(2);
});

test('zones and resource groups', async () => {
  const { vpc } = aCloud({ vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION }] });
  const zones = async (RegionId: string) =>
    rows((await vpc('DescribeZones', { RegionId })).body, 'Zones', 'Zone').map(({ ZoneId }) => ZoneId);
  expect([await zones(REGION), await zones('cn-hangzhou')]).toEqual([
    ['eu-central-1a', 'eu-central-1b'],
    ['cn-hangzhou-a', 'cn-hangzhou-b'],
  ]);

  const move = { ...place, ResourceType: 'VpnAttachment', InstanceId: 'vco-1', NewResourceGroupId: 'rg-new' };
  expect((await vpc('MoveVpnResourceGroup', move)).code).toBe('OK');
  const { body } = await vpc('DescribeVpnConnections', { ...place, ResourceGroupId: 'rg-new' });
  expect(at(body, 'VpnConnections', 'VpnConnection', 0, 'VpnConnectionId')).toBe('vco-1');
  expect((await vpc('MoveVpnResourceGroup', move, B)).code).toBe('InvalidInstanceId.NotFound');
});
