import { describe, expect, test } from 'vitest';
import type { Connection, Routing, Tunnel, TunnelStatus } from '../../../lib/core/domain/estate.ts';
import type { RuleName } from '../../../lib/core/domain/policy.ts';
import { RULES } from '../../../lib/core/rules/all-rules.ts';
import type { Finding, RuleInput } from '../../../lib/core/rules/rule.ts';
import { aBoundConnection, aConnection, anAttachment, NOW, tagged, twoTunnels } from '../../support/builders.ts';

const UNBOUND = { kind: 'unbound', evidence: ['bound to nothing'] } as const;
const BOUND = { kind: 'bound', attachment: anAttachment(), evidence: ['held by tr-1'] } as const;
const NO_ROUTING: Routing = { associations: [], propagations: [], staticRoutes: [] };
const ask = (rule: RuleName, connection: Connection, change: Partial<RuleInput> = {}): Finding =>
  RULES[rule]({
    connection,
    association: connection.attachType === 'CEN' ? BOUND : UNBOUND,
    routing: NO_ROUTING,
    nowMs: NOW,
    ...change,
  });
const UP = twoTunnels('ike_sa_not_established', 'ipsec_sa_established');

test('unassociated says what the two sides said, whether it holds or not', () => {
  expect(ask('unassociated', aConnection())).toEqual({ holds: 'yes', evidence: UNBOUND.evidence });
  expect(ask('unassociated', aBoundConnection())).toEqual({ holds: 'no', evidence: BOUND.evidence });
});

describe('tunnels-down', () => {
  const tunnels = (...all: readonly [TunnelStatus, string | undefined][]): readonly Tunnel[] =>
    all.map(([status, state], index) => ({ tunnelId: `tun-${index + 1}`, status, state }));
  const IKE = 'ike_sa_not_established';

  test.each<[string, Partial<Connection>, string]>([
    ['the only tunnel', { status: IKE }, `the only tunnel is ${IKE}`],
    ['both tunnels', { tunnels: twoTunnels(IKE, IKE) }, `both tunnels ${IKE}`],
    [
      'two tunnels in different ways',
      { tunnels: twoTunnels(IKE, 'ike_sa_established') },
      `both tunnels ${IKE}, ike_sa_established`,
    ],
    ['three tunnels', { tunnels: tunnels([IKE, 'active'], [IKE, undefined], [IKE, 'active']) }, `all 3 tunnels ${IKE}`],
    ['the only tunnel, named', { tunnels: tunnels([IKE, 'active']) }, `the only tunnel is ${IKE}`],
  ])('holds, and says how: %s', (_what, change, said) => {
    expect(ask('tunnels-down', aBoundConnection(change))).toEqual({ holds: 'yes', evidence: ['held by tr-1', said] });
  });

  test.each<[string, Connection, Finding['holds'], string]>([
    ['nothing holds it', aConnection(), 'no', 'not bound to a transit router'],
    [
      'it says itself that it is up',
      aBoundConnection({ status: 'ipsec_sa_established' }),
      'no',
      'the connection reports ipsec_sa_established',
    ],
    ['a tunnel is up', aBoundConnection({ tunnels: UP }), 'no', 'tunnel tun-2 has ipsec_sa_established'],
    [
      'a tunnel cannot be told',
      aBoundConnection({ tunnels: twoTunnels(IKE, 'unknown') }),
      'unread',
      'the status of the connection or of a tunnel is missing or not one we know',
    ],
    [
      'a tunnel is being changed',
      aBoundConnection({ tunnels: tunnels([IKE, 'active'], [IKE, 'updating']) }),
      'unread',
      'tunnel tun-2 is updating',
    ],
  ])('when %s it says so', (_when, connection, holds, said) => {
    expect(ask('tunnels-down', connection)).toEqual({ holds, evidence: [said] });
  });
});

describe('unrouted', () => {
  test.each<[string, Connection, string]>([
    ['no tunnel is up', aBoundConnection(), 'no tunnel reports an IPsec SA'],
    ['a tunnel is up', aBoundConnection({ tunnels: UP }), 'a tunnel is up all the same'],
    ['the only tunnel is up', aBoundConnection({ status: 'ipsec_sa_established' }), 'a tunnel is up all the same'],
  ])('holds, and says that %s', (_what, connection, said) => {
    const none = 'no route-table association, no propagation, no static route';
    expect(ask('unrouted', connection)).toEqual({ holds: 'yes', evidence: ['held by tr-1', none, said] });
  });

  test.each<[string, Connection, Routing | 'unread', { readonly holds: Finding['holds']; readonly said: string }]>([
    ['nothing holds it', aConnection(), NO_ROUTING, { holds: 'no', said: 'not bound to a transit router' }],
    [
      'nobody looked',
      aBoundConnection(),
      'unread',
      { holds: 'unread', said: 'the route tables of the transit router were not read' },
    ],
    [
      'a route table is associated',
      aBoundConnection(),
      { ...NO_ROUTING, associations: ['vtb-1'] },
      { holds: 'no', said: 'associated with route table vtb-1' },
    ],
    [
      'a route table learns from it',
      aBoundConnection(),
      { ...NO_ROUTING, propagations: ['vtb-2'] },
      { holds: 'no', said: 'propagates routes to route table vtb-2' },
    ],
    [
      'a static route points to it',
      aBoundConnection(),
      { ...NO_ROUTING, staticRoutes: ['10.0.0.0/8'] },
      { holds: 'no', said: 'the static route 10.0.0.0/8 points to it' },
    ],
  ])('when %s it says so', (_when, connection, routing, { holds, said }) => {
    expect(ask('unrouted', connection, { routing })).toEqual({ holds, evidence: [said] });
  });
});

describe('expired', () => {
  const expiring = (text: string, change: Partial<Connection> = {}) =>
    aConnection({ tags: tagged({ 'vco-sweeper:expires': text }), ...change });
  const passed = 'its tag vco-sweeper:expires names 2026-11-22T12:00:00.000Z, which has passed';
  const now = '2026-11-22T12:00:00Z';

  test('holds from the very moment that the tag names', () => {
    expect(ask('expired', expiring(now))).toMatchObject({ holds: 'yes', evidence: ['bound to nothing', passed] });
    expect(ask('expired', expiring(now), { nowMs: NOW - 1 }).holds).toBe('no');
  });

  test.each<[string, Partial<Connection>]>([
    ['one of two', { tunnels: UP }],
    ['the only one', { status: 'ipsec_sa_established' }],
  ])('says so when a tunnel is up all the same: %s', (_what, change) => {
    const said = ['bound to nothing', passed, 'a tunnel is up all the same'];
    expect(ask('expired', expiring(now, change))).toMatchObject({ holds: 'yes', evidence: said });
  });

  test.each<[string, Connection, Finding['holds'], string]>([
    ['nobody looked', aConnection({ tags: 'unread' }), 'unread', 'its tags were not read'],
    ['there is no tag', aConnection(), 'no', 'no tag vco-sweeper:expires'],
    [
      'it is no date',
      expiring('soon'),
      'no',
      'tag vco-sweeper:expires is neither an ISO date nor a date-time with a zone, so it never expires',
    ],
    ['it is to come', expiring('2026-11-22'), 'no', 'expires 2026-11-23T00:00:00.000Z'],
  ])('when %s it says so', (_when, connection, holds, said) => {
    expect(ask('expired', connection)).toMatchObject({ holds, evidence: [said] });
  });
});
