import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { aCloud, at, B, REGION, rows } from '../emulator-support.ts';

const many = (count: number): EstateFile => ({
  vpnConnections: Array.from({ length: count }, (_, at) => ({
    VpnConnectionId: `vco-${at}`,
    CreateTime: 1_700_000_000_000 + at,
  })),
});
const list = { RegionId: REGION };
const ids = (body: unknown): unknown[] =>
  rows(body, 'VpnConnections', 'VpnConnection').map((row) => row.VpnConnectionId);

describe('DescribeVpnConnections', () => {
  test('pages by number, newest first, ten at a time', async () => {
    const { vpc } = aCloud(many(12));
    const first = await vpc('DescribeVpnConnections', list);
    expect(first.body).toMatchObject({ TotalCount: 12, PageNumber: 1, PageSize: 10 });
    expect(ids(first.body).slice(0, 2)).toEqual(['vco-11', 'vco-10']);
    expect(ids((await vpc('DescribeVpnConnections', { ...list, PageNumber: '2' })).body)).toEqual(['vco-1', 'vco-0']);
    const past = await vpc('DescribeVpnConnections', { ...list, PageNumber: '9' });
    expect(past.body).toMatchObject({ TotalCount: 12, VpnConnections: { VpnConnection: [] } });
  });

  test.each(['0', '51', '-1', 'ten', '1.5'])('PageSize %s is refused', async (PageSize) => {
    const { vpc } = aCloud(many(1));
    expect(await vpc('DescribeVpnConnections', { ...list, PageSize })).toMatchObject({
      status: 400,
      code: 'InvalidParameter',
    });
  });

  test('a size out of range can be clamped', async () => {
    const { vpc } = aCloud(many(60), { behaviours: { pageSizeOutOfRange: 'clamp' } });
    const size = async (PageSize: string) =>
      ids((await vpc('DescribeVpnConnections', { ...list, PageSize })).body).length;
    expect([await size('500'), await size('0')]).toEqual([50, 1]);
    expect((await vpc('DescribeVpnConnections', { ...list, PageNumber: '0' })).code).toBe('InvalidParameter');
  });

  test('deleting while paging shifts the pages that follow', async () => {
    const { vpc } = aCloud(many(4));
    const page = async (PageNumber: string) =>
      ids((await vpc('DescribeVpnConnections', { ...list, PageSize: '2', PageNumber })).body);
    expect(await page('1')).toEqual(['vco-3', 'vco-2']);
    await vpc('DeleteVpnAttachment', { ...list, VpnConnectionId: 'vco-3' });
    expect(await page('2')).toEqual(['vco-0']);
  });

  test('a shuffled order moves items between pages, the same way for the same seed', async () => {
    const pages = async (seed: number) => {
      const { vpc } = aCloud(many(100), { seed, behaviours: { listingOrder: 'shuffled' } });
      const page = async (PageNumber: string) =>
        ids((await vpc('DescribeVpnConnections', { ...list, PageSize: '50', PageNumber })).body);
      return [...(await page('1')), ...(await page('2'))];
    };
    const first = await pages(1);
    expect(new Set(first).size).toBeLessThan(100);
    expect(await pages(1)).toEqual(first);
    expect(await pages(2)).not.toEqual(first);
  });

  test('filters by id, gateway, resource group and tags', async () => {
    const { vpc } = aCloud({
      vpnConnections: [
        { VpnConnectionId: 'vco-1', CustomerGatewayId: 'cgw-1', tags: { env: 'test', owner: 'a' } },
        {
          VpnConnectionId: 'vco-2',
          TunnelOptions: [{ CustomerGatewayId: 'cgw-2' }, { CustomerGatewayId: 'cgw-1' }],
          tags: { env: 'prod' },
        },
        { VpnConnectionId: 'vco-3', VpnGatewayId: 'vpn-3', ResourceGroupId: 'rg-3' },
        { VpnConnectionId: 'vco-4', regionId: 'cn-hangzhou' },
        { VpnConnectionId: 'vco-5', accountId: B },
      ],
    });
    const find = async (params: Record<string, string>) =>
      ids((await vpc('DescribeVpnConnections', { ...list, ...params })).body).sort();
    expect(await find({})).toEqual(['vco-1', 'vco-2', 'vco-3']);
    expect(await find({ VpnConnectionId: 'vco-2' })).toEqual(['vco-2']);
    expect(await find({ VpnConnectionId: 'vco-4' })).toEqual([]);
    expect(await find({ CustomerGatewayId: 'cgw-1' })).toEqual(['vco-1', 'vco-2']);
    expect(await find({ VpnGatewayId: 'vpn-3' })).toEqual(['vco-3']);
    expect(await find({ ResourceGroupId: 'rg-3' })).toEqual(['vco-3']);
    expect(await find({ 'Tag.1.Key': 'env' })).toEqual(['vco-1', 'vco-2']);
    expect(await find({ 'Tag.1.Key': 'env', 'Tag.1.Value': 'test', 'Tag.2.Key': 'owner' })).toEqual(['vco-1']);
  });

  test('a region that does not serve it is refused, or lists nothing', async () => {
    const cloud = aCloud({});
    const go = (RegionId: string) => cloud.vpc('DescribeVpnConnections', { RegionId });
    expect(await go('cn-fuzhou')).toMatchObject({ status: 404, code: 'InvalidRegionId.NotFound' });
    expect((await cloud.vpc('DescribeVpnConnections')).code).toBe('MissingRegionId');
    cloud.emulator.setBehaviours({ unsupportedRegion: 'empty' });
    expect((await go('cn-fuzhou')).body).toMatchObject({ TotalCount: 0 });
    expect((await go('mars-1')).code).toBe('InvalidRegionId.NotFound');
  });
});

describe('a connection on the wire', () => {
  const estate: EstateFile = {
    vpnConnections: [
      {
        VpnConnectionId: 'vco-single',
        TransitRouterId: 'tr-1',
        tags: { env: 'test' },
        VpnBgpConfig: { EnableBgp: 'true', Status: 'success' },
        ZoneNo: 'z',
        pending: { to: 'init', polls: 9, atMs: null },
      },
      { VpnConnectionId: 'vco-dual', TunnelOptions: [{}, {}] },
      { VpnConnectionId: 'vco-old', VpnGatewayId: 'vpn-1', AttachType: null, State: null, Status: null },
    ],
  };
  const describe1 = async (id: string, options = {}) =>
    (await aCloud(estate, options).vpc('DescribeVpnConnection', { ...list, VpnConnectionId: id })).body;
  const listed = async (id: string) =>
    at(
      (await aCloud(estate).vpc('DescribeVpnConnections', { ...list, VpnConnectionId: id })).body,
      'VpnConnections',
      'VpnConnection',
      0,
    );

  test('a single tunnel: booleans and numbers, its key in clear', async () => {
    expect(await describe1('vco-single')).toMatchObject({
      AttachType: 'CEN',
      AttachInstanceId: expect.stringMatching(/^cen-/),
      CreateTime: expect.any(Number),
      EnableDpd: true,
      IkeConfig: { IkeLifetime: 86_400, Psk: 'canary-psk-single-0' },
      VcoHealthCheck: { Enable: 'false' },
      VpnGatewayId: 'vpn-not-exist',
    });
  });

  test('two tunnels: text where the single tunnel has booleans and numbers', async () => {
    const body = await describe1('vco-dual');
    expect(at(body, 'TunnelOptionsSpecification', 'TunnelOptions')).toMatchObject([
      {
        TunnelIndex: 1,
        Role: 'master',
        EnableDpd: 'true',
        TunnelIkeConfig: { IkeLifetime: '86400', Psk: 'canary-psk-dual-1' },
      },
      {
        TunnelIndex: 2,
        Role: 'slave',
        Status: 'ike_sa_not_established',
        TunnelIkeConfig: { Psk: 'canary-psk-dual-2' },
      },
    ]);
    for (const name of ['IkeConfig', 'EnableDpd', 'TransitRouterId', 'InternetIp']) {
      expect(body).not.toHaveProperty(name);
    }
  });

  test('tags, zone and BGP sit in different places in the list and in the description', async () => {
    const tag = [{ Key: 'env', Value: 'test' }];
    expect(await listed('vco-single')).toMatchObject({ Tag: { Tag: tag } });
    expect(await listed('vco-single')).not.toHaveProperty('Tags');
    expect(await listed('vco-single')).not.toHaveProperty('ZoneNo');
    expect(at(await listed('vco-single'), 'VpnBgpConfig')).toEqual({ Status: 'success' });
    expect(await describe1('vco-single')).toMatchObject({
      Tags: { Tag: tag },
      ZoneNo: 'z',
      VpnBgpConfig: { EnableBgp: 'true' },
    });
  });

  test('the estate’s own fields stay inside, and null leaves a field out', async () => {
    for (const body of [await listed('vco-single'), await describe1('vco-single')]) {
      for (const name of ['accountId', 'regionId', 'tags', 'pending', 'TunnelOptions']) {
        expect(body).not.toHaveProperty(name);
      }
    }
    for (const name of ['AttachType', 'State', 'Status']) {
      expect(await describe1('vco-old')).not.toHaveProperty(name);
    }
  });

  test('fields of a transit router can be empty instead of absent', async () => {
    const body = await describe1('vco-dual', { behaviours: { absentFields: 'empty' } });
    expect(body).toMatchObject({ TransitRouterId: '', AttachInstanceId: '', InternetIp: '' });
  });

  test('an unknown connection, or a connection of another region or account, is not found', async () => {
    const { vpc } = aCloud({ vpnConnections: [{ VpnConnectionId: 'vco-1' }] });
    const go = async (params: Record<string, string>, account?: string) =>
      (await vpc('DescribeVpnConnection', params, account)).code;
    expect(await go({ ...list, VpnConnectionId: 'vco-1' })).toBe('OK');
    expect(await go({ ...list, VpnConnectionId: 'vco-2' })).toBe('InvalidVpnConnectionInstanceId.NotFound');
    expect(await go({ RegionId: 'cn-hangzhou', VpnConnectionId: 'vco-1' })).toBe(
      'InvalidVpnConnectionInstanceId.NotFound',
    );
    expect(await go({ ...list, VpnConnectionId: 'vco-1' }, B)).toBe('InvalidVpnConnectionInstanceId.NotFound');
  });
});

test('DescribeVpnAttachments shows only bound connections, and neither state nor age', async () => {
  const { vpc } = aCloud({
    vpnConnections: [
      { VpnConnectionId: 'vco-1', TransitRouterId: 'tr-1', tags: { a: 'b' } },
      { VpnConnectionId: 'vco-2' },
    ],
  });
  const { body } = await vpc('DescribeVpnAttachments', list);
  expect(body).toMatchObject({
    TotalCount: 1,
    VpnAttachments: [
      {
        InstanceId: 'vco-1',
        AttachType: 'CEN',
        TransitRouterId: 'tr-1',
        Tags: [{ Key: 'a', Value: 'b' }],
        Tag: expect.any(String),
      },
    ],
  });
  for (const name of ['State', 'Status', 'CreateTime', 'VpnConnectionId']) {
    expect(at(body, 'VpnAttachments', 0)).not.toHaveProperty(name);
  }
  expect((await vpc('DescribeVpnAttachments', { ...list, VpnConnectionId: 'vco-2' })).body).toMatchObject({
    TotalCount: 0,
  });
  expect((await vpc('DescribeVpnAttachments', { ...list, AttachType: 'VPNGW' })).code).toBe('InvalidParameter');
});

test('DescribeRegions lists all regions, including regions without IPsec-VPN, and needs no region', async () => {
  const { body } = await aCloud({}).vpc('DescribeRegions');
  expect(rows(body, 'Regions', 'Region').map((row) => row.RegionId)).toEqual([REGION, 'cn-hangzhou', 'cn-fuzhou']);
});

test('DescribeCustomerGateways pages and filters', async () => {
  const { vpc } = aCloud({
    customerGateways: [
      { CustomerGatewayId: 'cgw-1', tags: { a: 'b' } },
      { CustomerGatewayId: 'cgw-2', ResourceGroupId: 'rg-2' },
    ],
  });
  const find = async (params: Record<string, string>) =>
    rows(
      (await vpc('DescribeCustomerGateways', { ...list, ...params })).body,
      'CustomerGateways',
      'CustomerGateway',
    ).map((row) => row.CustomerGatewayId);
  expect(await find({})).toEqual(['cgw-1', 'cgw-2']);
  expect(await find({ PageSize: '1', PageNumber: '2' })).toEqual(['cgw-2']);
  expect(await find({ 'Tag.1.Key': 'a' })).toEqual(['cgw-1']);
  expect(await find({ ResourceGroupId: 'rg-2' })).toEqual(['cgw-2']);
  expect(await find({ CustomerGatewayId: 'cgw-9' })).toEqual([]);
});

test('a direct change of the estate by a test, which acts as another person, shows at once', async () => {
  const { vpc, emulator } = aCloud(many(3));
  const listed = async () => ids((await vpc('DescribeVpnConnections', list)).body);
  const found = async (VpnConnectionId: string) =>
    (await vpc('DescribeVpnConnection', { ...list, VpnConnectionId })).status;
  expect(await listed()).toEqual(['vco-2', 'vco-1', 'vco-0']);
  const { vpnConnections } = emulator.estate;
  const [first] = vpnConnections;
  if (first === undefined) {
    throw new Error('no connection');
  }
  // Between two calls a connection is removed and another added, so that the count stays the same.
  vpnConnections[1] = { ...first, VpnConnectionId: 'vco-new', CreateTime: 0 };
  expect(await listed()).toEqual(['vco-2', 'vco-0', 'vco-new']);
  expect([await found('vco-1'), await found('vco-new')]).toEqual([404, 200]);
  emulator.estate.vpnConnections = [];
  expect(await listed()).toEqual([]);
});
