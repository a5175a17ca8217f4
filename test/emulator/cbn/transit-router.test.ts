import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { A, aCloud, at, B, REGION, rows } from '../emulator-support.ts';

const estate: EstateFile = {
  vpnConnections: [
    { VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-1' },
    { VpnConnectionId: 'vco-2', regionId: REGION, TransitRouterId: 'tr-1' },
    { VpnConnectionId: 'vco-3', regionId: REGION },
  ],
  transitRouters: [
    { TransitRouterId: 'tr-1', RegionId: REGION, CenId: 'cen-1', TransitRouterName: 'one', tags: { a: 'b' } },
    { TransitRouterId: 'tr-2', RegionId: 'cn-hangzhou', CenId: 'cen-1', Type: 'Basic' },
  ],
  routeTables: [{ TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' }],
  associations: [{ TransitRouterAttachmentId: 'tr-attach-1', TransitRouterRouteTableId: 'vtb-1' }],
  propagations: [{ TransitRouterAttachmentId: 'tr-attach-1', TransitRouterRouteTableId: 'vtb-1' }],
  routeEntries: [
    {
      TransitRouterRouteEntryId: 'rte-1',
      TransitRouterRouteTableId: 'vtb-1',
      TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
      TransitRouterRouteEntryNextHopId: 'tr-attach-1',
    },
    {
      TransitRouterRouteTableId: 'vtb-1',
      TransitRouterRouteEntryDestinationCidrBlock: '10.1.0.0/16',
      TransitRouterRouteEntryNextHopId: 'tr-attach-2',
      TransitRouterRouteEntryType: 'Propagated',
      TransitRouterRouteEntryStatus: 'Standby',
    },
  ],
};

describe('ListTransitRouters and DescribeCens', () => {
  const find = async (params: Record<string, string>, account?: string) =>
    rows((await aCloud(estate).cbn('ListTransitRouters', params, account)).body, 'TransitRouters').map(
      (row) => row.TransitRouterId,
    );

  test('find the caller’s own, by region, id, CEN, name, type and tag', async () => {
    expect(await find({ RegionId: REGION })).toEqual(['tr-1']);
    expect(await find({ CenId: 'cen-1' })).toEqual(['tr-1', 'tr-2']);
    expect(await find({ TransitRouterId: 'tr-2' })).toEqual(['tr-2']);
    expect(await find({ TransitRouterId: 'tr-9' })).toEqual([]);
    expect(await find({ CenId: 'cen-1', Type: 'Basic' })).toEqual(['tr-2']);
    expect(await find({ CenId: 'cen-1', TransitRouterName: 'one' })).toEqual(['tr-1']);
    expect(await find({ CenId: 'cen-1', 'Tag.1.Key': 'a' })).toEqual(['tr-1']);
    expect(await find({ CenId: 'cen-1' }, B)).toEqual([]);
  });

  test('need a region, an id or a CEN', async () => {
    const reply = await aCloud(estate).cbn('ListTransitRouters', { Type: 'Basic' });
    expect(reply).toMatchObject({ status: 400, code: 'InvalidParameterCombination.TransitRouter' });
  });

  test('account ids are numbers here', async () => {
    const { body } = await aCloud(estate).cbn('ListTransitRouters', { RegionId: REGION });
    expect(at(body, 'TransitRouters', 0)).toMatchObject({
      AliUid: 1_000_000_000_000_001,
      Status: 'Active',
      Type: 'Enterprise',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
  });

  test('CENs by filter', async () => {
    const { cbn } = aCloud(estate);
    const list = async (params: Record<string, string>) =>
      rows((await cbn('DescribeCens', params)).body, 'Cens', 'Cen').map((row) => row.CenId);
    expect(await list({})).toEqual(['cen-1']);
    expect(await list({ 'Filter.1.Key': 'CenId', 'Filter.1.Value.1': 'cen-9' })).toEqual([]);
    expect(await list({ 'Filter.1.Key': 'CenId', 'Filter.1.Value.1': 'cen-9', 'Filter.1.Value.2': 'cen-1' })).toEqual([
      'cen-1',
    ]);
  });
});

describe('ListTransitRouterVpnAttachments', () => {
  const cloud = aCloud(estate);
  const find = async (params: Record<string, string>) =>
    rows((await cloud.cbn('ListTransitRouterVpnAttachments', params)).body, 'TransitRouterAttachments').map(
      (row) => row.VpnId,
    );

  test('has three forms, and any other request finds nothing', async () => {
    expect(await find({ TransitRouterId: 'tr-1' })).toEqual(['vco-1', 'vco-2']);
    expect(await find({ TransitRouterAttachmentId: 'tr-attach-2' })).toEqual(['vco-2']);
    expect(await find({ CenId: 'cen-1', RegionId: REGION })).toEqual(['vco-1', 'vco-2']);
    expect(await find({ CenId: 'cen-1', RegionId: 'cn-hangzhou' })).toEqual([]);
    expect(await find({ TransitRouterId: 'tr-9' })).toEqual([]);
    expect(await find({ VpnId: 'vco-1' })).toEqual([]);
    expect(await find({ RegionId: REGION })).toEqual([]);
  });

  test('no filter at all can be refused', async () => {
    const strict = aCloud(estate, { behaviours: { listUnfiltered: 'refused' } });
    expect((await strict.cbn('ListTransitRouterVpnAttachments', {})).code).toBe('InvalidParameter');
  });

  test('pages by token', async () => {
    const page = async (more: Record<string, string>) =>
      (await cloud.cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1', MaxResults: '1', ...more })).body;
    const first = await page({});
    expect(first).toMatchObject({ TotalCount: 2, MaxResults: 1, NextToken: expect.any(String) });
    const second = await page({ NextToken: String(first.NextToken) });
    expect(at(second, 'TransitRouterAttachments', 0)).toMatchObject({
      TransitRouterAttachmentId: 'tr-attach-2',
      ResourceType: 'VPN',
      Status: 'Attached',
      VpnOwnerId: 1_000_000_000_000_001,
      CreationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/),
      Tags: [],
      Zones: [],
    });
    expect(second).not.toHaveProperty('NextToken');
  });
});

describe('route tables', () => {
  const table = { TransitRouterRouteTableId: 'vtb-1' };

  test('lists of tables, associations, propagations and routes', async () => {
    const { cbn } = aCloud(estate);
    expect((await cbn('ListTransitRouterRouteTables', { TransitRouterId: 'tr-1' })).body).toMatchObject({
      TransitRouterRouteTables: [
        { ...table, TransitRouterRouteTableType: 'System', TransitRouterRouteTableStatus: 'Active' },
      ],
    });
    const link = {
      TransitRouterAttachmentId: 'tr-attach-1',
      ResourceId: 'vco-1',
      ResourceType: 'VPN',
      Status: 'Active',
    };
    for (const params of [
      table,
      { TransitRouterAttachmentId: 'tr-attach-1' },
      { ...table, TransitRouterAttachmentResourceId: 'vco-1' },
    ]) {
      const { body } = await cbn('ListTransitRouterRouteTableAssociations', params);
      expect(body).toMatchObject({ TotalCount: 1, TransitRouterAssociations: [link] });
    }
    expect(
      (await cbn('ListTransitRouterRouteTableAssociations', { ...table, Status: 'Associating' })).body,
    ).toMatchObject({ TotalCount: 0 });
    expect((await cbn('ListTransitRouterRouteTableAssociations', {})).body).toMatchObject({ TotalCount: 0 });
    expect((await cbn('ListTransitRouterRouteTablePropagations', table)).body).toMatchObject({
      TransitRouterPropagations: [link],
    });
    expect((await cbn('ListTransitRouterRouteTablePropagations', {})).code).toBe('MissingTransitRouterRouteTableId');
  });

  test('only active routes are listed unless a status is asked for', async () => {
    const { cbn } = aCloud(estate);
    const find = async (more: Record<string, string>) =>
      rows((await cbn('ListTransitRouterRouteEntries', { ...table, ...more })).body, 'TransitRouterRouteEntries').map(
        (row) => row.TransitRouterRouteEntryDestinationCidrBlock,
      );
    expect(await find({})).toEqual(['10.0.0.0/8']);
    expect(await find({ TransitRouterRouteEntryStatus: 'All' })).toEqual(['10.0.0.0/8', '10.1.0.0/16']);
    expect(await find({ TransitRouterRouteEntryStatus: 'Standby' })).toEqual(['10.1.0.0/16']);
    expect(await find({ TransitRouterRouteEntryNextHopResourceId: 'vco-2' })).toEqual([]);
    expect(
      await find({ TransitRouterRouteEntryNextHopId: 'tr-attach-1', TransitRouterRouteEntryType: 'Static' }),
    ).toEqual(['10.0.0.0/8']);
  });

  test('another account sees nothing of them', async () => {
    const { cbn } = aCloud(estate);
    for (const action of [
      'ListTransitRouterRouteTables',
      'ListTransitRouterRouteTableAssociations',
      'ListTransitRouterRouteTablePropagations',
      'ListTransitRouterRouteEntries',
    ]) {
      expect((await cbn(action, { ...table, TransitRouterId: 'tr-1' }, B)).body).toMatchObject({ TotalCount: 0 });
    }
  });
});

describe('removing the dependencies of an attachment', () => {
  const link = { TransitRouterAttachmentId: 'tr-attach-1', TransitRouterRouteTableId: 'vtb-1' };

  test.each([
    [
      'DissociateTransitRouterAttachmentFromRouteTable',
      'ListTransitRouterRouteTableAssociations',
      'TransitRouterAssociations',
      'Dissociating',
    ],
    [
      'DisableTransitRouterRouteTablePropagation',
      'ListTransitRouterRouteTablePropagations',
      'TransitRouterPropagations',
      'Disabling',
    ],
  ])('%s takes a while', async (action, listing, key, status) => {
    const { cbn } = aCloud(estate, { behaviours: { dependencyPolls: 1 } });
    const listed = async () => at((await cbn(listing, link)).body, key, 0, 'Status');
    expect((await cbn(action, { ...link, DryRun: 'true' })).code).toBe('DryRunOperation');
    expect((await cbn(action, link)).code).toBe('OK');
    expect(await cbn(action, link)).toMatchObject({ status: 400, code: 'IncorrectStatus.AttachmentOrRouteTable' });
    expect([await listed(), await listed()]).toEqual([status, undefined]);
    expect((await cbn(action, { ...link, TransitRouterAttachmentId: 'tr-attach-9' })).code).toBe(
      'InvalidAttachmentId.NotFound',
    );
    expect(await cbn(action, { ...link, TransitRouterRouteTableId: 'vtb-9' })).toMatchObject({
      status: 404,
      code: 'InvalidRouteTableId.NotFound',
    });
  });

  test('a route is removed by its id, or by its destination', async () => {
    const place = {
      TransitRouterRouteTableId: 'vtb-1',
      TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
      TransitRouterRouteEntryNextHopType: 'Attachment',
      TransitRouterRouteEntryNextHopId: 'tr-attach-1',
    };
    for (const params of [{ TransitRouterRouteEntryId: 'rte-1' }, place]) {
      const { cbn, emulator } = aCloud(estate, { behaviours: { dependencyPolls: 0 } });
      expect((await cbn('DeleteTransitRouterRouteEntry', params)).code).toBe('OK');
      await cbn('ListTransitRouters', { RegionId: REGION });
      expect(emulator.estate.routeEntries).toHaveLength(1);
    }
  });

  test.each([
    [{ TransitRouterRouteEntryId: 'rte-9' }, 'IllegalParam.TransitRouterRouteEntryId'],
    [
      { TransitRouterRouteEntryId: 'rte-1', TransitRouterRouteTableId: 'vtb-1' },
      'ParamExclusive.RouteEntryIdAndRouteTableIdOrDestCidrBlock',
    ],
    [
      {
        TransitRouterRouteTableId: 'vtb-1',
        TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
        TransitRouterRouteEntryNextHopType: 'Attachment',
      },
      'MissingParam.TransitRouterRouteEntryNextHopId',
    ],
    [
      {
        TransitRouterRouteTableId: 'vtb-1',
        TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
        TransitRouterRouteEntryNextHopType: 'Road',
      },
      'IllegalParam.NextHopType',
    ],
    [
      {
        TransitRouterRouteTableId: 'vtb-1',
        TransitRouterRouteEntryDestinationCidrBlock: '10.9.0.0/16',
        TransitRouterRouteEntryNextHopType: 'BlackHole',
      },
      'InvalidDestinationCidrBlock.NotFound',
    ],
    [
      {
        TransitRouterRouteTableId: 'vtb-1',
        TransitRouterRouteEntryDestinationCidrBlock: '10.1.0.0/16',
        TransitRouterRouteEntryNextHopType: 'Attachment',
        TransitRouterRouteEntryNextHopId: 'tr-attach-2',
      },
      'OperationFailed.DeleteTransitRouterRouteEntry',
    ],
    [{}, 'MissingTransitRouterRouteEntryId'],
  ])('deleting a route by %j is refused: %s', async (params, code) => {
    expect((await aCloud(estate).cbn('DeleteTransitRouterRouteEntry', params as Record<string, string>)).code).toBe(
      code,
    );
  });
});

describe('CreateTransitRouterVpnAttachment', () => {
  const params = { VpnId: 'vco-3', TransitRouterId: 'tr-1', RegionId: REGION };

  test('attaches after a while, on both sides, with nothing associated', async () => {
    const { cbn, vpc } = aCloud(estate, { behaviours: { attachPolls: 1 } });
    const { body } = await cbn('CreateTransitRouterVpnAttachment', { ...params, TransitRouterAttachmentName: 'n' });
    const id = String(body.TransitRouterAttachmentId);
    const seen = async () => {
      const own = await vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: 'vco-3' });
      const other = await cbn('ListTransitRouterVpnAttachments', { TransitRouterAttachmentId: id });
      return [
        own.body.State,
        own.body.AttachType,
        own.body.TransitRouterId,
        at(other.body, 'TransitRouterAttachments', 0, 'Status'),
      ];
    };
    expect(await seen()).toEqual(['attaching', 'CEN', 'tr-1', 'Attaching']);
    expect(await seen()).toEqual(['attached', 'CEN', 'tr-1', 'Attached']);
    expect(
      (await cbn('ListTransitRouterRouteTableAssociations', { TransitRouterAttachmentId: id })).body,
    ).toMatchObject({ TotalCount: 0 });
  });

  test('finds the transit router by CEN and region as well', async () => {
    const { cbn } = aCloud(estate);
    expect(
      (
        await cbn('CreateTransitRouterVpnAttachment', {
          VpnId: 'vco-3',
          CenId: 'cen-1',
          RegionId: REGION,
          DryRun: 'true',
        })
      ).code,
    ).toBe('DryRunOperation');
  });

  test.each([
    [{ TransitRouterId: 'tr-9' }, 'InvalidTransitRouterId.NotFound'],
    [{ TransitRouterId: 'tr-2' }, 'OperationUnsupported.TransitRouterType'],
    [{ VpnId: 'vco-9' }, 'InvalidVpnId.NotFound'],
    [{ VpnId: 'vco-1' }, 'IncorrectStatus.Status'],
  ])('%j: %s', async (change, code) => {
    expect(
      (await aCloud(estate).cbn('CreateTransitRouterVpnAttachment', { ...params, ...change } as Record<string, string>))
        .code,
    ).toBe(code);
  });
});

describe('the two sides of an attachment', () => {
  const owned = {
    accounts: [{ accountId: A }, { accountId: B }],
    vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION }],
    transitRouters: [
      { TransitRouterId: 'tr-1', RegionId: REGION },
      { TransitRouterId: 'tr-foreign', RegionId: REGION, accountId: B },
    ],
  };

  test('`cbn-first`: the transit router lists a new attachment while the connection still says it is bound to nothing', async () => {
    const behaviours = { attachOrder: 'cbn-first', attachPolls: null, attachMs: 5_000 } as const;
    const { cbn, vpc, emulator, clock } = aCloud(owned, { behaviours });
    const attach = () =>
      cbn('CreateTransitRouterVpnAttachment', { RegionId: REGION, VpnId: 'vco-1', TransitRouterId: 'tr-1' });
    const look = async () => {
      await vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: 'vco-1' });
      const { vpnConnections, attachments } = emulator.estate;
      return [vpnConnections[0]?.AttachType, vpnConnections[0]?.State, attachments[0]?.Status];
    };
    expect((await attach()).code).toBe('OK');
    expect(await look()).toEqual(['NO_ASSOCIATED', 'init', 'Attaching']);
    expect((await attach()).code).toBe('IncorrectStatus.Status');
    clock.ms += 5_000;
    expect(await look()).toEqual(['CEN', 'attached', 'Attached']);
    expect(emulator.estate.vpnConnections[0]?.TransitRouterId).toBe('tr-1');
  });

  test.each([
    ['cleared', false],
    ['kept', true],
  ] as const)('after a detach from another account’s, CrossAccountAuthorized is %s', async (kept, expected) => {
    const [connection] = owned.vpnConnections;
    const bound = {
      ...owned,
      vpnConnections: [{ ...connection, VpnConnectionId: 'vco-1', TransitRouterId: 'tr-foreign' }],
    };
    const behaviours = { crossAccountAfterDetach: kept, detachPolls: 0, detachSecondPolls: 0 };
    const { cbn, vpc, emulator } = aCloud(bound, { behaviours });
    const [attachment] = emulator.estate.attachments;
    const id = attachment?.TransitRouterAttachmentId ?? '';
    await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: id }, B);
    const { body } = await vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: 'vco-1' });
    expect(body).toMatchObject({ AttachType: 'NO_ASSOCIATED', State: 'init', CrossAccountAuthorized: expected });
  });
});
