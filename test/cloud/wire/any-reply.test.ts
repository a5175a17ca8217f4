import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Action } from '../../../lib/cloud/client/actions.ts';
import { resolveEndpoints } from '../../../lib/cloud/client/endpoints.ts';
import type { TransportReply } from '../../../lib/cloud/client/transport.ts';
import { createPopTransport } from '../../../lib/cloud/http/pop-transport.ts';
import type { CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import { pickConnectionRoute, pickCustomerGateway } from '../../../lib/undo/pick-settings.ts';
import { NONSENSE, PLAUSIBLE, pathsOf, spoilAt, spoiling } from '../../support/spoil.ts';
import { connectionItem, fakeCloud, ok } from '../fake-transport.ts';

const REGION = 'eu-central-1';
const SECRETS = ['CanaryKeyIdentity', 'CanaryKeySecret', 'CanarySecurityToken', 'canary psk'];
const [accessKeyId = '', accessKeySecret = '', securityToken = '', psk = ''] = SECRETS;

const tunnel = (id: string) => ({ TunnelId: id, Status: 'ike_sa_not_established', State: 'active', Psk: psk });
const dual = connectionItem({
  AttachType: 'CEN',
  State: 'attached',
  TransitRouterId: 'tr-1',
  AttachInstanceId: 'cen-1',
  EnableTunnelsBgp: false,
  TunnelOptionsSpecification: { TunnelOptions: [tunnel('tun-1'), tunnel('tun-2')] },
  IkeConfig: { Psk: psk },
});
const { Tag: tags, ...alone } = dual;
const tokenPage = (more: object) => ({ TotalCount: 1, MaxResults: 50, NextToken: '', ...more });
const link = { TransitRouterAttachmentId: 'tr-attach-1', TransitRouterRouteTableId: 'vtb-1', Status: 'Active' };

/** A whole reply of each action. */
const WHOLE: Readonly<Record<Action, object>> = {
  DescribeVcoRouteEntries: {
    TotalCount: 1,
    PageNumber: 1,
    VcoRouteEntries: [{ VpnConnectionId: 'vco-1', RouteDest: '10.0.0.0/8', NextHop: 'vco-1', Weight: 100 }],
  },
  DescribeCustomerGateways: {
    TotalCount: 1,
    PageNumber: 1,
    CustomerGateways: { CustomerGateway: [{ CustomerGatewayId: 'cgw-1', IpAddress: '192.0.2.1', AuthKey: psk }] },
  },
  GetCallerIdentity: { AccountId: '1000000000000001', Arn: 'acs:ram::1000000000000001:user/x' },
  AssumeRole: {
    Credentials: {
      AccessKeyId: accessKeyId,
      AccessKeySecret: accessKeySecret,
      SecurityToken: securityToken,
      Expiration: '2026-01-02T04:04:05Z',
    },
  },
  DescribeRegions: { Regions: { Region: [{ RegionId: REGION }, { RegionId: 'cn-hangzhou' }] } },
  DescribeVpnConnections: {
    TotalCount: 2,
    PageNumber: 1,
    PageSize: 50,
    VpnConnections: { VpnConnection: [connectionItem(), { ...dual, VpnConnectionId: 'vco-2' }] },
  },
  DescribeVpnConnection: { ...alone, VpnConnectionId: 'vco-1', Tags: tags },
  ListTagResources: {
    NextToken: '',
    TagResources: { TagResource: [{ ResourceId: 'vco-1', ResourceType: 'x', TagKey: 'env', TagValue: 'test' }] },
  },
  TagResources: {},
  UnTagResources: {},
  DeleteVpnAttachment: { Code: '200', Success: true, Message: 'successful' },
  ListTransitRouters: {
    TotalCount: 1,
    PageNumber: 1,
    TransitRouters: [{ TransitRouterId: 'tr-1', CenId: 'cen-1', RegionId: REGION, AliUid: 1000000000000001 }],
  },
  ListTransitRouterVpnAttachments: tokenPage({
    TransitRouterAttachments: [
      {
        TransitRouterAttachmentId: 'tr-attach-1',
        VpnId: 'vco-1',
        VpnOwnerId: 1000000000000001,
        TransitRouterId: 'tr-1',
        Status: 'Attached',
      },
    ],
  }),
  ListTransitRouterRouteTables: tokenPage({ TransitRouterRouteTables: [{ TransitRouterRouteTableId: 'vtb-1' }] }),
  ListTransitRouterRouteTableAssociations: tokenPage({ TransitRouterAssociations: [link] }),
  ListTransitRouterRouteTablePropagations: tokenPage({ TransitRouterPropagations: [link] }),
  ListTransitRouterRouteEntries: tokenPage({
    TransitRouterRouteEntries: [
      {
        TransitRouterRouteEntryId: 'rte-1',
        TransitRouterRouteEntryDestinationCidrBlock: '10.0.0.0/8',
        TransitRouterRouteEntryNextHopId: 'tr-attach-1',
      },
    ],
  }),
  DeleteTransitRouterVpnAttachment: {},
};

const id = z.string().check(z.minLength(1));
const maybeId = z.optional(id);
const digits = z.string().check(z.regex(/^\d{1,20}$/));
/** A moment that can be printed. */
const moment = z.number().check(z.refine((value) => Number.isFinite(new Date(value).getTime())));
const tagMap = z.map(id, z.string());
const status = z.string().check(z.regex(/^((ike|ipsec)_sa_(not_)?established|unknown|missing)$/));
const connection = z.strictObject({
  connectionId: id,
  name: z.optional(z.string()),
  createdAtMs: z.optional(moment),
  attachType: z.enum(['CEN', 'NO_ASSOCIATED', 'VPNGW', 'missing', 'unknown']),
  state: z.string().check(z.regex(/^[a-zA-Z]+$/)),
  status,
  tunnels: z.array(z.strictObject({ tunnelId: z.string(), status, state: maybeId })),
  transitRouterId: maybeId,
  cenId: maybeId,
  vpnGatewayId: maybeId,
  crossAccount: z.boolean(),
  resourceGroupId: maybeId,
  tags: z.union([tagMap, z.literal('unread')]),
});
const written = z.strictObject({ requestId: maybeId });
const unseen = { beforeAttempt: async () => undefined };

type Method = {
  readonly actions: readonly Action[];
  call(api: CloudApi): Promise<unknown>;
  readonly answer: z.ZodMiniType;
};
const attachment = z.strictObject({
  attachmentId: id,
  connectionId: id,
  transitRouterId: z.literal('tr-1'),
  status: z.enum(['Attaching', 'Attached', 'Detaching', 'unknown']),
  connectionOwnerId: z.optional(digits),
});

/** Every method: its call, and its possible answers. */
const METHODS: Readonly<Record<keyof CloudApi, Method>> = {
  getAccountId: { actions: ['GetCallerIdentity'], call: (api) => api.getAccountId(), answer: digits },
  listRegions: { actions: ['DescribeRegions'], call: (api) => api.listRegions(), answer: z.array(id) },
  listConnections: {
    actions: ['DescribeVpnConnections'],
    call: (api) => api.listConnections(REGION),
    answer: z.array(connection),
  },
  getConnection: {
    actions: ['DescribeVpnConnection'],
    call: (api) => api.getConnection(REGION, 'vco-1'),
    answer: z.union([connection.check(z.refine(({ connectionId }) => connectionId === 'vco-1')), z.literal('gone')]),
  },
  listTransitRouters: {
    actions: ['ListTransitRouters'],
    call: (api) => api.listTransitRouters(REGION),
    answer: z.array(
      z.strictObject({ transitRouterId: id, cenId: maybeId, regionId: z.literal(REGION), name: z.string() }),
    ),
  },
  listAttachments: {
    actions: ['ListTransitRouterVpnAttachments'],
    call: (api) => api.listAttachments(REGION, 'tr-1'),
    answer: z.array(attachment),
  },
  getAttachment: {
    actions: ['ListTransitRouterVpnAttachments'],
    call: (api) => api.getAttachment(REGION, 'tr-1', 'tr-attach-1'),
    answer: z.optional(attachment.check(z.refine(({ attachmentId }) => attachmentId === 'tr-attach-1'))),
  },
  listRouting: {
    actions: [
      'ListTransitRouterVpnAttachments',
      'ListTransitRouterRouteTables',
      'ListTransitRouterRouteTableAssociations',
      'ListTransitRouterRouteTablePropagations',
      'ListTransitRouterRouteEntries',
    ],
    call: (api) => api.listRouting(REGION, 'tr-1'),
    answer: z.map(
      id,
      z.strictObject({ associations: z.array(id), propagations: z.array(id), staticRoutes: z.array(id) }),
    ),
  },
  listConnectionRoutes: {
    actions: ['DescribeVcoRouteEntries'],
    call: (api) => api.listConnectionRoutes(REGION, 'vco-1', pickConnectionRoute),
    answer: z.array(z.record(z.string(), z.unknown())),
  },
  listCustomerGateways: {
    actions: ['DescribeCustomerGateways'],
    call: (api) => api.listCustomerGateways(REGION, pickCustomerGateway),
    answer: z.array(z.record(z.string(), z.unknown())),
  },
  listTags: {
    actions: ['ListTagResources'],
    call: (api) => api.listTags(REGION, ['vco-1', 'vco-2']),
    answer: z.map(z.enum(['vco-1', 'vco-2']), tagMap).check(z.refine(({ size }) => size === 2)),
  },
  setTags: {
    actions: ['TagResources'],
    call: (api) => api.setTags(REGION, ['vco-1'], new Map([['a', 'b']])),
    answer: written,
  },
  removeTags: { actions: ['UnTagResources'], call: (api) => api.removeTags(REGION, ['vco-1'], ['a']), answer: written },
  detach: {
    actions: ['DeleteTransitRouterVpnAttachment'],
    call: (api) => api.detach(REGION, 'tr-attach-1', { force: false, ...unseen }),
    answer: written,
  },
  deleteConnection: {
    actions: ['DeleteVpnAttachment'],
    call: (api) => api.deleteConnection(REGION, 'vco-1', unseen),
    answer: written,
  },
  assumeRole: {
    actions: ['AssumeRole'],
    call: async (api) => Object.keys(await api.assumeRole('acs:ram::2000000000000002:role/x')),
    answer: z.array(z.string()).check(z.minLength(1)),
  },
};

const QUICK = {
  retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 1 },
  pace: { share: 0.8, describePerMinute: 1e9, writePerMinute: 1e9, concurrency: 8 },
};
const credentials = { accessKeyId, accessKeySecret, securityToken };

/** For any reply: a value of the type, or a `CloudError` that names the failure and holds no secret. */
async function expectAnswerOrError({ call, actions, answer }: Method, api: CloudApi, status = 200): Promise<void> {
  const outcome = await call(api).catch((error: unknown) => ({ error }));
  const error = typeof outcome === 'object' && outcome !== null && 'error' in outcome ? outcome.error : undefined;
  if (error === undefined) {
    expect(z.safeParse(answer, outcome).error?.issues).toBeUndefined();
    // Not found is the only answer among the errors.
    if (!(status >= 200 && status <= 299)) {
      expect(outcome).toBe('gone');
    }
    return;
  }
  expect(error).toBeInstanceOf(CloudError);
  const { action, message } = error as CloudError;
  expect(actions).toContain(action);
  expect(message).toMatch(/^\w+ failed: [A-Za-z][\w.:-]*( \(.+\))?$/);
  const told = inspect(error, { depth: 20, showHidden: true });
  expect(SECRETS.filter((secret) => told.includes(secret))).toEqual([]);
}

const whole = (action: Action): TransportReply => ok(WHOLE[action]);

/** An api where every action except a single action answers whole. */
function apiWith(spoilt: Action, reply: TransportReply): CloudApi {
  const transport = async ({ action }: { action: Action }) => (action === spoilt ? reply : whole(action));
  return fakeCloud([], { policy: QUICK, credentials, transport }).api;
}

const httpStatus = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  fc.integer({ min: 100, max: 599 }),
  fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 200.5),
);
const KNOWN = [...new Set(Object.values(WHOLE).flatMap((body) => pathsOf(body).map((path) => String(path.at(-1)))))];
const anyText = fc.oneof(fc.string(), fc.constantFrom(...SECRETS, '__proto__', 'NaN', '1e999', 'vco-1', '200', 'OK'));
const { tree: anyJson } = fc.letrec((again) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    anyText,
    fc.constantFrom(null, true, false, 0, -0, 1, 50, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53),
    fc.double(),
    fc.array(again('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KNOWN, 'Code', 'Success', 'RequestId'), fc.string()), again('tree'), {
      maxKeys: 5,
    }),
  ),
}));
const failureLike = fc.record(
  { Code: anyText, Message: anyText, RequestId: anyText, HostId: anyText, Success: anyJson, Data: anyJson },
  { requiredKeys: ['Code'] },
);
const method = fc.constantFrom(...Object.values(METHODS));
const withAction = method.chain((chosen) => fc.tuple(fc.constant(chosen), fc.constantFrom(...chosen.actions)));

describe('a value of its type or a CloudError, never anything else:', () => {
  test('a whole reply is a value', async () => {
    for (const { call, answer } of Object.values(METHODS)) {
      const { api } = fakeCloud(({ action }) => whole(action), { policy: QUICK, credentials });
      expect(z.safeParse(answer, await call(api)).error?.issues).toBeUndefined();
    }
  });

  test('any body with any status', async () => {
    const reply = fc.record({
      status: httpStatus,
      body: fc.oneof(anyJson, failureLike),
      retryAfterMs: fc.option(fc.double(), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(withAction, reply, ([chosen, action], answer) =>
        expectAnswerOrError(chosen, apiWith(action, answer), answer.status),
      ),
      { numRuns: 300 },
    );
  });

  test.each(Object.keys(METHODS) as (keyof CloudApi)[])(
    '%s: a whole reply that is spoilt at a single place',
    async (name) => {
      const chosen = METHODS[name];
      for (const action of chosen.actions) {
        const { body } = whole(action);
        for (const how of [...NONSENSE, ...PLAUSIBLE]) {
          for (const path of pathsOf(body)) {
            await expectAnswerOrError(chosen, apiWith(action, { status: 200, body: spoilAt(body, path, how) }));
          }
        }
      }
    },
  );

  test('a whole reply with up to three places spoilt', async () => {
    const changes = fc.array(fc.record({ place: fc.nat(), how: spoiling }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(withAction, changes, httpStatus, ([chosen, action], spoils, status) => {
        const body = spoils.reduce<unknown>((before, { place, how }) => {
          const paths = pathsOf(before).slice(0, 500);
          return spoilAt(before, paths[place % Math.max(1, paths.length)] ?? [], how);
        }, whole(action).body);
        return expectAnswerOrError(chosen, apiWith(action, { status, body }), status);
      }),
      { numRuns: 200 },
    );
  });
});

describe('over HTTP, for any bytes:', () => {
  let reply: { status: number; bytes: Uint8Array } = { status: 200, bytes: new Uint8Array() };
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(reply.status).end(reply.bytes));
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const apiOverHttp = () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const endpoints = resolveEndpoints({
      ALIBABA_CLOUD_VPC_ENDPOINT: url,
      ALIBABA_CLOUD_CBN_ENDPOINT: url,
      ALIBABA_CLOUD_STS_ENDPOINT: url,
    });
    return fakeCloud([], { policy: QUICK, credentials, transport: createPopTransport(endpoints) }).api;
  };
  const oneAction = method.filter(({ actions }) => actions.length === 1);
  const bytesOf = (content: string) => new TextEncoder().encode(content);
  const brokenJson = fc
    .tuple(fc.constantFrom(...Object.values(WHOLE)), fc.nat(300), fc.string({ maxLength: 3 }))
    .map(([body, at, inserted]) => {
      const json = JSON.stringify(body);
      return bytesOf(`${json.slice(0, at)}${inserted}${json.slice(at + 1)}`);
    });
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytesOf), brokenJson);

  test('any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(oneAction, fc.constantFrom(200, 200, 400, 404, 503), bytes, async (chosen, status, sent) => {
        reply = { status, bytes: sent };
        await expectAnswerOrError(chosen, apiOverHttp());
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['a deep list', '['.repeat(200_000)],
    ['a deep list that ends', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['a deep object', `{"VpnConnections":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`],
    ['a forbidden key', '{"__proto__":{"Code":"x"}}'],
    ['a number that never ends', `{"TotalCount":${'9'.repeat(10_000)},"VpnConnections":{"VpnConnection":[]}}`],
    ['null', 'null'],
    ['nothing', ''],
    ['a code that is no text', '{"Code":{"toString":1,"name":2}}'],
  ])('%s is reported as an unreadable reply', async (_what, content) => {
    reply = { status: 200, bytes: bytesOf(content) };
    await expectAnswerOrError(METHODS.listConnections, apiOverHttp());
    await expect(apiOverHttp().listConnections(REGION)).rejects.toMatchObject({ code: 'UnreadableReply' });
  });
});
