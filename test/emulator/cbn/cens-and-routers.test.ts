import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { A, aCloud, at, B, REGION, rows } from '../emulator-support.ts';

type Cloud = ReturnType<typeof aCloud>;
type Cbn = Cloud['cbn'];

const region = { RegionId: REGION };
const CEN: EstateFile = { cens: [{ CenId: 'cen-1' }] };
const ROUTER: EstateFile = { ...CEN, transitRouters: [{ TransitRouterId: 'tr-1', RegionId: REGION, CenId: 'cen-1' }] };

const cenStatus = async (cbn: Cbn) => at((await cbn('DescribeCens')).body, 'Cens', 'Cen', 0, 'Status');
const routerStatus = async (cbn: Cbn) =>
  at((await cbn('ListTransitRouters', region)).body, 'TransitRouters', 0, 'Status');

describe('CENs', () => {
  test('are `Creating`, then `Active`, and while deleted `Deleting`, then gone', async () => {
    const { cbn } = aCloud({});
    const { body } = await cbn('CreateCen', {
      Name: 'net',
      Description: 'ours',
      'Tag.1.Key': 'env',
      'Tag.1.Value': 'x',
    });
    const { CenId } = body;
    expect(CenId).toMatch(/^cen-[a-z0-9]{18}$/);
    expect(at((await cbn('DescribeCens')).body, 'Cens', 'Cen', 0)).toMatchObject({
      CenId,
      Name: 'net',
      Description: 'ours',
      Status: 'Creating',
      ProtectionLevel: 'REDUCED',
      CreationTime: '2026-01-02T03:04Z',
      Tags: { Tag: [{ Key: 'env', Value: 'x' }] },
    });
    expect(await cenStatus(cbn)).toBe('Active');
    await cbn('ModifyCenAttribute', { CenId: String(CenId), Name: 'other' });
    expect(at((await cbn('DescribeCens')).body, 'Cens', 'Cen', 0)).toMatchObject({
      Name: 'other',
      Description: 'ours',
    });
    expect((await cbn('DeleteCen', { CenId: String(CenId) })).code).toBe('OK');
    expect([await cenStatus(cbn), await cenStatus(cbn)]).toEqual(['Deleting', undefined]);
    expect((await cbn('DeleteCen', { CenId: String(CenId) })).code).toBe('ParameterCenInstanceId');
  });

  test('follow the clock as well', async () => {
    const { cbn, clock } = aCloud({}, { behaviours: { changePolls: null, changeMs: 5_000 } });
    await cbn('CreateCen');
    expect([await cenStatus(cbn), await cenStatus(cbn)]).toEqual(['Creating', 'Creating']);
    clock.ms += 5_000;
    expect(await cenStatus(cbn)).toBe('Active');
  });

  test('cannot be deleted while they have a transit router, or by another account', async () => {
    const { cbn } = aCloud(ROUTER);
    expect((await cbn('DeleteCen', { CenId: 'cen-1' })).code).toBe('InvalidOperation.CenInstanceStatus');
    expect((await cbn('DeleteCen', { CenId: 'cen-1' }, B)).code).toBe('ParameterCenInstanceId');
    expect((await cbn('ModifyCenAttribute', { CenId: 'cen-1' }, B)).code).toBe('ParameterCenInstanceId');
    await cbn('DeleteTransitRouter', { TransitRouterId: 'tr-1' });
    await cbn('ListTransitRouters', region);
    expect((await cbn('DeleteCen', { CenId: 'cen-1' })).code).toBe('OK');
  });

  test('move to another resource group', async () => {
    const { cbn } = aCloud(CEN);
    const move = { ResourceType: 'CEN', ResourceId: 'cen-1', NewResourceGroupId: 'rg-new' };
    expect((await cbn('MoveResourceGroup', { ...move, DryRun: 'true' })).code).toBe('DryRunOperation');
    expect(rows((await cbn('DescribeCens', { ResourceGroupId: 'rg-new' })).body, 'Cens', 'Cen')).toEqual([]);
    await cbn('MoveResourceGroup', move);
    expect(rows((await cbn('DescribeCens', { ResourceGroupId: 'rg-new' })).body, 'Cens', 'Cen')).toHaveLength(1);
  });
});

describe('transit routers', () => {
  test('are made with a route table of their own, changed, and deleted with it', async () => {
    const { cbn, emulator } = aCloud(CEN);
    const params = {
      ...region,
      CenId: 'cen-1',
      TransitRouterName: 'one',
      'TransitRouterCidrList.1.Cidr': '10.9.0.0/24',
    };
    const { body } = await cbn('CreateTransitRouter', params);
    const id = { TransitRouterId: String(body.TransitRouterId) };
    expect(at((await cbn('ListTransitRouters', region)).body, 'TransitRouters', 0)).toMatchObject({
      ...id,
      Status: 'Creating',
      Type: 'Enterprise',
      TransitRouterName: 'one',
      TransitRouterCidrList: [{ Cidr: '10.9.0.0/24', PublishCidrRoute: true }],
    });
    expect(await routerStatus(cbn)).toBe('Active');
    expect(rows((await cbn('ListTransitRouterRouteTables', id)).body, 'TransitRouterRouteTables')).toMatchObject([
      { TransitRouterRouteTableType: 'System', RegionId: REGION },
    ]);
    await cbn('UpdateTransitRouter', { ...id, TransitRouterName: 'two' });
    expect([await routerStatus(cbn), await routerStatus(cbn)]).toEqual(['Modifying', 'Active']);
    expect(emulator.estate.transitRouters[0]).toMatchObject({ TransitRouterName: 'two' });
    expect((await cbn('DeleteTransitRouter', id)).code).toBe('OK');
    expect([await routerStatus(cbn), await routerStatus(cbn)]).toEqual(['Deleting', undefined]);
    expect(emulator.estate.routeTables).toEqual([]);
    expect((await cbn('DeleteTransitRouter', id)).code).toBe('ParameterInstanceId');
  });

  test.each<[string, Record<string, string>, string]>([
    ['a CEN that is not there', { CenId: 'cen-9' }, 'ParameterCenInstanceId'],
    ['a region that is not there', { RegionId: 'mars' }, 'InvalidParameter'],
    ['a region without IPsec-VPN', { RegionId: 'cn-fuzhou' }, 'InvalidParameter'],
    ['a second one in the region', {}, 'InstanceExist.TransitRouterInstance'],
    ['a block that is none', { RegionId: 'cn-hangzhou', 'TransitRouterCidrList.1.Cidr': '10.9' }, 'InvalidParameter'],
    ['a dry run', { RegionId: 'cn-hangzhou', DryRun: 'true' }, 'DryRunOperation'],
  ])('%s: refused, and nothing is made', async (_what, change, code) => {
    const { cbn, emulator } = aCloud(ROUTER);
    expect((await cbn('CreateTransitRouter', { ...region, CenId: 'cen-1', ...change })).code).toBe(code);
    expect(emulator.estate.transitRouters).toHaveLength(1);
  });

  test('wait for their CEN, and take no attachment while they are being made', async () => {
    const connections = { vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION }] };
    const { cbn } = aCloud(connections);
    const { CenId } = (await cbn('CreateCen')).body;
    const make = () => cbn('CreateTransitRouter', { ...region, CenId: String(CenId) });
    expect((await make()).code).toBe('IncorrectStatus.CenInstance');
    await cenStatus(cbn);
    const { TransitRouterId } = (await make()).body;
    const attach = () =>
      cbn('CreateTransitRouterVpnAttachment', { VpnId: 'vco-1', TransitRouterId: String(TransitRouterId) });
    expect((await attach()).code).toBe('IncorrectStatus.Status');
    await routerStatus(cbn);
    expect((await attach()).code).toBe('OK');
  });

  test('cannot be deleted while they hold a connection or have a custom route table', async () => {
    const { cbn } = aCloud({
      ...ROUTER,
      vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-1' }],
      routeTables: [
        { TransitRouterRouteTableId: 'vtb-own', TransitRouterId: 'tr-1', TransitRouterRouteTableType: 'Custom' },
      ],
    });
    const remove = async () => (await cbn('DeleteTransitRouter', { TransitRouterId: 'tr-1' })).code;
    expect(await remove()).toBe('InvalidOperation.AttachedChildInstanceExist');
    await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-1' });
    for (let turn = 0; turn < 3; turn++) {
      await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' });
    }
    expect(await remove()).toBe('OperationFailed.DeleteTransitRouter');
    const table = { TransitRouterRouteTableId: 'vtb-own' };
    expect((await cbn('DeleteTransitRouterRouteTable', table)).code).toBe('OK');
    await cbn('ListTransitRouterRouteTables', { TransitRouterId: 'tr-1' });
    expect(await remove()).toBe('OK');
  });

  test('a client may wait for active transit routers', async () => {
    const { cbn } = aCloud(CEN);
    await cbn('CreateTransitRouter', { ...region, CenId: 'cen-1' });
    const active = async () =>
      rows((await cbn('ListTransitRouters', { ...region, Status: 'Active' })).body, 'TransitRouters').length;
    expect([await active(), await active()]).toEqual([0, 1]);
  });

  test('have address blocks that can be added and removed', async () => {
    const { cbn } = aCloud(ROUTER);
    const router = { ...region, TransitRouterId: 'tr-1' };
    const cidr = { ...router, Cidr: '10.9.0.0/24', Name: 'gateways' };
    const { TransitRouterCidrId } = (await cbn('CreateTransitRouterCidr', cidr)).body;
    expect((await cbn('CreateTransitRouterCidr', cidr)).code).toBe('InvalidCidr.Overlapped');
    const list = async () => rows((await cbn('ListTransitRouterCidr', router)).body, 'CidrLists');
    expect(await list()).toEqual([
      {
        TransitRouterId: 'tr-1',
        TransitRouterCidrId,
        Cidr: '10.9.0.0/24',
        Name: 'gateways',
        Description: '',
        Family: 'IPv4',
        PublishCidrRoute: true,
      },
    ]);
    const one = { ...router, TransitRouterCidrId: String(TransitRouterCidrId) };
    expect((await cbn('DeleteTransitRouterCidr', one)).code).toBe('OK');
    expect((await cbn('DeleteTransitRouterCidr', one)).code).toBe('InvalidTransitRouterCidrId.NotFound');
    expect(await list()).toEqual([]);
  });

  test('the zones of an account, and the service itself', async () => {
    const { cbn } = aCloud({});
    expect((await cbn('ListTransitRouterAvailableResource', region)).body).toMatchObject({
      MasterZones: ['eu-central-1a'],
      SlaveZones: ['eu-central-1b'],
      AvailableZones: ['eu-central-1a', 'eu-central-1b'],
    });
    expect((await cbn('ListTransitRouterAvailableResource', { RegionId: 'cn-fuzhou' })).body.AvailableZones).toEqual(
      [],
    );
    expect((await cbn('CheckTransitRouterService')).body.Enabled).toBe('true');
  });
});

describe('connections of another account', () => {
  const owned: EstateFile = {
    accounts: [{ accountId: A }, { accountId: B }],
    vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION }],
    cens: [{ CenId: 'cen-b', accountId: B }],
    transitRouters: [{ TransitRouterId: 'tr-b', RegionId: REGION, accountId: B, CenId: 'cen-b' }],
  };
  const grant = { ...region, InstanceType: 'VPN', InstanceId: 'vco-1', CenId: 'cen-b', CenOwnerId: B };
  const attach = { TransitRouterId: 'tr-b', VpnId: 'vco-1', VpnOwnerId: A };

  test('are attached once their owner has granted them, and not revoked while they are', async () => {
    const { cbn, vpc, clock } = aCloud(owned);
    expect((await cbn('CreateTransitRouterVpnAttachment', attach, B)).code).toBe(
      'OperationFailed.GrantCrossAccountNotExist',
    );
    expect((await cbn('GrantInstanceToTransitRouter', { ...grant, OrderType: 'PayByResourceOwner' })).code).toBe('OK');
    expect((await cbn('DescribeGrantRulesToResource', { ProductType: 'VPN', ResourceId: 'vco-1' })).body).toMatchObject(
      {
        GrantRules: [{ CenId: 'cen-b', CenOwnerId: Number(B), OrderType: 'PayByResourceOwner' }],
      },
    );
    expect((await cbn('DescribeGrantRulesToCen', { ProductType: 'VPN', CenId: 'cen-b' }, B)).body).toMatchObject({
      GrantRules: { GrantRule: [{ ChildInstanceId: 'vco-1', ChildInstanceOwnerId: Number(A) }] },
    });
    const own = { ...region, VpnConnectionId: 'vco-1' };
    expect((await vpc('DescribeVpnCrossAccountAuthorizations', own)).body).toMatchObject({
      CrossAccountAuthorizations: [
        { AliUid: Number(A), BindUid: Number(B), BindInstance: 'cen-b', CreationTime: clock.ms },
      ],
    });
    expect((await cbn('CreateTransitRouterVpnAttachment', attach, B)).code).toBe('OK');
    expect((await vpc('DescribeVpnConnection', own)).body).toMatchObject({
      TransitRouterId: 'tr-b',
      CrossAccountAuthorized: true,
    });
    expect((await cbn('RevokeInstanceFromTransitRouter', grant)).code).toBe('IncorrectStatus.Attachment');
  });

  test('a grant is revoked once, and ends with its connection', async () => {
    const { cbn, vpc, emulator } = aCloud(owned);
    await cbn('GrantInstanceToTransitRouter', grant);
    await cbn('GrantInstanceToTransitRouter', grant);
    expect(emulator.estate.grants).toHaveLength(1);
    expect((await cbn('RevokeInstanceFromTransitRouter', grant)).code).toBe('OK');
    expect((await cbn('RevokeInstanceFromTransitRouter', grant)).code).toBe(
      'OperationFailed.GrantCrossAccountNotExist',
    );
    await cbn('GrantInstanceToTransitRouter', grant);
    await vpc('DeleteVpnAttachment', { ...region, VpnConnectionId: 'vco-1' });
    await vpc('DescribeVpnConnections', region);
    expect(emulator.estate.grants).toEqual([]);
  });

  test('need no grant if the switch says so', async () => {
    const { cbn } = aCloud(owned, { behaviours: { crossAccountGrant: 'not-asked' } });
    expect((await cbn('CreateTransitRouterVpnAttachment', attach, B)).code).toBe('OK');
  });

  test.each<[Record<string, string>, string]>([
    [{ InstanceId: 'vco-9' }, 'InvalidInstanceId.NotFound'],
    [{ InstanceType: 'VPC' }, 'InvalidParameter'],
    [{ CenOwnerId: A }, 'ParameterCenInstanceId'],
    [{ CenId: 'cen-9' }, 'ParameterCenInstanceId'],
    [{ RegionId: 'cn-hangzhou' }, 'InvalidInstanceId.NotFound'],
    [{ OrderType: 'PayByNobody' }, 'InvalidParameter'],
  ])('a grant with %j: %s', async (change, code) => {
    expect((await aCloud(owned).cbn('GrantInstanceToTransitRouter', { ...grant, ...change })).code).toBe(code);
  });

  test('only the owner grants', async () => {
    expect((await aCloud(owned).cbn('GrantInstanceToTransitRouter', grant, B)).code).toBe('InvalidInstanceId.NotFound');
  });
});
