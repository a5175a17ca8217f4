import { describe, expect, test } from 'vitest';
import { createWitnesses } from '../../../lib/core/judge/association.ts';
import { LeftoverFinder } from '../../../lib/sweep/survey/find-leftovers.ts';
import { ACCOUNT, aConnection, aPolicy, REGION } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, dueTags, estate, free, inUse } from '../../support/estates.ts';

const LEFTOVERS = { report: { ...aPolicy().report, leftovers: true } };
const FAR = 'eu-central-1';
const OTHER = '2000000000000002';

const gateway = (CustomerGatewayId: string, fields: object = {}) => ({ CustomerGatewayId, ...fields });
const dual = (...ids: readonly (string | undefined)[]) => ({
  TunnelOptions: ids.map((id) => (id === undefined ? {} : { CustomerGatewayId: id })),
});
const FORBIDDEN = { kind: 'error', status: 403, code: 'Forbidden.RAM' } as const;

/** Each connection uses another gateway, in every possible way. No connection uses `cgw-lone`. */
const USED = estate(
  free('old', dueTags(), { CustomerGatewayId: 'cgw-free' }),
  bound('single', {}, { CustomerGatewayId: 'cgw-bound' }),
  bound('dual', {}, dual('cgw-first', 'cgw-second')),
  bound(
    'gateway',
    {},
    {
      VpnGatewayId: 'vpn-1',
      TransitRouterId: undefined,
      AttachType: 'VPNGW',
      CustomerGatewayId: 'cgw-vpn-gateway',
    },
  ),
);
const NAMES = ['cgw-free', 'cgw-bound', 'cgw-first', 'cgw-second', 'cgw-vpn-gateway', 'cgw-lone'];
const withGateways = (base: object, names: readonly string[] = NAMES) => ({
  ...base,
  customerGateways: names.map((name) => gateway(name, { Name: `name of ${name}` })),
});

describe('with report.leftovers', () => {
  test('a run names the customer gateways that no connection of any kind uses', async () => {
    const cloud = startCloud({ estate: withGateways(USED), policy: LEFTOVERS });
    const { leftovers, status } = await cloud.run();
    expect(status).toBe('complete');
    expect(leftovers).toEqual([
      {
        accountId: ACCOUNT,
        regionId: REGION,
        customerGateways: [{ customerGatewayId: 'cgw-lone', name: 'name of cgw-lone' }],
        transitRouters: [{ transitRouterId: 'tr-1', attachments: 2, quota: 50 }],
      },
    ]);
  });

  test('all pages of gateways and of connections count', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `cgw-${index}`);
    const connections = names.slice(1).map((id) => free(id, {}, { CustomerGatewayId: id }));
    const cloud = startCloud({ estate: withGateways(estate(...connections), names), policy: LEFTOVERS });
    const { leftovers, calls } = await cloud.run();
    expect(leftovers?.[0]?.customerGateways.map(({ customerGatewayId }) => customerGatewayId)).toEqual(['cgw-0']);
    expect(calls.DescribeCustomerGateways).toBe(3);
  });

  test('gateways are listed before connections, so that no new gateway is named because its connection was not seen', async () => {
    const cloud = startCloud({ estate: withGateways(USED), policy: LEFTOVERS });
    await cloud.run();
    const reads = cloud.calls().filter((call) => /^Describe(CustomerGateways|VpnConnections)$/.test(call));
    expect(reads.slice(0, 2)).toEqual(['DescribeCustomerGateways', 'DescribeVpnConnections']);
  });

  test.each([
    ['a connection that names no gateway', free('silent')],
    ['a tunnel that names no gateway', bound('silent', {}, dual('cgw-first', undefined))],
  ])('%s keeps every gateway from being called unused', async (_what, connection) => {
    const base = { ...USED, vpnConnections: [...USED.vpnConnections, connection] };
    const cloud = startCloud({ estate: withGateways(base), policy: LEFTOVERS });
    const { leftovers, status } = await cloud.run();
    expect(leftovers).toMatchObject([
      { customerGateways: [], unread: 'a connection does not say which customer gateway it uses' },
    ]);
    expect(status).toBe('complete');
  });

  test.each(['DescribeVpnConnections', 'ListTransitRouters', 'ListTransitRouterVpnAttachments'])(
    'a region whose %s fails says nothing',
    async (action) => {
      const cloud = startCloud({
        estate: withGateways(USED),
        policy: LEFTOVERS,
        faults: [{ action, times: 'always', fault: FORBIDDEN }],
      });
      expect(await cloud.run()).not.toHaveProperty('leftovers');
    },
  );

  test('a listing of gateways that fails is told there, and the run is complete and deletes as ever', async () => {
    const cloud = startCloud({
      estate: withGateways(USED),
      policy: LEFTOVERS,
      faults: [{ action: 'DescribeCustomerGateways', times: 'always', fault: FORBIDDEN }],
    });
    const { leftovers, status, counts } = await cloud.run();
    expect({ status, deleted: counts.deleted }).toEqual({ status: 'complete', deleted: 1 });
    expect(leftovers).toMatchObject([
      { customerGateways: [], unread: expect.stringContaining('DescribeCustomerGateways failed: Forbidden.RAM') },
    ]);
  });

  test('a listing that does not tell the gateways of each connection names no gateway', async () => {
    const gateways = [{ CustomerGatewayId: 'cgw-1' }, { CustomerGatewayId: 'cgw-2' }];
    const api = { listCustomerGateways: () => Promise.resolve(gateways) };
    const finder = new LeftoverFinder({ accountId: ACCOUNT, regionId: REGION, api });
    await finder.listGateways();
    finder.onGateways(['cgw-1']);
    const read = { readMs: 0, tagsError: undefined, routing: 'unread', ownerOf: new Map() } as const;
    const found = (count: number) =>
      finder.find({
        ...read,
        witnesses: createWitnesses(new Map(), []),
        connections: Array.from({ length: count }, () => aConnection()),
      });
    expect(found(2)).toMatchObject({ customerGateways: [], unread: expect.any(String) });
    expect(found(1).customerGateways).toEqual([{ customerGatewayId: 'cgw-2', name: null }]);
  });

  test('a transit router of another account, which a role reads, is not among the transit routers of the place', async () => {
    const roles = (accountId: string) => ({ accountId, roles: [{ name: 'vco-sweeper', trusted: [ACCOUNT] }] });
    const roleArn = `acs:ram::${OTHER}:role/vco-sweeper`;
    const cloud = startCloud({
      estate: {
        ...estate(bound('far', {}, { TransitRouterId: 'tr-far' }), ...inUse(1)),
        accounts: [roles(ACCOUNT), roles(OTHER)],
        transitRouters: [{ TransitRouterId: 'tr-1' }, { TransitRouterId: 'tr-far', accountId: OTHER }],
      },
      policy: { ...LEFTOVERS, detach: { roles: [{ roleArn, accountId: OTHER }] } },
    });
    const { leftovers } = await cloud.run();
    expect(leftovers?.flatMap(({ transitRouters }) => transitRouters)).toEqual([
      { transitRouterId: 'tr-1', attachments: 1, quota: 50 },
    ]);
    expect(cloud.emulator.calls.map(({ accountId }) => accountId)).toContain(OTHER);
  });

  test('a gateway that only a connection of another region names is unused where it is', async () => {
    const cloud = startCloud({
      estate: withGateways(estate(free('far', {}, { regionId: FAR, CustomerGatewayId: 'cgw-lone' }))),
      policy: { ...LEFTOVERS, regions: [REGION, FAR] },
    });
    const { leftovers } = await cloud.run();
    expect(leftovers?.map(({ regionId, customerGateways }) => [regionId, customerGateways.length])).toEqual([
      [REGION, NAMES.length],
      [FAR, 0],
    ]);
  });

  test('a result has at most as many gateways as outcomes, and counts the rest', async () => {
    const names = Array.from({ length: 1_010 }, (_, index) => `cgw-${index}`);
    const cloud = startCloud({ estate: withGateways(estate(), names), policy: LEFTOVERS });
    const { leftovers = [] } = await cloud.run();
    expect(leftovers[0]?.customerGateways).toHaveLength(1_000);
    expect(leftovers[0]?.customerGatewaysOmitted).toBe(10);
  });
});

test('without it a run makes no call for it and says nothing', async () => {
  const on = startCloud({ estate: withGateways(estate(...inUse(2))), policy: LEFTOVERS });
  const off = startCloud({ estate: withGateways(estate(...inUse(2))) });
  const [{ calls }, result] = [await on.run(), await off.run()];
  expect(result).not.toHaveProperty('leftovers');
  expect({ ...result.calls, DescribeCustomerGateways: 1 }).toEqual(calls);
  expect(result.calls).not.toHaveProperty('DescribeCustomerGateways');
});
