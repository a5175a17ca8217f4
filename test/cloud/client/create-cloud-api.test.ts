import { describe, expect, test } from 'vitest';
import { ACTIONS, type Action, STORE_ACTIONS } from '../../../lib/cloud/client/actions.ts';
import type { TransportCall, TransportReply } from '../../../lib/cloud/client/transport.ts';
import type { CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import { pickConnectionRoute, pickCustomerGateway } from '../../../lib/undo/pick-settings.ts';
import { connectionItem, connectionList, failure, fakeCloud, ok, timeoutError } from '../fake-transport.ts';

const REGION = 'eu-central-1';
const ROLE = 'acs:ram::2000000000000002:role/sweeper';
const look = { beforeAttempt: async () => undefined };

const assumed = (more: object = {}) =>
  ok({
    Credentials: {
      AccessKeyId: 'STS.a',
      AccessKeySecret: 'b',
      SecurityToken: 'c',
      Expiration: '2026-01-02T04:04:05Z',
      ...more,
    },
  });

/** An answer for every action, from a small estate. */
const answers: Record<Action, (call: TransportCall) => TransportReply> = {
  GetCallerIdentity: () => ok({ AccountId: '1000000000000001' }),
  AssumeRole: () => assumed(),
  DescribeRegions: () => ok({ Regions: { Region: [{ RegionId: 'cn-hangzhou' }, { RegionId: REGION }] } }),
  DescribeVpnConnections: () => connectionList([connectionItem({ VpnConnectionId: 'vco-1' })]),
  DescribeVpnConnection: () => ok(connectionItem({ VpnConnectionId: 'vco-1' })),
  ListTagResources: () =>
    ok({ TagResources: { TagResource: [{ ResourceId: 'vco-1', TagKey: 'env', TagValue: 'test' }] } }),
  TagResources: () => ok(),
  UnTagResources: () => ok(),
  DeleteVpnAttachment: () => ok({ Code: '200', Success: true }),
  ListTransitRouters: () =>
    ok({ TotalCount: 1, PageNumber: 1, TransitRouters: [{ TransitRouterId: 'tr-1', RegionId: REGION }] }),
  ListTransitRouterVpnAttachments: () =>
    ok({
      TotalCount: 2,
      TransitRouterAttachments: ['1', '2'].map((n) => ({
        TransitRouterAttachmentId: `tr-attach-${n}`,
        VpnId: `vco-${n}`,
      })),
    }),
  ListTransitRouterRouteTables: () =>
    ok({ TransitRouterRouteTables: [{ TransitRouterRouteTableId: 'vtb-1' }, { TransitRouterRouteTableId: 'vtb-2' }] }),
  ListTransitRouterRouteTableAssociations: ({ params }) =>
    ok({
      TransitRouterAssociations:
        params.TransitRouterRouteTableId === 'vtb-1'
          ? [
              { TransitRouterAttachmentId: 'tr-attach-1', Status: 'Active' },
              { TransitRouterAttachmentId: 'tr-attach-2', Status: 'Deleted' },
            ]
          : [],
    }),
  ListTransitRouterRouteTablePropagations: () =>
    ok({ TransitRouterPropagations: [{ TransitRouterAttachmentId: 'tr-attach-1', Status: 'Active' }] }),
  ListTransitRouterRouteEntries: ({ params }) =>
    ok({
      TransitRouterRouteEntries:
        params.TransitRouterRouteTableId === 'vtb-2'
          ? [
              {
                TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
                TransitRouterRouteEntryNextHopId: 'tr-attach-9',
              },
            ]
          : [],
    }),
  DeleteTransitRouterVpnAttachment: () => ok(),
  DescribeVcoRouteEntries: () => ok({ TotalCount: 1, VcoRouteEntries: [{ RouteDest: '10.0.0.0/8', Weight: 100 }] }),
  DescribeCustomerGateways: () =>
    ok({ TotalCount: 1, CustomerGateways: { CustomerGateway: [{ CustomerGatewayId: 'cgw-1', AuthKey: 'x' }] } }),
};
const cloud = (changes: Partial<typeof answers> = {}) =>
  fakeCloud((call) => ({ ...answers, ...changes })[call.action](call));

const ALL_ACTIONS = { ...ACTIONS, ...STORE_ACTIONS };

const USES: { [M in keyof CloudApi]: (api: CloudApi) => Promise<unknown> } = {
  getAccountId: (api) => api.getAccountId(),
  listRegions: (api) => api.listRegions(),
  listConnections: (api) => api.listConnections(REGION),
  getConnection: (api) => api.getConnection(REGION, 'vco-1'),
  listTransitRouters: (api) => api.listTransitRouters(REGION),
  listAttachments: (api) => api.listAttachments(REGION, 'tr-1'),
  getAttachment: (api) => api.getAttachment(REGION, 'tr-1', 'tr-attach-1'),
  listRouting: (api) => api.listRouting(REGION, 'tr-1'),
  listConnectionRoutes: (api) => api.listConnectionRoutes(REGION, 'vco-1', pickConnectionRoute),
  listCustomerGateways: (api) => api.listCustomerGateways(REGION, pickCustomerGateway),
  listTags: (api) => api.listTags(REGION, ['vco-1']),
  setTags: (api) => api.setTags(REGION, ['vco-1'], new Map([['a', 'b']])),
  removeTags: (api) => api.removeTags(REGION, ['vco-1'], ['a']),
  detach: (api) => api.detach(REGION, 'tr-attach-1', { force: false, ...look }),
  deleteConnection: (api) => api.deleteConnection(REGION, 'vco-1', look),
  assumeRole: (api) => api.assumeRole(ROLE),
};

describe('the table of actions', () => {
  test.each(Object.entries(USES))('names the actions that %s calls, and no other action', async (method, use) => {
    const { api, calls, sent } = cloud();
    await use(api);
    const facts = Object.entries(ALL_ACTIONS).filter(([, { methods }]) => methods.some((name) => name === method));
    expect([...new Set(calls)].sort()).toEqual(facts.map(([action]) => action).sort());
    for (const { action, service } of sent) {
      expect(service).toBe(ALL_ACTIONS[action].service);
    }
  });

  test('knows every method, and the RAM prefix of every service', () => {
    const methods = Object.values(ALL_ACTIONS).flatMap((facts) => [...facts.methods]);
    expect(new Set(methods)).toEqual(new Set(Object.keys(USES)));
    const prefix = { vpc: 'vpc', cbn: 'cen', sts: 'sts' };
    for (const [action, { ram, service }] of Object.entries(ALL_ACTIONS)) {
      if (action === 'GetCallerIdentity') {
        expect(ram).toBeNull();
      } else {
        expect(ram).toBe(`${prefix[service]}:${action}`);
      }
    }
  });

  test('knows which actions write', () => {
    const writes = Object.entries(ALL_ACTIONS).filter(([, { kind }]) => kind === 'write');
    expect(writes.map(([action]) => action).sort()).toEqual([
      'DeleteTransitRouterVpnAttachment',
      'DeleteVpnAttachment',
      'TagResources',
      'UnTagResources',
    ]);
  });
});

describe('accounts and regions', () => {
  test('the account and its regions', async () => {
    const { api, sent } = cloud();
    expect(await api.getAccountId()).toBe('1000000000000001');
    expect(await api.listRegions()).toEqual(['cn-hangzhou', REGION]);
    expect(sent.map(({ params }) => params)).toEqual([{}, {}]);
  });
});

describe('a connection', () => {
  const get = (DescribeVpnConnection: () => TransportReply) =>
    cloud({ DescribeVpnConnection }).api.getConnection(REGION, 'vco-1');

  test('as it is', async () => {
    const { api, sent } = cloud();
    expect(await api.getConnection(REGION, 'vco-1')).toMatchObject({ connectionId: 'vco-1', state: 'init' });
    expect(sent[0]?.params).toEqual({ RegionId: REGION, VpnConnectionId: 'vco-1' });
  });

  test.each<[string, TransportReply]>([
    ['not found', failure('InvalidVpnConnectionInstanceId.NotFound', 404)],
    ['not found in another spelling and status', failure('InvalidVpnConnectionId.NotFound', 400)],
    ['deleted', ok(connectionItem({ VpnConnectionId: 'vco-1', State: 'deleted' }))],
    ['Deleted', ok(connectionItem({ VpnConnectionId: 'vco-1', State: 'Deleted' }))],
  ])('is gone when the cloud says %s', async (_what, reply) => {
    await expect(get(() => reply)).resolves.toBe('gone');
  });

  test.each<[string, TransportReply, string]>([
    ['that the region is unknown', failure('InvalidRegionId.NotFound', 404), 'InvalidRegionId.NotFound'],
    ['that the action is unknown', failure('InvalidAction.NotFound', 404), 'InvalidAction.NotFound'],
    ['404 without a code', { status: 404, body: {} }, 'HttpStatus404'],
    ['404 with a code that is no "not found"', failure('SomethingElse', 404), 'SomethingElse'],
    ['that we may not look', failure('Forbbiden.SubUser', 403), 'Forbbiden.SubUser'],
    [
      'not found with a 5xx',
      failure('InvalidVpnConnectionInstanceId.NotFound', 500),
      'InvalidVpnConnectionInstanceId.NotFound',
    ],
    ['nothing', ok(), 'UnreadableReply'],
    [
      'something about another one',
      ok(connectionItem({ VpnConnectionId: 'vco-2', State: 'deleted' })),
      'UnreadableReply',
    ],
  ])('is not gone when the cloud says %s', async (_what, reply, code) => {
    await expect(get(() => reply)).rejects.toMatchObject({ code });
  });
});

test('a connection is gone after a definite answer, even if an earlier answer was lost', async () => {
  const { api } = fakeCloud([timeoutError(), failure('InvalidVpnConnectionInstanceId.NotFound', 404)]);
  expect(await api.getConnection(REGION, 'vco-1')).toBe('gone');
});

describe('an attachment', () => {
  const get = (reply: TransportReply) =>
    cloud({ ListTransitRouterVpnAttachments: () => reply }).api.getAttachment(REGION, 'tr-1', 'tr-attach-1');

  test('is absent if the service says that it does not exist, as in an empty list', async () => {
    const empty = ok({ TotalCount: 0, TransitRouterAttachments: [] });
    for (const reply of [failure('InvalidTransitRouterAttachmentId.NotFound'), empty]) {
      expect(await get(reply)).toBeUndefined();
    }
  });

  test.each(['InvalidTransitRouterId.NotFound', 'InvalidAction.NotFound', 'IllegalParam.TransitRouterId'])(
    'is an error when the service says %s',
    async (code) => {
      await expect(get(failure(code))).rejects.toMatchObject({ code });
    },
  );

  test('that does not exist makes no listing complete', async () => {
    const { api } = cloud({
      ListTransitRouterVpnAttachments: () => failure('InvalidTransitRouterAttachmentId.NotFound'),
    });
    await expect(api.listAttachments(REGION, 'tr-1')).rejects.toMatchObject({ name: 'CloudError' });
  });
});

describe('routing', () => {
  test('contains each attachment, even an attachment without routes', async () => {
    const { api, sent } = cloud();
    const routing = await api.listRouting(REGION, 'tr-1');
    expect([...routing]).toEqual([
      ['tr-attach-1', { associations: ['vtb-1'], propagations: ['vtb-1', 'vtb-2'], staticRoutes: [] }],
      ['tr-attach-2', { associations: [], propagations: [], staticRoutes: [] }],
      ['tr-attach-9', { associations: [], propagations: [], staticRoutes: ['10.0.0.0/8'] }],
    ]);
    expect(sent.find(({ action }) => action === 'ListTransitRouterRouteEntries')?.params).toEqual({
      TransitRouterRouteTableId: 'vtb-1',
      TransitRouterRouteEntryType: 'Static',
      TransitRouterRouteEntryStatus: 'All',
      TransitRouterRouteEntryNextHopType: 'Attachment',
      MaxResults: 100,
    });
  });

  test('does not list the attachments again if they are given', async () => {
    const { api, sent } = cloud();
    const listed = await api.listAttachments(REGION, 'tr-1');
    sent.length = 0;
    const routing = await api.listRouting(REGION, 'tr-1', { listed });
    expect([...routing.keys()]).toEqual(['tr-attach-1', 'tr-attach-2', 'tr-attach-9']);
    expect(sent.map(({ action }) => action)).not.toContain('ListTransitRouterVpnAttachments');
  });

  test('without a route table nothing was read, because every transit router has a route table', async () => {
    const { api } = cloud({ ListTransitRouterRouteTables: () => ok({ TotalCount: 0, TransitRouterRouteTables: [] }) });
    await expect(api.listRouting(REGION, 'tr-1')).rejects.toMatchObject({ code: 'IncompleteListing' });
  });

  test.each<Action>([
    'ListTransitRouterVpnAttachments',
    'ListTransitRouterRouteTables',
    'ListTransitRouterRouteTableAssociations',
    'ListTransitRouterRouteTablePropagations',
    'ListTransitRouterRouteEntries',
  ])('if a list fails (%s), the routing fails', async (action) => {
    const { api } = cloud({ [action]: () => failure('Unauthorized') });
    await expect(api.listRouting(REGION, 'tr-1')).rejects.toMatchObject({ code: 'Unauthorized', action });
  });
});

describe('tags', () => {
  const many = Array.from({ length: 51 }, (_, index) => `vco-${index}`);

  test('of a connection are joined, however many pages they take', async () => {
    const page = (key: string, NextToken: string) =>
      ok({ NextToken, TagResources: { TagResource: [{ ResourceId: 'vco-1', TagKey: key, TagValue: 'x' }] } });
    const { api, sent } = cloud({
      ListTagResources: ({ params }) => (params.NextToken === undefined ? page('a', 't') : page('b', '')),
    });
    const tags = new Map([
      ['a', 'x'],
      ['b', 'x'],
    ]);
    expect(await api.listTags(REGION, ['vco-1'])).toEqual(new Map([['vco-1', tags]]));
    expect(sent[0]?.params).toEqual({
      RegionId: REGION,
      ResourceType: 'VPNATTACHMENT',
      ResourceId: ['vco-1'],
      MaxResults: 50,
    });
  });

  test('of several connections that do not fit on a page are read for half as many at a time, because without a total a lost tag would not show', async () => {
    const { api, sent } = cloud({
      ListTagResources: ({ params }) => {
        const [first = '', ...more] = params.ResourceId as readonly string[];
        const TagResource = [{ ResourceId: first, TagKey: 'a', TagValue: 'x' }];
        return ok({ NextToken: more.length > 0 ? 't' : '', TagResources: { TagResource } });
      },
    });
    expect(await api.listTags(REGION, ['vco-1', 'vco-2', 'vco-3'])).toEqual(
      new Map(['vco-1', 'vco-2', 'vco-3'].map((id) => [id, new Map([['a', 'x']])])),
    );
    expect(sent.every(({ params }) => params.NextToken === undefined)).toBe(true);
  });

  test('are set and removed for many in a single request, repeated when its answer is lost', async () => {
    let first = true;
    const { api, sent } = cloud({
      TagResources: () => {
        const reply = first ? { status: 500, body: {} } : ok();
        first = false;
        return reply;
      },
    });
    await api.setTags(REGION, ['vco-1', 'vco-2'], new Map([['vco-sweeper:seen', 'now']]));
    await api.removeTags(REGION, ['vco-1'], ['vco-sweeper:orphan', 'vco-sweeper:seen']);
    const common = { RegionId: REGION, ResourceType: 'VPNATTACHMENT' };
    const set = { ...common, ResourceId: ['vco-1', 'vco-2'], Tag: [{ Key: 'vco-sweeper:seen', Value: 'now' }] };
    expect(sent.map(({ action, params }) => ({ action, params }))).toEqual([
      { action: 'TagResources', params: set },
      { action: 'TagResources', params: set },
      {
        action: 'UnTagResources',
        params: { ...common, ResourceId: ['vco-1'], TagKey: ['vco-sweeper:orphan', 'vco-sweeper:seen'] },
      },
    ]);
  });

  test('of no connection, or for no key, are not asked for, because an empty filter would mean everything', async () => {
    const { api, sent } = cloud();
    expect(await api.listTags(REGION, [])).toEqual(new Map());
    await api.setTags(REGION, [], new Map([['a', 'b']]));
    await api.setTags(REGION, ['vco-1'], new Map());
    await api.removeTags(REGION, [], ['a']);
    await api.removeTags(REGION, ['vco-1'], []);
    expect(sent).toEqual([]);
  });

  test('of more than 50 are refused before anything is sent', async () => {
    const { api, sent } = cloud();
    await expect(api.listTags(REGION, many)).rejects.toThrow(RangeError);
    await expect(api.setTags(REGION, many, new Map([['a', 'b']]))).rejects.toThrow(RangeError);
    await expect(api.removeTags(REGION, many, ['a'])).rejects.toThrow(RangeError);
    expect(sent).toEqual([]);
  });
});

describe('a role', () => {
  test('gives an api with its credentials, and names its account to observers', async () => {
    const { api, sent, retries } = cloud({ DescribeVpnConnections: () => failure('Throttling.User') });
    const other = await api.assumeRole(ROLE);
    await expect(other.listConnections(REGION)).rejects.toMatchObject({ code: 'Throttling.User' });
    expect(sent[0]).toMatchObject({
      service: 'sts',
      regionId: undefined,
      action: 'AssumeRole',
      params: { RoleArn: ROLE, RoleSessionName: 'vco-sweeper', DurationSeconds: 3600 },
      credentials: { accessKeyId: 'testid' },
    });
    expect(sent[1]?.credentials).toEqual({ accessKeyId: 'STS.a', accessKeySecret: 'b', securityToken: 'c' });
    expect(retries[0]).toMatchObject({ accountId: '2000000000000002', regionId: REGION });
  });

  test('keeps its own pace beside the account that assumed it, and shares that pace with a second assumption of it', async () => {
    const slow = { share: 0.8, describePerMinute: 1, writePerMinute: 1, concurrency: 1 };
    const policy = { retry: { attempts: 1, minDelayMs: 0, maxDelayMs: 0 }, pace: slow };
    const { api, sent, clock } = fakeCloud((call) => answers[call.action](call), { policy });
    const startMs = clock.now();
    const [first, second] = await Promise.all([api.assumeRole(ROLE), api.assumeRole(ROLE)]);
    const readyMs = clock.now();
    await Promise.all([api.listConnections(REGION), first.listConnections(REGION), second.listConnections(REGION)]);
    const lists = sent.filter(({ action }) => action === 'DescribeVpnConnections');
    expect(lists.map(({ atMs }) => atMs - readyMs)).toEqual([0, 0, 60_000]);
    expect(readyMs - startMs).toBe(120_000); // AssumeRole has half of the rate: its limit is taken to be lower
  });

  test('is assumed again when five minutes are left, once for all waiting requests', async () => {
    let issued = 0;
    const hour = 3_600_000;
    const { api, sent, clock } = fakeCloud((call) =>
      call.action === 'AssumeRole'
        ? assumed({ AccessKeyId: `STS.${++issued}`, Expiration: new Date(clock.now() + hour).toISOString() })
        : answers[call.action](call),
    );
    const other = await api.assumeRole(ROLE);
    const keyUsed = async () => {
      await Promise.all([other.listConnections(REGION), other.getAccountId()]);
      return sent.at(-1)?.credentials.accessKeyId;
    };
    const startMs = clock.now();
    expect(await keyUsed()).toBe('STS.1');
    clock.set(startMs + hour - 5 * 60_000 - 1);
    expect(await keyUsed()).toBe('STS.1');
    clock.set(startMs + hour - 5 * 60_000);
    expect(await keyUsed()).toBe('STS.2');
    expect(await keyUsed()).toBe('STS.2');
    expect(
      sent.filter(({ action }) => action === 'AssumeRole').map(({ credentials }) => credentials.accessKeyId),
    ).toEqual(['testid', 'testid']);
  });

  test('whose credentials look expired at once is not assumed for every request', async () => {
    const { api, sent } = cloud({ AssumeRole: () => assumed({ Expiration: '2020-01-01T00:00:00Z' }) });
    const other = await api.assumeRole(ROLE);
    await other.listConnections(REGION);
    await other.getAccountId();
    expect(sent.filter(({ action }) => action === 'AssumeRole')).toHaveLength(1);
  });

  test('that can no longer be assumed fails the request, which is not made again for it', async () => {
    let allowed = true;
    const refused = failure('Throttling.User');
    const { api, sent, clock, retries } = fakeCloud((call) => {
      if (call.action === 'AssumeRole' && !allowed) {
        return refused;
      }
      return answers[call.action](call);
    });
    const other = await api.assumeRole(ROLE);
    allowed = false;
    clock.set(clock.now() + 3_600_000);
    await expect(other.deleteConnection(REGION, 'vco-1', look)).rejects.toMatchObject({
      code: 'Throttling.User',
      action: 'AssumeRole',
    });
    expect(sent.map(({ action }) => action)).toEqual(Array.from({ length: 7 }, () => 'AssumeRole'));
    expect(retries.map(({ action }) => action)).toEqual(Array.from({ length: 5 }, () => 'AssumeRole'));
    allowed = true;
    await expect(other.listConnections(REGION)).resolves.toHaveLength(1);
  });

  test.each([
    ['NoPermission', failure('NoPermission', 403)],
    ['EntityNotExist.Role', failure('EntityNotExist.Role', 404)],
    ['UnreadableReply', ok({ Credentials: { AccessKeyId: 'STS.a', AccessKeySecret: 'b' } })],
  ])('that cannot be assumed is a CloudError: %s', async (code, reply) => {
    const { api } = cloud({ AssumeRole: () => reply });
    await expect(api.assumeRole(ROLE)).rejects.toMatchObject({ name: 'CloudError', code, action: 'AssumeRole' });
  });

  test.each(['', 'sweeper', 'acs:ram::role/x', 'acs:ram::2000000000000002:user/x', 'acs:ram::2:role/a b'])(
    '%j is not a role, and nothing is sent',
    async (roleArn) => {
      const { api, sent } = cloud();
      await expect(api.assumeRole(roleArn)).rejects.toMatchObject({ code: 'InvalidParameter.RoleArn' });
      expect(sent).toEqual([]);
    },
  );
});
