import { describe, expect, test } from 'vitest';
import type { Behaviours } from '../../../lib/emulator/behaviours.ts';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { A, aCloud, at, B, CBN, KEY, REGION, rows, send, v1 } from '../emulator-support.ts';

const bound: EstateFile = {
  vpnConnections: [
    {
      VpnConnectionId: 'vco-1',
      regionId: REGION,
      TransitRouterId: 'tr-1',
      TunnelOptions: [{ InternetIp: '203.0.113.8' }, {}],
    },
  ],
};
const ID = { TransitRouterAttachmentId: 'tr-attach-1' };

const sides = (cloud: ReturnType<typeof aCloud>) => ({
  cbn: async () => {
    const { body } = await cloud.cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' });
    return String(at(body, 'TransitRouterAttachments', 0, 'Status') ?? 'absent');
  },
  vpc: async () => {
    const { body } = await cloud.vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: 'vco-1' });
    return `${body.State} ${body.AttachType}`;
  },
});

const times = async (count: number, read: () => Promise<string>): Promise<string[]> => {
  const seen: string[] = [];
  for (let turn = 0; turn < count; turn++) {
    seen.push(await read());
  }
  return seen;
};

const detached = async (behaviours: Partial<Behaviours> = {}) => {
  const cloud = aCloud(bound, { behaviours });
  expect(await cloud.cbn('DeleteTransitRouterVpnAttachment', ID)).toMatchObject({ status: 200 });
  return { ...cloud, ...sides(cloud), raw: cloud };
};

describe('detaching', () => {
  test('is seen detaching for n reads, then the VPC side for m more', async () => {
    const { cbn, vpc } = await detached({ detachPolls: 3, detachSecondPolls: 2 });
    expect(await vpc()).toBe('detaching CEN');
    expect(await times(4, cbn)).toEqual(['Detaching', 'Detaching', 'Detaching', 'absent']);
    expect(await times(3, vpc)).toEqual(['detaching CEN', 'detaching CEN', 'init NO_ASSOCIATED']);
  });

  test('by time alone, both sides follow the clock', async () => {
    const { cbn, vpc, clock } = await detached({
      detachPolls: null,
      detachMs: 90_000,
      detachSecondPolls: null,
      detachSecondMs: 10_000,
    });
    clock.ms += 89_999;
    expect(await times(5, cbn)).toEqual(Array(5).fill('Detaching'));
    clock.ms += 1;
    expect([await cbn(), await vpc()]).toEqual(['absent', 'detaching CEN']);
    clock.ms += 10_000;
    expect(await vpc()).toBe('init NO_ASSOCIATED');
  });

  test('after a long pause both sides are finished, in either order of reads', async () => {
    const { vpc, clock } = await detached({
      detachPolls: null,
      detachMs: 60_000,
      detachSecondPolls: null,
      detachSecondMs: 30_000,
    });
    clock.ms += 90_000;
    expect(await vpc()).toBe('init NO_ASSOCIATED');
  });

  test('the VPC side may be the first', async () => {
    const { cbn, vpc } = await detached({ detachOrder: 'vpc-first', detachPolls: 1, detachSecondPolls: 1 });
    expect(await times(2, vpc)).toEqual(['detaching CEN', 'init NO_ASSOCIATED']);
    expect(await times(2, cbn)).toEqual(['Detaching', 'absent']);
  });

  test('by default, the connection can be deleted as soon as the transit router does not list it', async () => {
    const { cbn, raw } = await detached();
    while ((await cbn()) !== 'absent') {
      expect(await cbn()).toMatch(/^(Detaching|absent)$/);
    }
    const { code } = await raw.vpc('DeleteVpnAttachment', { RegionId: REGION, VpnConnectionId: 'vco-1' });
    expect(code).toBe('OK');
  });

  test('leaves nothing of the transit router behind', async () => {
    const { emulator, cbn, vpc } = await detached({ detachPolls: 0, detachSecondPolls: 0 });
    await cbn();
    expect(await vpc()).toBe('init NO_ASSOCIATED');
    const [connection] = emulator.estate.vpnConnections;
    expect(connection).toMatchObject({ CrossAccountAuthorized: false, Status: 'ike_sa_not_established' });
    for (const name of ['TransitRouterId', 'AttachInstanceId', 'InternetIp', 'pending']) {
      expect(connection).not.toHaveProperty(name);
    }
    expect(connection?.TunnelOptions?.[0]).not.toHaveProperty('InternetIp');
  });

  test('removes dependencies that were added meanwhile', async () => {
    const link = { TransitRouterAttachmentId: 'tr-attach-1', TransitRouterRouteTableId: 'vtb-1' };
    const { cbn, emulator } = await detached({ detachPolls: 1 });
    emulator.estate.associations.push({ ...link, Status: 'Active' });
    emulator.estate.routeEntries.push({
      TransitRouterRouteTableId: 'vtb-1',
      TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
      TransitRouterRouteEntryNextHopId: 'tr-attach-1',
      TransitRouterRouteEntryType: 'Propagated',
    });
    expect(await times(2, cbn)).toEqual(['Detaching', 'absent']);
    expect(emulator.estate).toMatchObject({ associations: [], routeEntries: [] });
  });

  test('leaves a connection alone that says it is bound elsewhere', async () => {
    const { cbn, emulator } = aCloud({
      ...bound,
      attachments: [{ ...ID, VpnId: 'vco-1', TransitRouterId: 'tr-2' }],
      transitRouters: [{ TransitRouterId: 'tr-2', RegionId: REGION }],
    });
    await cbn('DeleteTransitRouterVpnAttachment', ID);
    expect(emulator.estate).toMatchObject({
      attachments: [{ Status: 'Detaching' }],
      vpnConnections: [{ State: 'attached' }],
    });
  });

  test('a stale read does not count as a read of the present', async () => {
    const { raw, cbn, emulator } = await detached({ detachPolls: 1 });
    const tag = { RegionId: REGION, ResourceType: 'VPNATTACHMENT', 'ResourceId.1': 'vco-1', 'Tag.1.Key': 'a' };
    expect((await raw.vpc('TagResources', tag)).code).toBe('OK');
    emulator.setFaults([{ fault: { kind: 'stale', reads: 3 } }]);
    expect(await times(5, cbn)).toEqual(['Detaching', 'Detaching', 'Detaching', 'Detaching', 'absent']);
  });

  test('a delete in between is told to wait, and works afterwards', async () => {
    const { raw, cbn, vpc } = await detached({ detachPolls: 0, detachSecondPolls: 1 });
    const remove = async () =>
      (await raw.vpc('DeleteVpnAttachment', { RegionId: REGION, VpnConnectionId: 'vco-1' })).code;
    await cbn();
    expect(await remove()).toBe('Vco.StatusNotSupport');
    await vpc();
    expect(await remove()).toBe('OK');
  });
});

describe('the answers to a detach', () => {
  const table = { TransitRouterRouteTableId: 'vtb-1' };
  const link = { ...ID, ...table };
  const route = {
    ...table,
    TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
    TransitRouterRouteEntryNextHopId: ID.TransitRouterAttachmentId,
    TransitRouterRouteEntryId: 'rte-1',
  };

  test.each<[string, EstateFile, string]>([
    [
      'everything',
      { associations: [link], propagations: [link], routeEntries: [route] },
      'OperationFailed.RouteTableAssociationExist',
    ],
    ['an association', { associations: [link] }, 'OperationFailed.RouteTableAssociationExist'],
    [
      'a propagation and a route',
      { propagations: [link], routeEntries: [route] },
      'OperationFailed.RouteTablePropagationExist',
    ],
    ['a static route', { routeEntries: [route] }, 'OperationFailed.RouteEntryExist'],
    ['a route that was learnt', { routeEntries: [{ ...route, TransitRouterRouteEntryType: 'Propagated' }] }, 'OK'],
    ['nothing', {}, 'OK'],
  ])('with %s on it: %s', async (_what, estate, code) => {
    const { cbn, emulator } = aCloud({ ...bound, ...estate });
    expect((await cbn('DeleteTransitRouterVpnAttachment', { ...ID, DryRun: 'true' })).code).toBe(
      code === 'OK' ? 'DryRunOperation' : code,
    );
    expect(emulator.estate.attachments).toMatchObject([{ Status: 'Attached' }]);
    expect(await cbn('DeleteTransitRouterVpnAttachment', ID)).toMatchObject({
      code,
      status: code === 'OK' ? 200 : 400,
    });
  });

  test('Force removes the dependencies', async () => {
    const { cbn, emulator } = aCloud({ ...bound, associations: [link], propagations: [link], routeEntries: [route] });
    expect((await cbn('DeleteTransitRouterVpnAttachment', { ...ID, Force: 'true' })).code).toBe('OK');
    expect(emulator.estate).toMatchObject({
      associations: [],
      propagations: [],
      routeEntries: [],
      attachments: [{ Status: 'Detaching' }],
    });
  });

  test('Force may not be possible', async () => {
    const { cbn } = aCloud(bound, { behaviours: { forceDelete: 'not-supported' } });
    const reply = await cbn('DeleteTransitRouterVpnAttachment', { ...ID, Force: 'true' });
    expect(reply).toMatchObject({ status: 400, code: 'OperationFailed.NotSupportForceDelete' });
  });

  test('an unknown id is a success without effect, or refused', async () => {
    const unknown = { TransitRouterAttachmentId: 'tr-attach-none' };
    const cloud = aCloud(bound);
    expect((await cloud.cbn('DeleteTransitRouterVpnAttachment', unknown)).body).toEqual({
      RequestId: expect.any(String),
    });
    expect(cloud.emulator.calls[0]).not.toHaveProperty('effect');
    cloud.emulator.setBehaviours({ deleteAttachmentUnknown: 'refused' });
    const reply = await cloud.cbn('DeleteTransitRouterVpnAttachment', unknown);
    expect(reply).toMatchObject({ status: 400, code: 'InvalidTransitRouterAttachmentId.NotFound' });
  });

  test.each(['attaching', 'detaching', 'updating', 'upgrading'])('a connection that is %s is busy', async (State) => {
    const { cbn } = aCloud({
      vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-1', State }],
    });
    expect(await cbn('DeleteTransitRouterVpnAttachment', ID)).toMatchObject({
      status: 400,
      code: 'IncorrectStatus.ResourceStatus',
    });
  });

  test('a second detach finds it busy, and with the same token it gets the first reply', async () => {
    const { cbn } = aCloud(bound);
    const params = { ...ID, ClientToken: 't' };
    await cbn('DeleteTransitRouterVpnAttachment', { ...params, DryRun: 'true' });
    const first = await cbn('DeleteTransitRouterVpnAttachment', params);
    expect(first.code).toBe('OK');
    expect(await cbn('DeleteTransitRouterVpnAttachment', params)).toEqual(first);
    expect((await cbn('DeleteTransitRouterVpnAttachment', ID)).code).toBe('IncorrectStatus.ResourceStatus');
  });

  test.each([
    ['Unauthorized', 400],
    ['Forbidden.RAM', 403],
  ] as const)('without permission: %s', async (cbnDenied, status) => {
    const accounts = [{ accountId: A, keys: [{ ...KEY, deny: ['cen:DeleteTransitRouterVpnAttachment'] }] }];
    const { emulator } = aCloud({ ...bound, accounts }, { behaviours: { cbnDenied } });
    const reply = await send(emulator, v1('DeleteTransitRouterVpnAttachment', ID, { version: CBN }));
    expect(reply).toMatchObject({ status, code: cbnDenied });
  });
});

describe('another account’s transit router', () => {
  const shared: EstateFile = {
    accounts: [{ accountId: A, keys: [KEY] }, { accountId: B }],
    vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-b' }],
    transitRouters: [{ TransitRouterId: 'tr-b', RegionId: REGION, accountId: B }],
  };

  test('shows on the VPC side as authorised across accounts, and its lists are empty for the connection’s owner', async () => {
    const { vpc, cbn } = aCloud(shared);
    const { body } = await vpc('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: 'vco-1' });
    expect(body).toMatchObject({ CrossAccountAuthorized: true, TransitRouterId: 'tr-b' });
    const list = async (account: string) =>
      rows(
        (await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-b' }, account)).body,
        'TransitRouterAttachments',
      );
    expect(await list(A)).toEqual([]);
    expect(await list(B)).toMatchObject([{ VpnId: 'vco-1', VpnOwnerId: Number(A) }]);
    expect((await cbn('ListTransitRouters', { RegionId: REGION })).body).toMatchObject({ TotalCount: 0 });
  });

  test('only its owner can detach', async () => {
    const { cbn, emulator } = aCloud(shared);
    await cbn('DeleteTransitRouterVpnAttachment', ID, A);
    expect(emulator.estate.attachments).toMatchObject([{ Status: 'Attached' }]);
    await cbn('DeleteTransitRouterVpnAttachment', ID, B);
    expect(emulator.estate.attachments).toMatchObject([{ Status: 'Detaching' }]);
  });
});
