import { describe, expect, test } from 'vitest';
import type { Connection, Routing } from '../../../lib/core/domain/estate.ts';
import type { Verdict } from '../../../lib/core/judge/judge.ts';
import { aBoundConnection, aConnection, aPolicy, DAY, judgeOne, tagged, twoTunnels } from '../../support/builders.ts';
import { DOWN, ONLY_TUNNELS } from './judge-cases.ts';

describe('rules on bound connections', () => {
  test.each<[string, Partial<Connection>, Verdict['kind']]>([
    ['both tunnels are down', DOWN, 'orphan'],
    ['one tunnel is up', { tunnels: twoTunnels('ike_sa_not_established', 'ipsec_sa_established') }, 'in-use'],
    [
      'one tunnel has only the first phase',
      { tunnels: twoTunnels('ike_sa_established', 'ipsec_sa_not_established') },
      'orphan',
    ],
    ['the status of one tunnel is unknown', { tunnels: twoTunnels('ike_sa_not_established', 'unknown') }, 'unknown'],
    [
      'one status is unknown, and the other tunnel is up',
      { tunnels: twoTunnels('unknown', 'ipsec_sa_established') },
      'in-use',
    ],
    ['the tunnels are down, but the connection says up', { ...DOWN, status: 'ipsec_sa_established' }, 'in-use'],
    ['both tunnels are down, and the connection has no status itself', { ...DOWN, status: 'missing' }, 'orphan'],
    ['its only tunnel has no status', { status: 'missing' }, 'unknown'],
    [
      'three tunnels are down, and the connection has no status itself',
      { tunnels: [...DOWN.tunnels, ...DOWN.tunnels.slice(1)], status: 'missing' },
      'unknown',
    ],
    ['the tunnels are down, but the status of the connection is unknown', { ...DOWN, status: 'unknown' }, 'unknown'],
    ['its only tunnel is down', { status: 'ike_sa_not_established' }, 'orphan'],
    ['the status of its only tunnel is unknown', { status: 'unknown' }, 'unknown'],
    [
      'a tunnel is being updated',
      {
        tunnels: [
          ...twoTunnels('ike_sa_not_established', 'ike_sa_not_established').slice(1),
          { tunnelId: 'tun-1', status: 'ike_sa_not_established', state: 'updating' },
        ],
      },
      'unknown',
    ],
  ])('by the rule tunnels-down, if %s (%j), the verdict is %s', (_what, change, kind) => {
    expect(judgeOne(aBoundConnection(change), ONLY_TUNNELS).kind).toBe(kind);
  });

  const free: Routing = { associations: [], propagations: [], staticRoutes: [] };
  test.each<[string, Routing | 'unread', Verdict['kind']]>([
    ['nothing uses it', free, 'orphan'],
    ['a route table is associated', { ...free, associations: ['vtb-1'] }, 'in-use'],
    ['a route table learns from it', { ...free, propagations: ['vtb-1'] }, 'in-use'],
    ['a static route points to it', { ...free, staticRoutes: ['10.0.0.0/8'] }, 'in-use'],
    ['the route tables were not read', 'unread', 'unknown'],
  ])('by the rule unrouted, if %s, the verdict is %s', (_what, routing, kind) => {
    const policy = aPolicy({ rules: { unassociated: 'off', unrouted: DAY } });
    expect(judgeOne(aBoundConnection(), policy, { routing }).kind).toBe(kind);
  });

  test('a connection is due by the rule unrouted even if a tunnel is up, and the evidence mentions the tunnel', () => {
    const connection = aBoundConnection({ tunnels: twoTunnels('ipsec_sa_established', 'ipsec_sa_established') });
    const policy = aPolicy({ rules: { unassociated: 'off', unrouted: 0 } });
    const verdict = judgeOne(connection, policy, { routing: free });
    expect(verdict).toMatchObject({ kind: 'orphan', rule: 'unrouted', isDue: true });
    expect(verdict.evidence).toContain('a tunnel is still up');
  });

  test('a bound connection is in use if no rule checks it', () => {
    expect(judgeOne(aBoundConnection(DOWN)).kind).toBe('in-use');
  });
});

describe('the rule expired', () => {
  const policy = aPolicy({ rules: { unassociated: 'off', expired: 0 } });
  test.each<[string, string, Verdict['kind']]>([
    ['a moment that has passed', '2026-11-22T11:59:59Z', 'orphan'],
    ['a moment in the future', '2026-11-22T12:00:01Z', 'in-use'],
    ['a moment with an offset', '2026-11-22T13:30:00+02:00', 'orphan'],
    ['yesterday', '2026-11-21', 'orphan'],
    ['today, which ends at midnight UTC', '2026-11-22', 'in-use'],
    ['a date-time without a zone', '2020-01-01T00:00:00', 'in-use'],
    ['a date with blanks around it', ' 2026-11-01 ', 'in-use'],
    ['the year 1, which programs write for "not set"', '0001-01-01T00:00:00Z', 'in-use'],
    ['1970, which programs write for "not set"', '1970-01-01', 'in-use'],
    ['the moment when it was created', '2026-08-14T12:00:00Z', 'in-use'],
    ['a second after it was created', '2026-08-14T12:00:01Z', 'orphan'],
    ['no date', 'soon', 'in-use'],
    ['an impossible day', '2026-02-30', 'in-use'],
    ['nothing', '', 'in-use'],
  ])('%s (%s) makes the verdict %s', (_what, expires, kind) => {
    expect(judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:expires': expires }) }), policy).kind).toBe(kind);
  });

  test('the evidence warns about a malformed date, even if only other rules are on', () => {
    const verdict = judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:expires': 'soon' }) }));
    expect(verdict.evidence.join()).toContain('neither an ISO date nor a date-time with a zone');
  });
});
