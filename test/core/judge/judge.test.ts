import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Connection, Routing } from '../../../lib/core/domain/estate.ts';
import type { MarkAction, Verdict } from '../../../lib/core/judge/judge.ts';
import {
  aBoundConnection,
  aConnection,
  ago,
  anAttachment,
  aPolicy,
  DAY,
  HOUR,
  judgeOne,
  NOW,
  tagged,
  twoTunnels,
  witnesses,
} from '../../support/builders.ts';

const dueMark = { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };
const down = { tunnels: twoTunnels('ike_sa_not_established', 'ike_sa_not_established') };
const onlyTunnels = aPolicy({ rules: { unassociated: 'off', 'tunnels-down': DAY } });

describe('marks and grace', () => {
  test.each<[string, Record<string, string>, MarkAction, boolean]>([
    ['without a mark it is marked', {}, 'set', false],
    [
      'inside its grace it waits',
      { ...dueMark, 'vco-sweeper:orphan': `unassociated ${ago(DAY - 1)}` },
      'refresh',
      false,
    ],
    ['to the millisecond it is due', { ...dueMark, 'vco-sweeper:orphan': `unassociated ${ago(DAY)}` }, 'refresh', true],
    ['seen within the gap it is due', { ...dueMark, 'vco-sweeper:seen': ago(72 * HOUR) }, 'refresh', true],
    ['after a gap the clock starts again', { ...dueMark, 'vco-sweeper:seen': ago(72 * HOUR + 1) }, 'set', false],
    ['without seen the clock starts again', { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}` }, 'set', false],
    ['with only seen the clock starts again', { 'vco-sweeper:seen': ago(HOUR) }, 'set', false],
    ['a malformed seen starts again', { ...dueMark, 'vco-sweeper:seen': 'yesterday' }, 'set', false],
    ['a seen without a zone starts again', { ...dueMark, 'vco-sweeper:seen': '2026-11-22T11:00:00' }, 'set', false],
    ['a seen 5 minutes ahead counts as now', { ...dueMark, 'vco-sweeper:seen': ago(-300_000) }, 'refresh', true],
    ['a seen further ahead starts again', { ...dueMark, 'vco-sweeper:seen': ago(-300_001) }, 'set', false],
    [
      'a since 5 minutes ahead counts as now',
      { ...dueMark, 'vco-sweeper:orphan': `unassociated ${ago(-300_000)}` },
      'refresh',
      false,
    ],
    [
      'a since further ahead starts again',
      { ...dueMark, 'vco-sweeper:orphan': `unassociated ${ago(-300_001)}` },
      'set',
      false,
    ],
    [
      'a seen with a step that failed counts',
      { ...dueMark, 'vco-sweeper:seen': `${ago(HOUR)} tried ${ago(DAY)}` },
      'refresh',
      true,
    ],
    ['a void seen starts again', { ...dueMark, 'vco-sweeper:seen': 'void' }, 'set', false],
    ['a void orphan tag starts again', { ...dueMark, 'vco-sweeper:orphan': 'void' }, 'set', false],
    [
      'a rule named twice starts again',
      { ...dueMark, 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}, unassociated ${ago(3 * DAY)}` },
      'set',
      false,
    ],
    ['a malformed since starts again', { ...dueMark, 'vco-sweeper:orphan': 'unassociated long-ago' }, 'set', false],
    [
      'an impossible day starts again',
      { ...dueMark, 'vco-sweeper:orphan': 'unassociated 2026-02-30T00:00:00Z' },
      'set',
      false,
    ],
    ['an unknown rule starts again', { ...dueMark, 'vco-sweeper:orphan': `unloved ${ago(2 * DAY)}` }, 'set', false],
    [
      'a seen long before the mark itself starts again',
      { 'vco-sweeper:orphan': `unassociated ${ago(25 * HOUR)}`, 'vco-sweeper:seen': ago(71 * HOUR) },
      'set',
      false,
    ],
    ['a mark without a rule starts again', { ...dueMark, 'vco-sweeper:orphan': ago(2 * DAY) }, 'set', false],
    ['another rule starts again', { ...dueMark, 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` }, 'set', false],
  ])('%s', (_what, tags, markAction, due) => {
    expect(judgeOne(aConnection({ tags: tagged(tags) }))).toMatchObject({
      kind: 'orphan',
      rule: 'unassociated',
      markAction,
      isDue: due,
    });
  });

  test('the evidence says since when, and when it was last seen so', () => {
    expect(judgeOne(aConnection({ tags: tagged(dueMark) })).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      'no attachment of tr-1 holds it',
      `orphan since ${ago(2 * DAY)}, last seen so ${ago(HOUR)}`,
    ]);
  });

  test('in use again, the mark goes', () => {
    const connection = aBoundConnection({
      tags: tagged(dueMark),
      ...{ tunnels: twoTunnels('ipsec_sa_established', 'ike_sa_not_established') },
    });
    expect(judgeOne(connection, onlyTunnels)).toMatchObject({ kind: 'in-use', markAction: 'clear' });
  });

  test('on its way from one state to another, the mark neither goes nor is renewed', () => {
    expect(judgeOne(aConnection({ state: 'updating', tags: tagged(dueMark) }))).toMatchObject({
      kind: 'unknown',
      markAction: 'none',
    });
  });

  test('a rule without grace needs no mark', () => {
    expect(judgeOne(aConnection(), aPolicy({ rules: { unassociated: 0 } }))).toMatchObject({
      kind: 'orphan',
      isDue: true,
      markAction: 'none',
      sinceMs: undefined,
    });
  });
});

describe('several rules', () => {
  const policy = aPolicy({ rules: { unassociated: DAY, expired: DAY } });
  const expires = { 'vco-sweeper:expires': '2026-11-01' };

  test('each that holds gets a clock of its own, and the first in order is the one reported', () => {
    expect(judgeOne(aConnection({ tags: tagged(expires) }), policy)).toMatchObject({
      rule: 'unassociated',
      markAction: 'set',
      starting: ['unassociated', 'expired'],
    });
  });

  test('a due clock whose rule still holds sweeps, though another comes first in order', () => {
    const tags = tagged({ ...expires, ...dueMark, 'vco-sweeper:orphan': `expired ${ago(2 * DAY)}` });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'expired', isDue: true });
  });

  test('a clock is due to the millisecond, though another rule comes first in order', () => {
    const tags = tagged({ ...expires, ...dueMark, 'vco-sweeper:orphan': `expired ${ago(DAY)}` });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'expired', isDue: true });
  });

  test('a clock that runs goes on when another rule begins to hold', () => {
    const tags = tagged({ ...expires, ...dueMark, 'vco-sweeper:orphan': `expired ${ago(HOUR)}` });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({
      rule: 'expired',
      sinceMs: NOW - HOUR,
      markAction: 'set',
      clocks: new Map([['expired', NOW - HOUR]]),
      starting: ['unassociated'],
      isDue: false,
    });
  });

  test('the one that is due first is the one reported, whichever began first', () => {
    const marks = `unassociated ${ago(2 * HOUR)}, expired ${ago(HOUR)}`;
    const tags = tagged({ ...expires, ...dueMark, 'vco-sweeper:orphan': marks });
    const short = aPolicy({ rules: { unassociated: DAY, expired: 3 * HOUR } });
    expect(judgeOne(aConnection({ tags }), short)).toMatchObject({ rule: 'expired', ripeAtMs: NOW + 2 * HOUR });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'unassociated', ripeAtMs: NOW + 22 * HOUR });
  });

  test('a clock whose rule does not hold any more goes, and the others go on', () => {
    const marks = `tunnels-down ${ago(2 * DAY)}, expired ${ago(HOUR)}`;
    const tags = tagged({ ...expires, ...dueMark, 'vco-sweeper:orphan': marks });
    const up = aBoundConnection({ tags, tunnels: twoTunnels('ipsec_sa_established', 'ipsec_sa_established') });
    expect(judgeOne(up, aPolicy({ rules: { 'tunnels-down': DAY, expired: DAY } }))).toMatchObject({
      rule: 'expired',
      markAction: 'set',
      markDisproved: true,
      clocks: new Map([['expired', NOW - HOUR]]),
      isDue: false,
    });
  });

  describe('a mark whose rule was looked at and does not hold goes, so that its clock starts again', () => {
    const up = { tunnels: twoTunnels('ipsec_sa_established', 'ipsec_sa_established') };
    const marked = { ...dueMark, 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` };
    const rules = { unassociated: DAY, 'tunnels-down': DAY } as const;

    test('though another rule without grace holds', () => {
      const tags = tagged({ ...marked, ...expires });
      const verdict = judgeOne(aBoundConnection({ ...up, tags }), aPolicy({ rules: { ...rules, expired: 0 } }));
      expect(verdict).toMatchObject({ rule: 'expired', isDue: true, markDisproved: true, markAction: 'clear' });
    });

    test('though another rule could not be decided', () => {
      const policy = aPolicy({ rules: { ...rules, unrouted: DAY } });
      expect(judgeOne(aBoundConnection({ ...up, tags: tagged(marked) }), policy)).toMatchObject({
        kind: 'unknown',
        markDisproved: true,
        markAction: 'clear',
      });
    });

    test('though the witnesses disagree, when the connection itself says that it is attached, or up', () => {
      const attached = aBoundConnection({ ...up, tags: tagged(dueMark), transitRouterId: 'tr-foreign' });
      expect(judgeOne(attached)).toMatchObject({ kind: 'unknown', markDisproved: true, markAction: 'clear' });
      const upAgain = aBoundConnection({ ...up, tags: tagged(marked), transitRouterId: 'tr-foreign' });
      expect(judgeOne(upAgain)).toMatchObject({ kind: 'unknown', markDisproved: true, markAction: 'clear' });
    });

    test.each<[string, string, Partial<Connection>]>([
      ['is unassociated, and the connection is not attached yet', 'unassociated', { state: 'active' }],
      ['is unassociated, and the connection says both', 'unassociated', { attachType: 'NO_ASSOCIATED' }],
      ['is tunnels-down, and no tunnel is up', 'tunnels-down', { ...down, transitRouterId: 'tr-foreign' }],
      ['is unrouted, which it cannot say itself', 'unrouted', { ...up, transitRouterId: 'tr-foreign' }],
    ])('but not while the witnesses disagree and its rule %s', (_what, rule, change) => {
      const tags = tagged({ ...dueMark, 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}` });
      expect(judgeOne(aBoundConnection({ tags, ...change }))).toMatchObject({
        kind: 'unknown',
        markDisproved: false,
        markAction: 'none',
      });
    });

    test('the clock of a rule that is off goes', () => {
      const tags = tagged({ ...marked, ...expires });
      const off = aPolicy({ rules: { unassociated: DAY, expired: 0 } });
      expect(judgeOne(aBoundConnection({ ...down, tags }), off)).toMatchObject({
        rule: 'expired',
        markDisproved: true,
        markAction: 'clear',
      });
    });

    test('where a rule that has a clock could not be decided, nothing is renewed and nothing is due', () => {
      const tags = tagged({ ...marked, ...expires });
      const unread = { tunnels: twoTunnels('unknown', 'ike_sa_not_established') };
      const on = aPolicy({ rules: { ...rules, expired: 0 } });
      expect(judgeOne(aBoundConnection({ ...unread, tags }), on)).toMatchObject({
        kind: 'unknown',
        isDue: false,
        markAction: 'none',
      });
    });

    test('a clock that is disproved goes from a mark in which another could not be decided, and nothing is renewed', () => {
      const marks = `tunnels-down ${ago(2 * DAY)}, unrouted ${ago(DAY)}`;
      const policy = aPolicy({ rules: { ...rules, unrouted: 3 * DAY } });
      const tags = tagged({ ...dueMark, 'vco-sweeper:orphan': marks });
      expect(judgeOne(aBoundConnection({ ...up, tags }), policy)).toMatchObject({
        kind: 'unknown',
        markAction: 'prune',
        clocks: new Map([['unrouted', NOW - DAY]]),
      });
    });

    test('a mark whose rule could not be decided stays', () => {
      const tags = tagged({ ...dueMark, 'vco-sweeper:orphan': `unrouted ${ago(2 * DAY)}` });
      const policy = aPolicy({ rules: { ...rules, unrouted: DAY } });
      expect(judgeOne(aBoundConnection({ ...up, tags }), policy)).toMatchObject({
        kind: 'unknown',
        markAction: 'none',
      });
    });

    test('a mark whose rule holds is renewed beside a rule without grace', () => {
      const tags = tagged({ ...dueMark, 'vco-sweeper:orphan': `unassociated ${ago(HOUR)}`, ...expires });
      const policy = aPolicy({ rules: { unassociated: DAY, expired: 0 } });
      expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'expired', markAction: 'refresh' });
    });
  });

  test('a rule that is off sweeps nothing, however due its mark', () => {
    const connection = aConnection({ tags: tagged(dueMark) });
    expect(judgeOne(connection, aPolicy({ rules: { unassociated: 'off' } }))).toMatchObject({
      kind: 'in-use',
      markAction: 'clear',
    });
  });
});

describe('no room for the tags of the sweeper', () => {
  const owners = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, '']));

  test.each<[number, Connection]>([
    [1, aConnection({ tags: tagged(owners(19)) })],
    [1, aConnection({ tags: tagged({ ...owners(19), 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}` }) })],
    [1, aBoundConnection({ ...down, tags: tagged({ ...owners(18), ...dueMark }) })],
  ])('%i tags have to go first: it is an orphan that is not due, and nothing is written', (over, connection) => {
    const policy = aPolicy({ rules: { 'tunnels-down': DAY } });
    expect(judgeOne(connection, policy)).toMatchObject({
      kind: 'orphan',
      tagsOver: over,
      isDue: false,
      starting: [],
      reason: expect.stringContaining(`Remove ${over} of its own tags`),
    });
  });

  test('a clock that does not hold goes all the same', () => {
    const tags = tagged({ ...owners(19), ...dueMark, 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` });
    expect(judgeOne(aConnection({ tags }))).toMatchObject({ tagsOver: 1, markAction: 'clear' });
  });
});

describe('what it says', () => {
  const marked = (orphan: string, seen = ago(HOUR)) =>
    tagged({ 'vco-sweeper:orphan': orphan, 'vco-sweeper:seen': seen });
  const HELD = 'AttachType CEN, State attached, tr-1 holds it by tr-attach-1, Attached';

  test.each<[string, Connection, Parameters<typeof aPolicy>[0], string]>([
    ['it is not ours', aConnection({ attachType: 'VPNGW' }), {}, 'it is not a connection made for a transit router'],
    [
      'two things protect it',
      aConnection({ tags: tagged({ 'vco-sweeper:keep': '' }) }),
      { protect: { connections: ['vco-1'] } },
      'tag vco-sweeper:keep; it is listed in protect.connections',
    ],
    ['its tags were not read', aConnection({ tags: 'unread' }), {}, 'its tags could not be read'],
    [
      'its name was not read',
      aConnection({ name: undefined }),
      { protect: { names: ['prod*'] } },
      'the reply did not say what its name is',
    ],
    ['it is on its way', aConnection({ state: 'updating' }), {}, 'it is updating'],
    ['the witnesses disagree', aConnection({ transitRouterId: 'tr-1' }), {}, 'it still names tr-1'],
    [
      'an earlier run detached it',
      aConnection({ tags: tagged({ 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-1` }) }),
      {},
      'an earlier run detached it and did not get to delete it',
    ],
    ['no rule is on', aConnection(), { rules: { unassociated: 'off' } }, 'no rule is on'],
    ['a rule does not hold', aBoundConnection(), {}, `no rule that is on holds (unassociated: ${HELD})`],
    [
      'two rules do not hold',
      aBoundConnection(),
      { rules: { expired: DAY } },
      `no rule that is on holds (unassociated: ${HELD}; expired: no tag vco-sweeper:expires)`,
    ],
    [
      'two rules could not be decided',
      aBoundConnection({ status: 'unknown' }),
      { rules: { 'tunnels-down': DAY, unrouted: DAY } },
      'a rule could not be decided (tunnels-down: the status of the connection or of a tunnel is missing or not one ' +
        'we know; unrouted: the route tables of the transit router were not read)',
    ],
    ['its clock starts', aConnection(), {}, 'unassociated: its clock starts with this run'],
    [
      'its clock starts again',
      aConnection({ tags: marked('unassociated soon') }),
      {},
      'unassociated: its clock starts with this run; its mark does not count: tag vco-sweeper:orphan is missing or ' +
        'malformed',
    ],
    [
      'its clock starts, and that of another rule ends',
      aConnection({ tags: marked(`unrouted ${ago(HOUR)}`) }),
      {},
      'unassociated: its clock starts with this run',
    ],
    [
      'its grace is running',
      aConnection({ tags: marked(`unassociated ${ago(HOUR)}`) }),
      {},
      'unassociated: inside its grace until 2026-11-23T11:00:00.000Z',
    ],
    [
      'its grace has run out this very moment',
      aConnection({ tags: marked(`unassociated ${ago(DAY)}`) }),
      {},
      'unassociated: its grace has run out',
    ],
    ['it needs no grace', aConnection(), { rules: { unassociated: 0 } }, 'unassociated: this rule has no grace'],
  ])('when %s it says so', (_when, connection, policy, reason) => {
    expect(judgeOne(connection, aPolicy(policy)).reason).toBe(reason);
  });

  test('why its clock starts again is in the evidence too', () => {
    expect(judgeOne(aConnection({ tags: marked('unassociated soon') })).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      'no attachment of tr-1 holds it',
      'its mark does not count: tag vco-sweeper:orphan is missing or malformed',
    ]);
  });

  test('a first mark adds nothing to the evidence', () => {
    expect(judgeOne(aConnection()).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      'no attachment of tr-1 holds it',
    ]);
  });

  test('what could not be read has no mark, and what nothing protects has no protections', () => {
    expect(judgeOne(aConnection({ tags: 'unread' }))).toMatchObject({ mark: { kind: 'none' }, protections: [] });
  });

  test('without a mark there is none to clear, protected, used or in doubt', () => {
    const none = { markAction: 'none', markDisproved: false };
    expect(judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:keep': '' }) }))).toMatchObject(none);
    expect(judgeOne(aBoundConnection())).toMatchObject(none);
    expect(judgeOne(aBoundConnection({ transitRouterId: 'tr-far' }))).toMatchObject(none);
  });

  test('a date that can be read is not warned about', () => {
    const tags = tagged({ 'vco-sweeper:expires': '2027-01-01' });
    expect(judgeOne(aConnection({ tags })).evidence.join()).not.toContain('vco-sweeper:expires');
  });
});

describe('rules on bound connections', () => {
  test.each<[string, Partial<Connection>, Verdict['kind']]>([
    ['both tunnels are down', down, 'orphan'],
    ['one tunnel is up', { tunnels: twoTunnels('ike_sa_not_established', 'ipsec_sa_established') }, 'in-use'],
    [
      'one tunnel has only the first phase',
      { tunnels: twoTunnels('ike_sa_established', 'ipsec_sa_not_established') },
      'orphan',
    ],
    ['one tunnel says something unknown', { tunnels: twoTunnels('ike_sa_not_established', 'unknown') }, 'unknown'],
    ['one unknown, the other up', { tunnels: twoTunnels('unknown', 'ipsec_sa_established') }, 'in-use'],
    ['tunnels down, but the connection says up', { ...down, status: 'ipsec_sa_established' }, 'in-use'],
    ['both tunnels are down, and the connection says nothing itself', { ...down, status: 'missing' }, 'orphan'],
    ['its only tunnel says nothing', { status: 'missing' }, 'unknown'],
    [
      'three tunnels are down, and the connection says nothing itself',
      { tunnels: [...down.tunnels, ...down.tunnels.slice(1)], status: 'missing' },
      'unknown',
    ],
    ['tunnels down, but the connection says something unknown', { ...down, status: 'unknown' }, 'unknown'],
    ['its only tunnel is down', { status: 'ike_sa_not_established' }, 'orphan'],
    ['its only tunnel says something unknown', { status: 'unknown' }, 'unknown'],
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
  ])('tunnels-down: when %s (%j) it is %s', (_what, change, kind) => {
    expect(judgeOne(aBoundConnection(change), onlyTunnels).kind).toBe(kind);
  });

  const free: Routing = { associations: [], propagations: [], staticRoutes: [] };
  test.each<[string, Routing | 'unread', Verdict['kind']]>([
    ['nothing uses it', free, 'orphan'],
    ['a route table is associated', { ...free, associations: ['vtb-1'] }, 'in-use'],
    ['a route table learns from it', { ...free, propagations: ['vtb-1'] }, 'in-use'],
    ['a static route points to it', { ...free, staticRoutes: ['10.0.0.0/8'] }, 'in-use'],
    ['the route tables were not read', 'unread', 'unknown'],
  ])('unrouted: when %s it is %s', (_what, routing, kind) => {
    const policy = aPolicy({ rules: { unassociated: 'off', unrouted: DAY } });
    expect(judgeOne(aBoundConnection(), policy, { routing }).kind).toBe(kind);
  });

  test('unrouted sweeps although a tunnel is up, and the evidence says so', () => {
    const connection = aBoundConnection({ tunnels: twoTunnels('ipsec_sa_established', 'ipsec_sa_established') });
    const policy = aPolicy({ rules: { unassociated: 'off', unrouted: 0 } });
    const verdict = judgeOne(connection, policy, { routing: free });
    expect(verdict).toMatchObject({ kind: 'orphan', rule: 'unrouted', isDue: true });
    expect(verdict.evidence).toContain('a tunnel is up all the same');
  });

  test('a bound connection is in use while no rule looks at it', () => {
    expect(judgeOne(aBoundConnection(down)).kind).toBe('in-use');
  });
});

describe('expired', () => {
  const policy = aPolicy({ rules: { unassociated: 'off', expired: 0 } });
  test.each<[string, string, Verdict['kind']]>([
    ['a moment that has passed', '2026-11-22T11:59:59Z', 'orphan'],
    ['a moment to come', '2026-11-22T12:00:01Z', 'in-use'],
    ['a moment with an offset', '2026-11-22T13:30:00+02:00', 'orphan'],
    ['yesterday', '2026-11-21', 'orphan'],
    ['today, which ends at midnight UTC', '2026-11-22', 'in-use'],
    ['a date-time without a zone', '2020-01-01T00:00:00', 'in-use'],
    ['a date with blanks around it', ' 2026-11-01 ', 'in-use'],
    ['the year 1, which programs write for none', '0001-01-01T00:00:00Z', 'in-use'],
    ['1970, which programs write for none', '1970-01-01', 'in-use'],
    ['the moment it was created', '2026-08-14T12:00:00Z', 'in-use'],
    ['a second after it was created', '2026-08-14T12:00:01Z', 'orphan'],
    ['no date', 'soon', 'in-use'],
    ['an impossible day', '2026-02-30', 'in-use'],
    ['nothing', '', 'in-use'],
  ])('%s (%s): %s', (_what, expires, kind) => {
    expect(judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:expires': expires }) }), policy).kind).toBe(kind);
  });

  test('a malformed date is warned about, whichever rule is on', () => {
    const verdict = judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:expires': 'soon' }) }));
    expect(verdict.evidence.join()).toContain('neither an ISO date nor a date-time with a zone');
  });
});

describe('protection comes first', () => {
  test.each<[string, Partial<Connection>, Parameters<typeof aPolicy>[0]]>([
    ['the keep tag', { tags: tagged({ ...dueMark, 'vco-sweeper:keep': '' }) }, {}],
    ['the keep tag with a blank before false', { tags: tagged({ ...dueMark, 'vco-sweeper:keep': ' false' }) }, {}],
    ['the keep tag with a text', { tags: tagged({ ...dueMark, 'vco-sweeper:keep': 'yes please' }) }, {}],
    [
      'a tag key',
      { tags: tagged({ ...dueMark, env: 'x' }) },
      { protect: { tags: [{ key: 'env', value: undefined }] } },
    ],
    [
      'a tag key and value',
      { tags: tagged({ ...dueMark, env: 'prod' }) },
      { protect: { tags: [{ key: 'env', value: 'prod' }] } },
    ],
    ['a glob', { name: 'prod/eu.1' }, { protect: { names: ['prod*'] } }],
    ['a glob for any name, though it has none', { name: '' }, { protect: { names: ['*'] } }],
    ['a glob that leaves a path alone', { name: './prod-x' }, { protect: { names: ['*prod-x'] } }],
    ['a glob with parentheses', { name: 'prod (old) 1' }, { protect: { names: ['prod (old)*'] } }],
    ['a glob over lines and emoji', { name: 'prod\n\u{1f512}' }, { protect: { names: ['prod??'] } }],
    ['a glob with alternatives', { name: 'hub-b' }, { protect: { names: ['{edge,hub}-[ab]'] } }],
    ['its resource group', {}, { protect: { resourceGroups: ['rg-1'] } }],
    ['its id', {}, { protect: { connections: ['vco-1'] } }],
    ['its age', { createdAtMs: NOW - DAY + 1 }, {}],
    ['a creation time in the future', { createdAtMs: NOW + DAY }, {}],
  ])('%s protects', (_what, change, policy) => {
    expect(judgeOne(aConnection({ tags: tagged(dueMark), ...change }), aPolicy(policy))).toMatchObject({
      kind: 'protected',
      isDue: false,
      markAction: 'clear',
    });
  });

  test.each([['false'], ['False'], ['FALSE']])('vco-sweeper:keep=%s does not protect', (keep) => {
    expect(judgeOne(aConnection({ tags: tagged({ ...dueMark, 'vco-sweeper:keep': keep }) }))).toMatchObject({
      kind: 'orphan',
      isDue: true,
    });
  });

  test.each<[string, Partial<Connection>, Parameters<typeof aPolicy>[0]]>([
    ['a glob in another case', { name: 'Prod-1' }, { protect: { names: ['prod*'] } }],
    [
      'another value of the tag',
      { tags: tagged({ ...dueMark, env: 'test' }) },
      { protect: { tags: [{ key: 'env', value: 'prod' }] } },
    ],
    ['an age just reached', { createdAtMs: NOW - DAY }, {}],
  ])('%s does not protect', (_what, change, policy) => {
    expect(judgeOne(aConnection({ tags: tagged(dueMark), ...change }), aPolicy(policy)).kind).toBe('orphan');
  });

  test.each<[string, Partial<Connection>, Parameters<typeof aPolicy>[0]]>([
    ['tags', { tags: 'unread' }, {}],
    ['creation time', { createdAtMs: undefined }, {}],
    ['name', { name: undefined }, { protect: { names: ['prod*'] } }],
    ['resource group', { resourceGroupId: undefined }, { protect: { resourceGroups: ['rg-2'] } }],
  ])('what cannot be checked for want of its %s is unknown', (_what, change, policy) => {
    expect(judgeOne(aConnection({ tags: tagged(dueMark), ...change }), aPolicy(policy))).toMatchObject({
      kind: 'unknown',
      markAction: 'none',
    });
  });

  test('a VPN-gateway connection is not ours, and its tags are left alone', () => {
    const connection = aConnection({
      attachType: 'VPNGW',
      state: 'active',
      tags: tagged({ ...dueMark, 'vco-sweeper:keep': '' }),
    });
    expect(judgeOne(connection)).toMatchObject({ kind: 'not-ours', markAction: 'none', isDue: false });
  });
});

describe('half-done', () => {
  const detached = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-1` };

  test('our tag on an unbound connection suffices, whatever rules and marks say', () => {
    const policy = aPolicy({ rules: { unassociated: 'off' } });
    expect(judgeOne(aConnection({ tags: tagged(detached) }), policy)).toMatchObject({
      kind: 'half-done',
      rule: 'half-done',
      isDue: true,
    });
  });

  test('the evidence shows the tag, beside what the two sides say', () => {
    expect(judgeOne(aConnection({ tags: tagged(detached) })).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      'no attachment of tr-1 holds it',
      `tag vco-sweeper:detached "${ago(HOUR)} tr-attach-1"`,
    ]);
  });

  test.each<[string, Connection]>([
    ['a bound one without it', aBoundConnection()],
    ['a bound one of which nobody could tell', aBoundConnection({ tags: 'unread' })],
    ['an unbound one, which is to be finished', aConnection({ tags: tagged(detached) })],
  ])('no tag is dropped from %s', (_what, connection) => {
    expect(judgeOne(connection).dropNote).toBe(false);
  });

  test('it is reported by the rule and since of its mark', () => {
    const tags = tagged({ ...detached, 'vco-sweeper:orphan': `tunnels-down ${ago(9 * DAY)}` });
    expect(judgeOne(aConnection({ tags }))).toMatchObject({
      kind: 'half-done',
      rule: 'tunnels-down',
      sinceMs: NOW - 9 * DAY,
    });
  });

  test('protection holds for it too', () => {
    expect(judgeOne(aConnection({ tags: tagged({ ...detached, 'vco-sweeper:keep': '' }) })).kind).toBe('protected');
  });

  test.each<[string, string]>([
    ['too old', `${ago(72 * HOUR + 1)} tr-attach-1`],
    ['in the future', `${ago(-300_001)} tr-attach-1`],
    ['without an attachment', ago(HOUR)],
    ['void', 'void'],
    ['malformed', 'yes'],
  ])('a tag that is %s makes it an unassociated one like any other', (_what, value) => {
    expect(judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:detached': value }) }))).toMatchObject({
      kind: 'orphan',
      markAction: 'set',
      dropNote: true,
      isDue: false,
    });
  });

  test('on a bound connection the tag is stale, and goes', () => {
    expect(judgeOne(aBoundConnection({ tags: tagged(detached) }))).toMatchObject({
      kind: 'in-use',
      dropNote: true,
    });
  });

  test.each<[string, string, boolean]>([
    ['a fresh one of this attachment may be that of a run at work, and stays', `${ago(600_000)} tr-attach-1`, false],
    ['an older one goes', `${ago(600_001)} tr-attach-1`, true],
    ['one in the future goes', `${ago(-300_001)} tr-attach-1`, true],
    ['one of a clock that is a little ahead stays', `${ago(-1)} tr-attach-1`, false],
  ])('the tag on a bound connection that is due: %s', (_what, detachedTag, drops) => {
    const tags = tagged({
      ...dueMark,
      'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}`,
      'vco-sweeper:detached': detachedTag,
    });
    expect(judgeOne(aBoundConnection({ ...down, tags }), onlyTunnels)).toMatchObject({
      isDue: true,
      dropNote: drops,
    });
  });

  test('bound again by another attachment, it loses note and mark, and its clocks start again', () => {
    const tags = tagged({
      ...dueMark,
      'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}`,
      'vco-sweeper:detached': `${ago(HOUR)} tr-attach-2`,
    });
    expect(judgeOne(aBoundConnection({ ...down, tags }), onlyTunnels)).toMatchObject({
      kind: 'orphan',
      isDue: false,
      dropNote: true,
      markAction: 'set',
      markDisproved: true,
      starting: ['tunnels-down'],
    });
  });

  test('while a note stands on one that is due, no clock starts', () => {
    const tags = tagged({
      ...dueMark,
      'vco-sweeper:expires': '2026-11-01',
      'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}`,
      'vco-sweeper:detached': `${ago(1_000)} tr-attach-1`,
    });
    const policy = aPolicy({ rules: { 'tunnels-down': DAY, expired: DAY } });
    expect(judgeOne(aBoundConnection({ ...down, tags }), policy)).toMatchObject({
      isDue: true,
      dropNote: false,
      markAction: 'refresh',
      starting: [],
    });
  });

  test('each run renews the time it saw it so, and makes a mark void that does not count', () => {
    const marked = (orphan: string, seen: string) =>
      judgeOne(aConnection({ tags: tagged({ ...detached, 'vco-sweeper:orphan': orphan, 'vco-sweeper:seen': seen }) }));
    expect(judgeOne(aConnection({ tags: tagged(detached) })).markAction).toBe('refresh');
    expect(marked(`tunnels-down ${ago(9 * DAY)}`, ago(HOUR)).markAction).toBe('refresh');
    expect(marked(`tunnels-down ${ago(9 * DAY)}`, ago(5 * DAY)).markAction).toBe('void');
  });

  test('protection removes its note as it removes its mark', () => {
    expect(judgeOne(aConnection({ tags: tagged({ ...detached, ...dueMark, 'vco-sweeper:keep': '' }) }))).toMatchObject({
      kind: 'protected',
      dropNote: true,
      markAction: 'clear',
    });
  });

  test('on a bound connection that is not due even a fresh tag goes', () => {
    const tags = tagged({ 'vco-sweeper:detached': `${ago(1_000)} tr-attach-1` });
    expect(judgeOne(aBoundConnection({ tags })).dropNote).toBe(true);
  });

  test('while a transit router still lists it, it is not finished', () => {
    const verdict = judgeOne(aConnection({ tags: tagged(detached) }), aPolicy(), {
      witnesses: witnesses([anAttachment()]),
    });
    expect(verdict).toMatchObject({ kind: 'unknown', isDue: false });
  });
});

describe('properties', () => {
  const tag = fc.record(
    {
      'vco-sweeper:orphan': fc.constantFrom(`unassociated ${ago(2 * DAY)}`, `tunnels-down ${ago(2 * DAY)}`, 'x'),
      'vco-sweeper:seen': fc.constantFrom(ago(HOUR), ago(9 * DAY), 'x'),
      'vco-sweeper:keep': fc.constantFrom('', 'false'),
      'vco-sweeper:expires': fc.constantFrom('2026-11-01', '2027-01-01', 'x'),
      'vco-sweeper:detached': fc.constantFrom(`${ago(HOUR)} tr-attach-1`, 'x'),
    },
    { requiredKeys: [] },
  );
  const connection = fc
    .record({
      attachType: fc.constantFrom<Connection['attachType']>('CEN', 'NO_ASSOCIATED', 'VPNGW', 'missing', 'unknown'),
      state: fc.constantFrom<Connection['state']>(
        'init',
        'attached',
        'detaching',
        'financialLocked',
        'active',
        'unknown',
      ),
      status: fc.constantFrom<Connection['status']>('ipsec_sa_established', 'ike_sa_not_established', 'unknown'),
      transitRouterId: fc.constantFrom('tr-1', 'tr-foreign', undefined),
      createdAtMs: fc.constantFrom(NOW - 100 * DAY, NOW - HOUR, undefined),
      crossAccount: fc.boolean(),
      tags: fc.oneof(
        fc.constant('unread' as const),
        tag.map((tags) => tagged(tags as Record<string, string>)),
      ),
    })
    .map((change) => aConnection(change));
  const held = fc.constantFrom(
    witnesses(),
    witnesses([anAttachment()]),
    witnesses([anAttachment({ status: 'Detaching' })]),
  );
  const policy = fc.constantFrom(
    aPolicy(),
    aPolicy({ rules: { unassociated: 0, 'tunnels-down': 0, unrouted: DAY, expired: 0 } }),
    aPolicy({ rules: { unassociated: DAY, 'tunnels-down': DAY, unrouted: 'off', expired: DAY } }),
  );

  test('losing sight of a field or a witness never makes anything due', () => {
    fc.assert(
      fc.property(connection, held, policy, fc.nat(5), (before, witnessed, rules, pick) => {
        const blur: Partial<Connection>[] = [
          { tags: 'unread' },
          { attachType: 'unknown' },
          { attachType: 'missing' },
          { state: 'unknown' },
          { createdAtMs: undefined },
          {},
        ];
        const after = judgeOne({ ...before, ...blur[pick] }, rules, {
          witnesses: pick === 5 ? { ...witnessed, unreadOwners: ['2'] } : witnessed,
        });
        const was = judgeOne(before, rules, { witnesses: witnessed });
        if (after.isDue) {
          expect(was.isDue).toBe(true);
        }
        if (pick < 5) {
          expect(after.isDue).toBe(false);
        }
      }),
    );
  });

  test('adding protection never deletes more', () => {
    fc.assert(
      fc.property(connection, held, policy, (before, witnessed, rules) => {
        const guarded = { ...rules, protect: { ...rules.protect, connections: ['vco-1'] } };
        expect(judgeOne(before, guarded, { witnesses: witnessed }).isDue).toBe(false);
      }),
    );
  });

  test('nothing that a transit router holds is due unless it is the one it names', () => {
    fc.assert(
      fc.property(connection, policy, (before, rules) => {
        const verdict = judgeOne(before, rules, { witnesses: witnesses([anAttachment()]) });
        if (verdict.isDue) {
          expect(verdict.attachment?.attachmentId).toBe('tr-attach-1');
        }
      }),
    );
  });
});
