import { expect, test } from 'vitest';
import type { Connection, Routing } from '../../../lib/core/domain/estate.ts';
import type { Finding } from '../../../lib/core/rules/rule.ts';
import { unrouted } from '../../../lib/core/rules/unrouted.ts';
import { aBoundConnection, aConnection, NOW } from '../../support/builders.ts';
import { ask, NO_ROUTING, UP } from './ask-rule.ts';

test.each<[string, Connection, string]>([
  ['no tunnel is up', aBoundConnection(), 'no tunnel reports an IPsec SA'],
  ['a tunnel is up', aBoundConnection({ tunnels: UP }), 'a tunnel is still up'],
  ['the only tunnel is up', aBoundConnection({ status: 'ipsec_sa_established' }), 'a tunnel is still up'],
])('holds, and says that %s', (_what, connection, said) => {
  const none = 'no route-table association, no propagation, no static route';
  expect(ask(unrouted, connection)).toEqual({ holds: 'yes', evidence: ['held by tr-1', none, said] });
});

test.each<[string, Connection, Routing | 'unread', Finding]>([
  ['it is bound to nothing', aConnection(), NO_ROUTING, { holds: 'no', evidence: ['not bound to a transit router'] }],
  [
    'the routing is unread',
    aBoundConnection(),
    'unread',
    { holds: 'unread', evidence: ['the route tables of the transit router were not read'] },
  ],
  [
    'a route table is associated',
    aBoundConnection(),
    { ...NO_ROUTING, associations: ['vtb-1'] },
    { holds: 'no', evidence: ['associated with route table vtb-1'] },
  ],
  [
    'a route table learns from it',
    aBoundConnection(),
    { ...NO_ROUTING, propagations: ['vtb-2'] },
    { holds: 'no', evidence: ['propagates routes to route table vtb-2'] },
  ],
  [
    'a static route points to it',
    aBoundConnection(),
    { ...NO_ROUTING, staticRoutes: ['10.0.0.0/8'] },
    { holds: 'no', evidence: ['the static route 10.0.0.0/8 points to it'] },
  ],
])('if %s, the evidence says so', (_when, connection, routing, expected) => {
  expect(ask(unrouted, connection, { routing })).toEqual(expected);
});

test('needs the route tables, and no statement of the connection disproves it', () => {
  expect(unrouted.needs).toEqual(['routing']);
  expect(unrouted.isDisprovedBy(aBoundConnection({ tunnels: UP }), NOW)).toBe(false);
});
