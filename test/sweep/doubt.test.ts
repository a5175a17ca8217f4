import { describe, expect, test } from 'vitest';
import { ago, DAY, HOUR, REGION } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';

const deletions = (calls: readonly string[]) => calls.filter((call) => call.startsWith('Delete'));

describe('complete or nothing', () => {
  test.each([
    ['the listing of connections', 'DescribeVpnConnections'],
    ['the listing of transit routers', 'ListTransitRouters'],
    ['the listing of attachments', 'ListTransitRouterVpnAttachments'],
  ])('when %s fails, the region is unread and nothing is written', async (_what, action) => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), free('new'), bound('back', dueTags()), ...inUse(3)),
      faults: [{ action, times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' } }],
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'incomplete', regions: [{ regionId: REGION, listing: 'unread' }] });
    expect(cloud.writes()).toEqual([]);
  });

  test.each([
    ['page 2 fails', { kind: 'error', status: 403, code: 'Forbidden' }],
    ['the total is wrong', { kind: 'wrong-total', delta: 1 }],
    ['the list is empty although the total is not', { kind: 'empty-list' }],
    ['the list field is missing', { kind: 'drop-field', field: 'VpnConnections' }],
  ] as const)('when %s, the region is unread and nothing is written', async (_what, fault) => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(60)),
      faults: [{ action: 'DescribeVpnConnections', match: { PageNumber: '2' }, times: 'always', fault }],
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'incomplete', regions: [{ listing: 'unread', connections: 0 }] });
    expect(cloud.writes()).toEqual([]);
  });

  test('a listing that is complete at the second attempt counts', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(60)),
      faults: [{ action: 'DescribeVpnConnections', times: 1, fault: { kind: 'wrong-total', delta: 1 } }],
    });
    expect(await cloud.run()).toMatchObject({ status: 'complete', counts: { deleted: 1 } });
  });

  test('an unread region does not prevent the sweep of another region', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), free('far', dueTags(), { regionId: 'eu-central-1' })),
      policy: { regions: [REGION, 'eu-central-1'] },
      faults: [
        {
          regionId: 'eu-central-1',
          action: 'DescribeVpnConnections',
          times: 'always',
          fault: { kind: 'error', status: 403, code: 'Forbidden' },
        },
      ],
    });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', counts: { deleted: 1 } });
    expect(cloud.connectionIds()).toEqual(['vco-far']);
  });

  test('tags that a reply leaves out are asked for, never taken as absent', async () => {
    const cloud = startCloud({
      estate: estate(free('kept', { ...dueTags(), 'vco-sweeper:keep': '' }), free('old', dueTags()), ...inUse(3)),
      faults: [
        {
          action: ['DescribeVpnConnections', 'DescribeVpnConnection'],
          times: 'always',
          fault: { kind: 'drop-field', field: 'Tag' },
        },
      ],
    });
    const result = await cloud.run();
    expect(cloud.calls().join()).toContain('ListTagResources');
    expect(result.counts.protected).toBe(1);
    expect(cloud.connectionIds()).toContain('vco-kept');
  });

  test('unreadable tags leave the connection in doubt, and the run incomplete', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(3)),
      faults: [
        { action: 'DescribeVpnConnections', times: 'always', fault: { kind: 'drop-field', field: 'Tag' } },
        { action: 'ListTagResources', times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden' } },
      ],
    });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', counts: { unknown: 4, deleted: 0 } });
    expect(cloud.writes()).toEqual([]);
  });
});

describe('two witnesses', () => {
  test('a connection that says it is free, and that a transit router lists, is kept', async () => {
    const cloud = startCloud({
      estate: {
        ...estate(free('odd', dueTags()), ...inUse(3)),
        attachments: [{ TransitRouterAttachmentId: 'tr-attach-odd', VpnId: 'vco-odd', TransitRouterId: 'tr-1' }],
      },
    });
    const result = await cloud.run();
    expect(result).toMatchObject({ status: 'complete', counts: { unknown: 1, deleted: 0 } });
    expect(cloud.writes()).toEqual([]);
  });

  test("a connection bound to another account's transit router is kept while no role for it is configured", async () => {
    const cloud = startCloud({
      estate: {
        accounts: [{ accountId: '1000000000000001' }, { accountId: '2000000000000002' }],
        transitRouters: [{ TransitRouterId: 'tr-foreign', accountId: '2000000000000002' }],
        ...estate(bound('far', dueTags('tunnels-down'), { ...down, TransitRouterId: 'tr-foreign' }), ...inUse(3)),
      },
      policy: { rules: { 'tunnels-down': DAY } },
    });
    expect((await cloud.run()).counts).toMatchObject({ unknown: 1 });
    expect(deletions(cloud.writes())).toEqual([]);
  });
});

describe('read again before each write', () => {
  const change: Record<string, (row: Record<string, unknown>) => void> = {
    'it was tagged to be kept': (row) => {
      row.tags = { ...dueTags(), 'vco-sweeper:keep': '' };
    },
    'its mark went': (row) => {
      row.tags = {};
    },
    'it got another name': (row) => {
      row.Name = 'other';
    },
    'it is being attached': (row) => {
      row.State = 'attaching';
    },
    'it is attached': (row) => {
      Object.assign(row, { State: 'attached', AttachType: 'CEN', TransitRouterId: 'tr-1' });
    },
    'its tunnel came up': (row) => {
      row.Status = 'ipsec_sa_established';
    },
  };
  test.each(Object.entries(change))('when %s since the listing, it is not deleted', async (_what, apply) => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
    const result = await cloud.run({
      before: ({ action }) => {
        const row = cloud.connection('vco-old');
        if (action === 'DescribeVpnConnection' && row) {
          apply(row as unknown as Record<string, unknown>);
        }
      },
    });
    expect(deletions(cloud.writes())).toEqual([]);
    expect(result.counts.deleted).toBe(0);
    expect(cloud.connectionIds()).toContain('vco-old');
  });

  test('a tunnel that comes up between listing and detach stops the detach, and the mark is removed', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { 'tunnels-down': DAY } },
    });
    const result = await cloud.run({
      before: ({ action }) => {
        const row = cloud.connection('vco-old');
        if (action === 'DescribeVpnConnection' && row) {
          row.Status = 'ipsec_sa_established';
        }
      },
    });
    expect(deletions(cloud.writes())).toEqual([]);
    expect(result.outcomes.find(({ connectionId }) => connectionId === 'vco-old')).toMatchObject({
      outcome: 'cleared',
    });
    expect(cloud.tags('vco-old')).toEqual({});
  });

  test('the clock of a rule that no longer matches is removed, and the clock of another rule continues', async () => {
    const unrouted = `unrouted ${ago(DAY).replace('.000Z', 'Z')}`;
    const mark = { 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}, ${unrouted}`, 'vco-sweeper:seen': ago(HOUR) };
    const cloud = startCloud({
      estate: {
        ...estate(bound('old', mark, down), ...inUse(9)),
        transitRouters: [{ TransitRouterId: 'tr-1' }],
        routeTables: [{ TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' }],
        associations: inUse(9).map(({ VpnConnectionId }) => ({
          TransitRouterAttachmentId: `tr-attach-${String(VpnConnectionId).slice(4)}`,
          TransitRouterRouteTableId: 'vtb-1',
        })),
      },
      policy: { rules: { 'tunnels-down': DAY, unrouted: 7 * DAY } },
    });
    await cloud.run({
      before: ({ action }) => {
        const row = cloud.connection('vco-old');
        if (action === 'DescribeVpnConnection' && row) {
          row.Status = 'ipsec_sa_established';
        }
      },
    });
    expect(cloud.tags('vco-old')?.['vco-sweeper:orphan']).toBe(unrouted);
    Object.assign(cloud.connection('vco-old') ?? {}, down);
    cloud.clock.advance(3_600_000);
    expect((await cloud.run()).counts.deleted).toBe(0);
  });

  test('protected between detach and delete, it is not deleted', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: { rules: { 'tunnels-down': DAY } },
    });
    const result = await cloud.run({
      before: () => {
        const row = cloud.connection('vco-old');
        if (row?.AttachType === 'NO_ASSOCIATED') {
          row.tags = { ...row.tags, 'vco-sweeper:keep': 'yes' };
        }
      },
    });
    expect(result.outcomes.find(({ connectionId }) => connectionId === 'vco-old')).toMatchObject({
      outcome: 'protected',
    });
    expect(cloud.connectionIds()).toContain('vco-old');
  });

  test('when the re-read fails, nothing is sent', async () => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      faults: [
        { action: 'DescribeVpnConnection', times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden' } },
      ],
    });
    expect(await cloud.run()).toMatchObject({ status: 'incomplete', counts: { failed: 1 } });
    expect(deletions(cloud.writes())).toEqual([]);
  });
});

test('VPN-gateway connections are kept and never written to, with any tags', async () => {
  const cloud = startCloud({
    estate: estate(
      free(
        'gateway',
        { ...dueTags(), 'vco-sweeper:expires': '2020-01-01' },
        { AttachType: 'VPNGW', State: 'active', VpnGatewayId: 'vpn-1' },
      ),
      free('legacy', dueTags(), { AttachType: null, State: null, VpnGatewayId: 'vpn-1' }),
      ...inUse(3),
    ),
    policy: { rules: { unassociated: 0, 'tunnels-down': 0, expired: 0 }, protect: { names: ['gate*'] } },
  });
  const result = await cloud.run();
  expect(result.counts).toMatchObject({ kept: 5 });
  expect(cloud.writes()).toEqual([]);
});

test('each outcome has its line in the log, also in a region that could not be read completely', async () => {
  const cloud = startCloud({
    estate: estate(free('old', dueTags()), free('new'), ...inUse(3)),
    faults: [
      { action: 'ListTransitRouters', times: 'always', fault: { kind: 'error', status: 403, code: 'Forbidden' } },
    ],
  });
  const { outcomes } = await cloud.run();
  const told = cloud.lines.filter(({ event }) => event === 'connection.judged').map(({ connectionId }) => connectionId);
  expect(told.sort()).toEqual(outcomes.map(({ connectionId }) => connectionId).sort());
  expect(outcomes).toHaveLength(5);
});

test('counts add up to the connections listed, and everything but kept is in the outcomes', async () => {
  const cloud = startCloud({
    estate: estate(
      free('old', dueTags()),
      free('new'),
      free('odd', {}, { State: 'mystery' }),
      free('keep', { 'vco-sweeper:keep': '' }),
      free('gw', {}, { AttachType: 'VPNGW' }),
      ...inUse(8),
    ),
  });
  const result = await cloud.run();
  const total = Object.values(result.counts).reduce((sum, count) => sum + count, 0);
  expect(total).toBe(result.regions.reduce((sum, { connections }) => sum + connections, 0));
  expect(result.outcomes).toHaveLength(total - result.counts.kept);
});
