import { afterEach, describe, expect, test } from 'vitest';
import { ACTIONS } from '../../../lib/cloud/client/actions.ts';
import { createCloudApi } from '../../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../../lib/cloud/client/endpoints.ts';
import type { CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import type { Behaviours } from '../../../lib/emulator/behaviours.ts';
import { parseEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import type { FaultRule } from '../../../lib/emulator/faults/fault-rule.ts';
import { startEmulator } from '../../../lib/emulator/start-emulator.ts';
import { fakeClock } from '../fake-transport.ts';

const REGION = 'eu-central-1';
const OWN = '1000000000000001';
const OTHER = '2000000000000002';
const look = { beforeAttempt: async () => undefined };

const ESTATE = {
  regions: [{ RegionId: REGION }, { RegionId: 'cn-fuzhou', vpn: false }],
  accounts: [
    { accountId: OWN, keys: [{ accessKeyId: 'LTAItest', accessKeySecret: 'canary-secret-test', user: 'sweeper' }] },
    {
      accountId: OTHER,
      roles: [
        { name: 'sweeper', trusted: [OWN] },
        { name: 'closed', trusted: [] },
      ],
    },
  ],
  transitRouters: [
    { TransitRouterId: 'tr-own', TransitRouterName: 'tr-fra' },
    { TransitRouterId: 'tr-other', accountId: OTHER },
  ],
  routeTables: [
    { TransitRouterRouteTableId: 'vtb-own', TransitRouterId: 'tr-own' },
    { TransitRouterRouteTableId: 'vtb-custom', TransitRouterId: 'tr-own', TransitRouterRouteTableType: 'Custom' },
  ],
  vpnConnections: [
    { VpnConnectionId: 'vco-free', Name: 'old-dc-1', tags: { env: 'test' }, CreateTime: 1700000000000 },
    {
      VpnConnectionId: 'vco-bound',
      TransitRouterId: 'tr-own',
      TunnelOptions: [{}, { Status: 'ike_sa_not_established' }],
    },
    { VpnConnectionId: 'vco-idle', TransitRouterId: 'tr-own' },
    { VpnConnectionId: 'vco-foreign', TransitRouterId: 'tr-other' },
    { VpnConnectionId: 'vco-gateway', VpnGatewayId: 'vpn-1' },
    { VpnConnectionId: 'vco-legacy', AttachType: null, State: null, VpnGatewayId: 'vpn-1' },
  ],
  associations: [{ TransitRouterAttachmentId: 'tr-attach-bound', TransitRouterRouteTableId: 'vtb-own' }],
  propagations: [{ TransitRouterAttachmentId: 'tr-attach-bound', TransitRouterRouteTableId: 'vtb-custom' }],
  routeEntries: [
    {
      TransitRouterRouteEntryId: 'rte-1',
      TransitRouterRouteTableId: 'vtb-own',
      TransitRouterRouteEntryDestinationCidrBlock: '192.168.0.0/16',
      TransitRouterRouteEntryNextHopId: 'tr-attach-bound',
      TransitRouterRouteEntryStatus: 'Standby',
    },
  ],
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function start(more: { estate?: object; faults?: FaultRule[]; behaviours?: Partial<Behaviours> } = {}) {
  const emulator = await startEmulator({
    estate: parseEstate(JSON.stringify({ ...ESTATE, ...more.estate }), 'test'),
    seed: 1,
    faults: more.faults ?? [],
    behaviours: { deleteReads: 0, ...more.behaviours },
  });
  stops.push(() => emulator.close());
  const { url, accessKeyId, accessKeySecret } = emulator;
  const clock = fakeClock(Date.now());
  const calls: string[] = [];
  const codes: string[] = [];
  const api = createCloudApi({
    credentials: { accessKeyId, accessKeySecret },
    endpoints: resolveEndpoints({
      ALIBABA_CLOUD_VPC_ENDPOINT: url,
      ALIBABA_CLOUD_CBN_ENDPOINT: url,
      ALIBABA_CLOUD_STS_ENDPOINT: url,
    }),
    policy: {
      retry: { attempts: 6, minDelayMs: 1000, maxDelayMs: 30_000 },
      pace: { share: 0.8, describePerMinute: 500, writePerMinute: 50, concurrency: 8 },
    },
    clock,
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: (action) => calls.push(action), onRetry: ({ code }) => codes.push(code) },
    requestTimeoutMs: 1000,
  });
  return { api, emulator, calls, codes };
}

const repeat = async (times: number, once: () => Promise<boolean>) => {
  for (let time = 0; time < times; time += 1) {
    if (await once()) {
      return true;
    }
  }
  return false;
};

describe('reads', () => {
  test('accounts and regions', async () => {
    const { api } = await start();
    expect(await api.getAccountId()).toBe(OWN);
    expect([...(await api.listRegions())].sort()).toEqual(['cn-fuzhou', REGION]);
  });

  test('connections are the same in the list and in single reads', async () => {
    const { api } = await start();
    const listed = await api.listConnections(REGION);
    const byId = new Map(listed.map((connection) => [connection.connectionId, connection]));
    expect([...byId.keys()].sort()).toEqual([
      'vco-bound',
      'vco-foreign',
      'vco-free',
      'vco-gateway',
      'vco-idle',
      'vco-legacy',
    ]);
    expect(byId.get('vco-free')).toMatchObject({
      name: 'old-dc-1',
      createdAtMs: 1700000000000,
      attachType: 'NO_ASSOCIATED',
      state: 'init',
      transitRouterId: undefined,
      vpnGatewayId: undefined,
      crossAccount: false,
      tags: new Map([['env', 'test']]),
    });
    expect(byId.get('vco-bound')).toMatchObject({
      attachType: 'CEN',
      state: 'attached',
      transitRouterId: 'tr-own',
      crossAccount: false,
      tunnels: [{ status: 'ipsec_sa_established' }, { status: 'ike_sa_not_established' }],
    });
    expect(byId.get('vco-foreign')).toMatchObject({ attachType: 'CEN', crossAccount: true });
    expect(byId.get('vco-gateway')).toMatchObject({ attachType: 'VPNGW', vpnGatewayId: 'vpn-1' });
    expect(byId.get('vco-legacy')).toMatchObject({ attachType: 'missing', state: 'unknown' });
    for (const connection of listed) {
      expect(await api.getConnection(REGION, connection.connectionId)).toEqual(connection);
    }
  });

  test('a connection that does not exist is gone, and a region that does not exist is an error', async () => {
    const { api } = await start();
    expect(await api.getConnection(REGION, 'vco-none')).toBe('gone');
    await expect(api.getConnection('eu-west-9', 'vco-none')).rejects.toMatchObject({
      code: 'InvalidRegionId.NotFound',
    });
    await expect(api.listConnections('cn-fuzhou')).rejects.toMatchObject({ name: 'CloudError', effect: 'refused' });
  });

  test('more connections than fit on a page', async () => {
    const many = Array.from({ length: 127 }, (_, index) => ({ VpnConnectionId: `vco-many${index}` }));
    const { api, calls } = await start({
      estate: { vpnConnections: many, associations: [], propagations: [], routeEntries: [] },
    });
    expect(await api.listConnections(REGION)).toHaveLength(127);
    expect(calls).toHaveLength(3);
  });

  test('transit routers, their attachments, and the routes over them', async () => {
    const { api } = await start();
    expect(await api.listTransitRouters(REGION)).toMatchObject([
      { transitRouterId: 'tr-own', regionId: REGION, name: 'tr-fra' },
    ]);
    const attachments = await api.listAttachments(REGION, 'tr-own');
    expect(attachments.map(({ attachmentId }) => attachmentId).sort()).toEqual(['tr-attach-bound', 'tr-attach-idle']);
    expect(attachments.find(({ connectionId }) => connectionId === 'vco-bound')).toEqual({
      attachmentId: 'tr-attach-bound',
      connectionId: 'vco-bound',
      transitRouterId: 'tr-own',
      status: 'Attached',
      connectionOwnerId: OWN,
    });
    expect(await api.listRouting(REGION, 'tr-own')).toEqual(
      new Map([
        [
          'tr-attach-bound',
          { associations: ['vtb-own'], propagations: ['vtb-custom'], staticRoutes: ['192.168.0.0/16'] },
        ],
        ['tr-attach-idle', { associations: [], propagations: [], staticRoutes: [] }],
      ]),
    );
  });
});

describe('writes', () => {
  test('tags are set, read and removed', async () => {
    const { api } = await start();
    const mark = new Map([
      ['vco-sweeper:orphan', 'unassociated 2026-01-02T03:04:05Z'],
      ['vco-sweeper:seen', "a b*!'()~/é"],
    ]);
    await api.setTags(REGION, ['vco-free', 'vco-idle'], mark);
    expect(await api.listTags(REGION, ['vco-free', 'vco-idle', 'vco-bound'])).toEqual(
      new Map([
        ['vco-free', new Map([['env', 'test'], ...mark])],
        ['vco-idle', mark],
        ['vco-bound', new Map()],
      ]),
    );
    await api.removeTags(REGION, ['vco-free', 'vco-idle'], [...mark.keys()]);
    expect(await api.getConnection(REGION, 'vco-free')).toMatchObject({ tags: new Map([['env', 'test']]) });
    expect(await api.listTags(REGION, ['vco-idle'])).toEqual(new Map([['vco-idle', new Map()]]));
  });

  test('an attached connection is detached, deleted and gone', async () => {
    const { api } = await start();
    const attached = await api.deleteConnection(REGION, 'vco-idle', look).catch((error: unknown) => error);
    expect(attached).toMatchObject({ code: 'Vco.StatusNotSupport', effect: 'refused' });
    const { requestId } = await api.detach(REGION, 'tr-attach-idle', { force: false, ...look });
    expect(requestId).toMatch(/^[\w-]{36}$/);
    const isDetached = async () => {
      const held = await api.listAttachments(REGION, 'tr-own');
      const connection = await api.getConnection(REGION, 'vco-idle');
      return held.length === 1 && connection !== 'gone' && connection.attachType === 'NO_ASSOCIATED';
    };
    expect(await repeat(20, isDetached)).toBe(true);
    await api.deleteConnection(REGION, 'vco-idle', look);
    expect(await repeat(5, async () => (await api.getConnection(REGION, 'vco-idle')) === 'gone')).toBe(true);
    await expect(api.deleteConnection(REGION, 'vco-idle', look)).rejects.toMatchObject({
      code: 'InvalidVpnConnectionInstanceId.NotFound',
      status: 404,
    });
  });

  test('dependencies of an attachment block its detach, unless it is forced', async () => {
    const { api } = await start();
    const detach = (force: boolean) => api.detach(REGION, 'tr-attach-bound', { force, ...look });
    await expect(detach(false)).rejects.toMatchObject({
      code: 'OperationFailed.RouteTableAssociationExist',
      effect: 'refused',
    });
    await detach(true);
    expect(await repeat(20, async () => (await api.listAttachments(REGION, 'tr-own')).length === 1)).toBe(true);
  });

  test('a delete that took effect and whose answer was lost is not done twice', async () => {
    const { api, emulator, calls, codes } = await start({
      faults: [{ action: 'DeleteVpnAttachment', fault: { kind: 'reset', when: 'after' } }],
    });
    const doubts: boolean[] = [];
    const beforeAttempt = async (mayHaveEffect: boolean) => {
      doubts.push(mayHaveEffect);
    };
    await api.deleteConnection(REGION, 'vco-free', { beforeAttempt });
    expect([doubts, calls, codes]).toEqual([
      [false, true],
      ['DeleteVpnAttachment', 'DeleteVpnAttachment'],
      ['NetworkError'],
    ]);
    const tokens = emulator.calls.map(({ params }) => params.ClientToken);
    expect(tokens[0]).toBe(tokens[1]);
  });

  test('a busy connection is asked again with a fresh token', async () => {
    const { api, emulator } = await start({
      faults: [
        {
          action: 'DeleteVpnAttachment',
          times: 2,
          fault: { kind: 'error', status: 400, code: 'VpnConnection.Configuring' },
        },
      ],
    });
    await api.deleteConnection(REGION, 'vco-free', look);
    expect(new Set(emulator.calls.map(({ params }) => params.ClientToken)).size).toBe(3);
  });
});

describe('a role of another account', () => {
  test('reads and detaches there', async () => {
    const { api } = await start();
    const other = await api.assumeRole(`acs:ram::${OTHER}:role/sweeper`);
    expect(await other.getAccountId()).toBe(OTHER);
    expect(await other.listTransitRouters(REGION)).toMatchObject([{ transitRouterId: 'tr-other' }]);
    expect(await other.listAttachments(REGION, 'tr-other')).toMatchObject([
      { connectionId: 'vco-foreign', connectionOwnerId: OWN },
    ]);
    expect(await api.listAttachments(REGION, 'tr-other')).toEqual([]);
    await other.detach(REGION, 'tr-attach-foreign', { force: false, ...look });
    expect(await repeat(20, async () => (await other.listAttachments(REGION, 'tr-other')).length === 0)).toBe(true);
  });

  test.each(['closed', 'none'])('that cannot be assumed (%s)', async (role) => {
    const { api } = await start();
    await expect(api.assumeRole(`acs:ram::${OTHER}:role/${role}`)).rejects.toMatchObject({
      name: 'CloudError',
      action: 'AssumeRole',
    });
  });
});

const READ: FaultRule['action'] = 'DescribeVpnConnections';
const list = (api: CloudApi) => api.listConnections(REGION);
describe('faults', () => {
  test.each<[string, FaultRule['fault'], string]>([
    ['throttling', { kind: 'throttle', retryAfterMs: 1500 }, 'Throttling.User'],
    ['throttling in lower case', { kind: 'throttle', code: 'Throttling.user', status: 429 }, 'Throttling.user'],
    ['a 503', { kind: 'error', status: 503, code: 'ServiceUnavailable' }, 'ServiceUnavailable'],
    ['a web page', { kind: 'html', status: 502 }, 'UnreadableReply'],
    ['a cut body', { kind: 'truncated' }, 'UnreadableReply'],
    ['a reset', { kind: 'reset', when: 'before' }, 'NetworkError'],
    ['silence', { kind: 'timeout', when: 'before' }, 'RequestTimeoutError'],
    ['no list', { kind: 'drop-field', field: 'VpnConnections' }, 'UnreadableReply'],
    ['no total', { kind: 'drop-field', field: 'TotalCount' }, 'UnreadableReply'],
  ])('the run waits out %s', async (_what, fault, code) => {
    const { api, codes } = await start({ faults: [{ action: READ, fault }] });
    expect(await list(api)).toHaveLength(6);
    expect(codes).toEqual([code]);
  });

  test.each<[string, FaultRule['fault']]>([
    ['a wrong total', { kind: 'wrong-total', delta: 1 }],
    ['a total that is too small', { kind: 'wrong-total', delta: -1 }],
  ])('%s once is listed again, always is an incomplete listing', async (_what, fault) => {
    const once = await start({ faults: [{ action: READ, fault }] });
    expect(await list(once.api)).toHaveLength(6);
    const always = await start({ faults: [{ action: READ, times: 'always', fault }] });
    await expect(list(always.api)).rejects.toMatchObject({ code: 'IncompleteListing' });
  });

  test('pages that shift under the listing once are listed again, always are an incomplete listing', async () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ VpnConnectionId: `vco-many${index}` }));
    const estate = { vpnConnections: many, associations: [], propagations: [], routeEntries: [] };
    const shift: FaultRule = { action: READ, match: { PageNumber: '1' }, fault: { kind: 'shift-pages' } };
    const once = await start({ estate, faults: [shift] });
    expect(await list(once.api)).toHaveLength(60);
    expect(once.calls).toHaveLength(4);
    const always = await start({ estate, faults: [{ ...shift, times: 'always' }] });
    await expect(list(always.api)).rejects.toMatchObject({ code: 'IncompleteListing' });
  });

  test('a success without a success body', async () => {
    const { api } = await start({ faults: [{ action: 'DeleteVpnAttachment', fault: { kind: 'success-false' } }] });
    await expect(api.deleteConnection(REGION, 'vco-free', look)).rejects.toMatchObject({
      code: 'SuccessFalse',
      status: 200,
    });
  });

  test('no permission', async () => {
    const accounts = [
      { accountId: OWN, keys: [{ accessKeyId: 'a', accessKeySecret: 'b', deny: ['vpc:*', 'cen:*'] }] },
      ESTATE.accounts[1],
    ];
    const { api, codes } = await start({ estate: { accounts } });
    await expect(list(api)).rejects.toMatchObject({ status: 403, effect: 'refused' });
    await expect(api.listTransitRouters(REGION)).rejects.toMatchObject({ code: 'Unauthorized', effect: 'refused' });
    expect(codes).toEqual([]);
  });
});

test('the RAM actions of the table are enough, and each action is needed', async () => {
  const ram = Object.values(ACTIONS).flatMap((facts) => facts.ram ?? []);
  const accounts = (allow: readonly string[]) => [
    { accountId: OWN, keys: [{ accessKeyId: 'a', accessKeySecret: 'b', allow }] },
    ESTATE.accounts[1],
  ];
  const { api, calls } = await start({ estate: { accounts: accounts(ram) } });
  await Promise.all([
    api.getAccountId(),
    api.listRegions(),
    list(api),
    api.listTransitRouters(REGION),
    api.listRouting(REGION, 'tr-own'),
    api.listCustomerGateways(REGION, () => ({ settings: {} })),
  ]);
  await api.getConnection(REGION, 'vco-free');
  await api.setTags(REGION, ['vco-free'], new Map([['a', 'b']]));
  await api.listTags(REGION, ['vco-free']);
  await api.removeTags(REGION, ['vco-free'], ['a']);
  await api.assumeRole(`acs:ram::${OTHER}:role/sweeper`);
  await api.detach(REGION, 'tr-attach-idle', { force: true, ...look });
  await api.deleteConnection(REGION, 'vco-free', look);
  expect(new Set(calls)).toEqual(new Set(Object.keys(ACTIONS)));

  const nothing = await start({ estate: { accounts: accounts([]) } });
  expect(await nothing.api.getAccountId()).toBe(OWN);
  await expect(nothing.api.listRegions()).rejects.toMatchObject({ name: 'CloudError' });
});
