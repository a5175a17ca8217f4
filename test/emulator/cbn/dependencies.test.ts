import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { aCloud, at, B, REGION, rows } from '../emulator-support.ts';

const estate: EstateFile = {
  vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-1' }],
  transitRouters: [
    { TransitRouterId: 'tr-1', RegionId: REGION },
    { TransitRouterId: 'tr-2', RegionId: 'cn-hangzhou' },
  ],
  routeTables: [
    { TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' },
    { TransitRouterRouteTableId: 'vtb-2', TransitRouterId: 'tr-2' },
  ],
};
const attachment = { TransitRouterAttachmentId: 'tr-attach-1' };
const table = { TransitRouterRouteTableId: 'vtb-1' };
const pair = { ...attachment, ...table };
const route = {
  ...table,
  TransitRouterRouteEntryDestinationCidrBlock: '10.1.0.0/16',
  TransitRouterRouteEntryNextHopType: 'Attachment',
  TransitRouterRouteEntryNextHopId: 'tr-attach-1',
};

const open = () => {
  const cloud = aCloud(estate);
  const status = async (action: string, list: string, name: string, params: Record<string, string>) =>
    at((await cloud.cbn(action, params)).body, list, 0, name);
  return {
    ...cloud,
    association: () =>
      status('ListTransitRouterRouteTableAssociations', 'TransitRouterAssociations', 'Status', attachment),
    propagation: () => status('ListTransitRouterRouteTablePropagations', 'TransitRouterPropagations', 'Status', table),
    entry: () =>
      status('ListTransitRouterRouteEntries', 'TransitRouterRouteEntries', 'TransitRouterRouteEntryStatus', {
        ...table,
        TransitRouterRouteEntryStatus: 'All',
      }),
  };
};

describe('dependencies of an attachment', () => {
  test('an association can be made and removed, and an attachment has at most a single association', async () => {
    const { cbn, association } = open();
    const join = async () => (await cbn('AssociateTransitRouterAttachmentWithRouteTable', pair)).code;
    expect(await join()).toBe('OK');
    expect([await association(), await association()]).toEqual(['Associating', 'Active']);
    expect(await join()).toBe('AssociationExist.TransitRouterTable');
    expect((await cbn('DissociateTransitRouterAttachmentFromRouteTable', pair)).code).toBe('OK');
    expect([await association(), await association()]).toEqual(['Dissociating', undefined]);
    expect(await join()).toBe('OK');
  });

  test('a propagation can be made and removed, once for each table', async () => {
    const { cbn, propagation } = open();
    const enable = async () => (await cbn('EnableTransitRouterRouteTablePropagation', pair)).code;
    expect(await enable()).toBe('OK');
    expect([await propagation(), await propagation()]).toEqual(['Enabling', 'Active']);
    expect(await enable()).toBe('PropagationExist.TransitRouterTable');
    await cbn('DisableTransitRouterRouteTablePropagation', pair);
    expect([await propagation(), await propagation()]).toEqual(['Disabling', undefined]);
  });

  test('a route can be made and removed, once for each destination', async () => {
    const { cbn, entry } = open();
    const named = { ...route, TransitRouterRouteEntryName: 'site', TransitRouterRouteEntryDescription: 'to the site' };
    const { body } = await cbn('CreateTransitRouterRouteEntry', named);
    expect([await entry(), await entry()]).toEqual(['Creating', 'Active']);
    expect(at((await cbn('ListTransitRouterRouteEntries', table)).body, 'TransitRouterRouteEntries', 0)).toMatchObject({
      TransitRouterRouteEntryId: body.TransitRouterRouteEntryId,
      TransitRouterRouteEntryName: 'site',
      TransitRouterRouteEntryDescription: 'to the site',
      TransitRouterRouteEntryNextHopResourceId: 'vco-1',
      TransitRouterRouteEntryType: 'Static',
    });
    expect((await cbn('CreateTransitRouterRouteEntry', named)).code).toBe(
      'OperationFailed.CreateRouteEntryWithSameDestinationCidrBlock',
    );
    const id = { TransitRouterRouteEntryId: String(body.TransitRouterRouteEntryId) };
    expect((await cbn('DeleteTransitRouterRouteEntry', id)).code).toBe('OK');
    expect([await entry(), await entry()]).toEqual(['Deleting', undefined]);
  });

  test.each<[string, string, Record<string, string>, string]>([
    [
      'an attachment that is not there',
      'Associate',
      { TransitRouterAttachmentId: 'x' },
      'InvalidAttachmentId.NotFound',
    ],
    ['a table that is not there', 'Associate', { TransitRouterRouteTableId: 'x' }, 'InvalidRouteTableId.NotFound'],
    ['another router’s table', 'Associate', { TransitRouterRouteTableId: 'vtb-2' }, 'InvalidAttachmentId.NotFound'],
    ['a dry run', 'Associate', { DryRun: 'true' }, 'DryRunOperation'],
    ['another router’s table', 'Enable', { TransitRouterRouteTableId: 'vtb-2' }, 'InvalidAttachmentId.NotFound'],
    ['a dry run', 'Enable', { DryRun: 'true' }, 'DryRunOperation'],
  ])('%s cannot be joined (%s…): refused', async (_what, verb, change, code) => {
    const { cbn, emulator } = open();
    const action =
      verb === 'Enable' ? 'EnableTransitRouterRouteTablePropagation' : 'AssociateTransitRouterAttachmentWithRouteTable';
    expect((await cbn(action, { ...pair, ...change })).code).toBe(code);
    expect([emulator.estate.associations, emulator.estate.propagations]).toEqual([[], []]);
  });

  test.each<[Record<string, string>, string]>([
    [{ TransitRouterRouteEntryNextHopId: '' }, 'MissingParam.TransitRouterRouteEntryNextHopId'],
    [{ TransitRouterRouteEntryNextHopId: 'tr-attach-9' }, 'InvalidAttachmentId.NotFound'],
    [{ TransitRouterRouteEntryNextHopType: 'Tunnel' }, 'IllegalParam.NextHopType'],
    [{ TransitRouterRouteEntryNextHopType: 'BlackHole' }, 'InvalidParameter'],
    [{ TransitRouterRouteEntryDestinationCidrBlock: 'all' }, 'InvalidParameter'],
    [{ DryRun: 'true' }, 'DryRunOperation'],
  ])('a route with %j: %s', async (change, code) => {
    const { cbn, emulator } = open();
    expect((await cbn('CreateTransitRouterRouteEntry', { ...route, ...change })).code).toBe(code);
    expect(emulator.estate.routeEntries).toEqual([]);
  });

  test('an attachment that is detaching gets no more dependencies', async () => {
    const { cbn } = open();
    await cbn('DeleteTransitRouterVpnAttachment', attachment);
    expect((await cbn('AssociateTransitRouterAttachmentWithRouteTable', pair)).code).toBe('IncorrectStatus.Status');
    expect((await cbn('CreateTransitRouterRouteEntry', route)).code).toBe('IncorrectStatus.Status');
  });
});

describe('route tables', () => {
  test('are made, listed by filters, and deleted', async () => {
    const { cbn } = open();
    const { body } = await cbn('CreateTransitRouterRouteTable', {
      TransitRouterId: 'tr-1',
      TransitRouterRouteTableName: 'own',
      'RouteTableOptions.MultiRegionECMP': 'enable',
      'Tag.1.Key': 'env',
    });
    const id = String(body.TransitRouterRouteTableId);
    const list = async (params: Record<string, string> = {}) =>
      rows(
        (await cbn('ListTransitRouterRouteTables', { TransitRouterId: 'tr-1', ...params })).body,
        'TransitRouterRouteTables',
      );
    expect(await list({ TransitRouterRouteTableType: 'Custom' })).toMatchObject([
      {
        TransitRouterRouteTableId: id,
        TransitRouterRouteTableStatus: 'Creating',
        RouteTableOptions: { MultiRegionECMP: 'enable' },
        Tags: [{ Key: 'env', Value: '' }],
      },
    ]);
    expect(await list({ 'TransitRouterRouteTableNames.1': 'own' })).toMatchObject([
      { TransitRouterRouteTableStatus: 'Active' },
    ]);
    expect(await list({ 'TransitRouterRouteTableIds.1': 'vtb-1' })).toMatchObject([
      { TransitRouterRouteTableType: 'System' },
    ]);
    await cbn('AssociateTransitRouterAttachmentWithRouteTable', { ...attachment, TransitRouterRouteTableId: id });
    const remove = async (TransitRouterRouteTableId: string, account?: string) =>
      (await cbn('DeleteTransitRouterRouteTable', { TransitRouterRouteTableId }, account)).code;
    expect(await remove(id)).toBe('IncorrectStatus.RouteTable');
    expect(await remove('vtb-1')).toBe('IncorrectStatus.RouteTable');
    expect(await remove(id, B)).toBe('InvalidTransitRouterRouteTableId.NotFound');
    for (let turn = 0; turn < 2; turn++) {
      await cbn('ListTransitRouterRouteTableAssociations', attachment);
    }
    await cbn('DissociateTransitRouterAttachmentFromRouteTable', { ...attachment, TransitRouterRouteTableId: id });
    for (let turn = 0; turn < 2; turn++) {
      await cbn('ListTransitRouterRouteTableAssociations', attachment);
    }
    expect(await remove(id)).toBe('OK');
    expect([(await list()).length, (await list()).length]).toEqual([2, 1]);
  });
});

describe('attachments', () => {
  test('keep the settings of their creation, and can be renamed', async () => {
    const { cbn } = aCloud({ ...estate, vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION }] });
    const { body } = await cbn('CreateTransitRouterVpnAttachment', {
      TransitRouterId: 'tr-1',
      VpnId: 'vco-1',
      TransitRouterAttachmentName: 'site',
      TransitRouterAttachmentDescription: 'to the site',
      AutoPublishRouteEnabled: 'false',
      'Zone.1.ZoneId': 'eu-central-1b',
    });
    const id = { TransitRouterAttachmentId: String(body.TransitRouterAttachmentId) };
    const show = async () => at((await cbn('ListTransitRouterVpnAttachments', id)).body, 'TransitRouterAttachments', 0);
    expect(await show()).toMatchObject({
      TransitRouterAttachmentName: 'site',
      TransitRouterAttachmentDescription: 'to the site',
      AutoPublishRouteEnabled: false,
      ChargeType: 'POSTPAY',
      Zones: [{ ZoneId: 'eu-central-1b' }],
    });
    const rename = (change: Record<string, string>) =>
      cbn('UpdateTransitRouterVpnAttachmentAttribute', { ...id, TransitRouterAttachmentName: 'other', ...change });
    expect((await rename({})).code).toBe('IncorrectStatus.Status');
    await show();
    expect((await rename({ DryRun: 'true' })).code).toBe('DryRunOperation');
    expect((await rename({ OrderType: 'PayByResourceOwner' })).code).toBe('OK');
    expect(await show()).toMatchObject({
      TransitRouterAttachmentName: 'other',
      TransitRouterAttachmentDescription: 'to the site',
      OrderType: 'PayByResourceOwner',
    });
    expect((await cbn('UpdateTransitRouterVpnAttachmentAttribute', id, B)).code).toBe(
      'InvalidTransitRouterAttachmentId.NotFound',
    );
  });

  test.each<[string, Record<string, string>]>([
    ['zones for two tunnels', { 'Zone.1.ZoneId': 'eu-central-1a' }],
    ['another way to pay', { ChargeType: 'PREPAY' }],
    ['another region', { RegionId: 'cn-hangzhou' }],
    ['a link as its name', { TransitRouterAttachmentName: 'http://x' }],
  ])('%s: refused', async (_what, change) => {
    const dual = { VpnConnectionId: 'vco-2', regionId: REGION, TunnelOptions: [{}, {}] };
    const { cbn, emulator } = aCloud({ ...estate, vpnConnections: [dual] });
    const params = { TransitRouterId: 'tr-1', VpnId: 'vco-2', ...change };
    expect((await cbn('CreateTransitRouterVpnAttachment', params)).code).toBe('InvalidParameter');
    expect(emulator.estate.attachments).toEqual([]);
  });
});

describe('tags of CBN resources', () => {
  test.each([
    ['Cen', 'cen-1000000000000001'],
    ['TransitRouter', 'tr-1'],
    ['TRANSITROUTERVPNATTACHMENT', 'tr-attach-1'],
    ['TransitRouterRouteTable', 'vtb-1'],
  ])('%s: written, listed in pages, filtered, and removed', async (ResourceType, id) => {
    const { cbn } = open();
    const one = { ResourceType, 'ResourceId.1': id };
    const tags = { 'Tag.1.Key': 'a', 'Tag.1.Value': '1', 'Tag.2.Key': 'b', 'Tag.2.Value': '2' };
    expect((await cbn('TagResources', { ...one, ...tags })).code).toBe('OK');
    const first = (await cbn('ListTagResources', { ...one, PageSize: '1' })).body;
    expect(rows(first, 'TagResources', 'TagResource')).toMatchObject([{ ResourceId: id, TagKey: 'a', TagValue: '1' }]);
    const second = (await cbn('ListTagResources', { ...one, PageSize: '1', NextToken: String(first.NextToken) })).body;
    expect(rows(second, 'TagResources', 'TagResource')).toMatchObject([{ TagKey: 'b' }]);
    expect(second.NextToken).toBe('');
    expect(
      rows((await cbn('ListTagResources', { ResourceType, 'Tag.1.Key': 'a' })).body, 'TagResources', 'TagResource'),
    ).toHaveLength(2);
    expect((await cbn('UntagResources', { ...one, 'TagKey.1': 'a' })).code).toBe('OK');
    const left = (await cbn('ListTagResources', one)).body;
    expect(rows(left, 'TagResources', 'TagResource')).toMatchObject([{ TagKey: 'b' }]);
    expect((await cbn('TagResources', { ...one, ...tags }, B)).code).toBe('InvalidResourceId.NotFound');
  });

  test('the VPC spelling of its name is unknown here, and the CBN spelling is unknown there', async () => {
    const { cbn, vpc } = open();
    expect(await cbn('UnTagResources')).toMatchObject({ status: 404, code: 'InvalidAction.NotFound' });
    expect(await vpc('UntagResources')).toMatchObject({ status: 404, code: 'InvalidAction.NotFound' });
  });
});
