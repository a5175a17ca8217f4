import { expect, test } from 'vitest';
import type { Connection, Tunnel, TunnelStatus } from '../../../lib/core/domain/estate.ts';
import type { Finding } from '../../../lib/core/rules/rule.ts';
import { tunnelsDown } from '../../../lib/core/rules/tunnels-down.ts';
import { aBoundConnection, aConnection, NOW, twoTunnels } from '../../support/builders.ts';
import { ask, UP } from './ask-rule.ts';

const tunnels = (...all: readonly [TunnelStatus, string | undefined][]): readonly Tunnel[] =>
  all.map(([status, state], index) => ({ tunnelId: `tun-${index + 1}`, status, state }));
const IKE = 'ike_sa_not_established';

test.each<[string, Partial<Connection>, string]>([
  ['the only tunnel', { status: IKE }, `the only tunnel is ${IKE}`],
  ['both tunnels', { tunnels: twoTunnels(IKE, IKE) }, `both tunnels ${IKE}`],
  [
    'two tunnels with different statuses',
    { tunnels: twoTunnels(IKE, 'ike_sa_established') },
    `both tunnels ${IKE}, ike_sa_established`,
  ],
  ['three tunnels', { tunnels: tunnels([IKE, 'active'], [IKE, undefined], [IKE, 'active']) }, `all 3 tunnels ${IKE}`],
  ['the only tunnel, named', { tunnels: tunnels([IKE, 'active']) }, `the only tunnel is ${IKE}`],
])('holds, and describes the tunnels: %s', (_what, change, said) => {
  expect(ask(tunnelsDown, aBoundConnection(change))).toEqual({ holds: 'yes', evidence: ['held by tr-1', said] });
});

test.each<[string, Connection, Finding['holds'], string]>([
  ['it is bound to nothing', aConnection(), 'no', 'not bound to a transit router'],
  [
    'the connection itself says that it is up',
    aBoundConnection({ status: 'ipsec_sa_established' }),
    'no',
    'the connection reports ipsec_sa_established',
  ],
  ['a tunnel is up', aBoundConnection({ tunnels: UP }), 'no', 'tunnel tun-2 has ipsec_sa_established'],
  [
    'the status of a tunnel is unknown',
    aBoundConnection({ tunnels: twoTunnels(IKE, 'unknown') }),
    'unread',
    'the status of the connection or of a tunnel is missing or unknown',
  ],
  [
    'a tunnel is being changed',
    aBoundConnection({ tunnels: tunnels([IKE, 'active'], [IKE, 'updating']) }),
    'unread',
    'tunnel tun-2 is updating',
  ],
])('if %s, the evidence says so', (_when, connection, holds, said) => {
  expect(ask(tunnelsDown, connection)).toEqual({ holds, evidence: [said] });
});

test.each<[string, Partial<Connection>, boolean]>([
  ['one tunnel of two is up', { tunnels: UP }, true],
  ['the connection says that it is up', { status: 'ipsec_sa_established' }, true],
  ['both tunnels are down', { tunnels: twoTunnels(IKE, IKE) }, false],
  ['the status of a tunnel is unknown', { tunnels: twoTunnels(IKE, 'unknown') }, false],
  ['the status is missing', { status: 'missing' }, false],
])('if %s, the connection disproves the rule or does not', (_when, change, disproved) => {
  expect(tunnelsDown.isDisprovedBy(aBoundConnection(change), NOW)).toBe(disproved);
});
