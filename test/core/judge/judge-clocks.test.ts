import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import {
  aBoundConnection,
  aConnection,
  ago,
  aPolicy,
  DAY,
  HOUR,
  judgeOne,
  NOW,
  tagged,
  twoTunnels,
} from '../../support/builders.ts';
import { DOWN, DUE_MARK } from './judge-cases.ts';

describe('a connection that is an orphan by several rules', () => {
  const policy = aPolicy({ rules: { unassociated: DAY, expired: DAY } });
  const expires = { 'vco-sweeper:expires': '2026-11-01' };

  test('each rule that holds gets a clock of its own, and the verdict names the first in order', () => {
    expect(judgeOne(aConnection({ tags: tagged(expires) }), policy)).toMatchObject({
      rule: 'unassociated',
      markAction: 'set',
      starting: ['unassociated', 'expired'],
    });
  });

  test('a connection is due by a clock whose rule still holds, even if another rule comes first in order', () => {
    const tags = tagged({ ...expires, ...DUE_MARK, 'vco-sweeper:orphan': `expired ${ago(2 * DAY)}` });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'expired', isDue: true });
  });

  test('a clock is due to the millisecond, even if another rule comes first in order', () => {
    const tags = tagged({ ...expires, ...DUE_MARK, 'vco-sweeper:orphan': `expired ${ago(DAY)}` });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'expired', isDue: true });
  });

  test('a clock continues if another rule begins to hold', () => {
    const tags = tagged({ ...expires, ...DUE_MARK, 'vco-sweeper:orphan': `expired ${ago(HOUR)}` });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({
      rule: 'expired',
      sinceMs: NOW - HOUR,
      markAction: 'set',
      clocks: new Map([['expired', NOW - HOUR]]),
      starting: ['unassociated'],
      isDue: false,
    });
  });

  test('the verdict names the rule that is due first, even if another rule began first', () => {
    const marks = `unassociated ${ago(2 * HOUR)}, expired ${ago(HOUR)}`;
    const tags = tagged({ ...expires, ...DUE_MARK, 'vco-sweeper:orphan': marks });
    const short = aPolicy({ rules: { unassociated: DAY, expired: 3 * HOUR } });
    expect(judgeOne(aConnection({ tags }), short)).toMatchObject({ rule: 'expired', ripeAtMs: NOW + 2 * HOUR });
    expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'unassociated', ripeAtMs: NOW + 22 * HOUR });
  });

  test('a clock is removed if its rule no longer holds, and the other clocks continue', () => {
    const marks = `tunnels-down ${ago(2 * DAY)}, expired ${ago(HOUR)}`;
    const tags = tagged({ ...expires, ...DUE_MARK, 'vco-sweeper:orphan': marks });
    const up = aBoundConnection({ tags, tunnels: twoTunnels('ipsec_sa_established', 'ipsec_sa_established') });
    expect(judgeOne(up, aPolicy({ rules: { 'tunnels-down': DAY, expired: DAY } }))).toMatchObject({
      rule: 'expired',
      markAction: 'set',
      markDisproved: true,
      clocks: new Map([['expired', NOW - HOUR]]),
      isDue: false,
    });
  });

  describe('a mark is removed if its rule was checked and does not hold', () => {
    const up = { tunnels: twoTunnels('ipsec_sa_established', 'ipsec_sa_established') };
    const marked = { ...DUE_MARK, 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` };
    const rules = { unassociated: DAY, 'tunnels-down': DAY } as const;

    test('even if another rule without grace holds', () => {
      const tags = tagged({ ...marked, ...expires });
      const verdict = judgeOne(aBoundConnection({ ...up, tags }), aPolicy({ rules: { ...rules, expired: 0 } }));
      expect(verdict).toMatchObject({ rule: 'expired', isDue: true, markDisproved: true, markAction: 'clear' });
    });

    test('even if another rule could not be decided', () => {
      const policy = aPolicy({ rules: { ...rules, unrouted: DAY } });
      expect(judgeOne(aBoundConnection({ ...up, tags: tagged(marked) }), policy)).toMatchObject({
        kind: 'unknown',
        markDisproved: true,
        markAction: 'clear',
      });
    });

    test('even if the witnesses disagree, as long as the connection itself says that it is attached or up', () => {
      const attached = aBoundConnection({ ...up, tags: tagged(DUE_MARK), transitRouterId: 'tr-foreign' });
      expect(judgeOne(attached)).toMatchObject({ kind: 'unknown', markDisproved: true, markAction: 'clear' });
      const upAgain = aBoundConnection({ ...up, tags: tagged(marked), transitRouterId: 'tr-foreign' });
      expect(judgeOne(upAgain)).toMatchObject({ kind: 'unknown', markDisproved: true, markAction: 'clear' });
    });

    test.each<[string, string, Partial<Connection>]>([
      ['is unassociated, and the connection is not attached yet', 'unassociated', { state: 'active' }],
      ['is unassociated, and the connection contradicts itself', 'unassociated', { attachType: 'NO_ASSOCIATED' }],
      ['is tunnels-down, and no tunnel is up', 'tunnels-down', { ...DOWN, transitRouterId: 'tr-foreign' }],
      ['is unrouted, which the connection cannot disprove', 'unrouted', { ...up, transitRouterId: 'tr-foreign' }],
    ])('but it stays while the witnesses disagree and its rule %s', (_what, rule, change) => {
      const tags = tagged({ ...DUE_MARK, 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}` });
      expect(judgeOne(aBoundConnection({ tags, ...change }))).toMatchObject({
        kind: 'unknown',
        markDisproved: false,
        markAction: 'none',
      });
    });

    test('the clock of a disabled rule is removed', () => {
      const tags = tagged({ ...marked, ...expires });
      const off = aPolicy({ rules: { unassociated: DAY, expired: 0 } });
      expect(judgeOne(aBoundConnection({ ...DOWN, tags }), off)).toMatchObject({
        rule: 'expired',
        markDisproved: true,
        markAction: 'clear',
      });
    });

    test('if a rule with a clock could not be decided, no tag is renewed and the connection is not due', () => {
      const tags = tagged({ ...marked, ...expires });
      const unread = { tunnels: twoTunnels('unknown', 'ike_sa_not_established') };
      const on = aPolicy({ rules: { ...rules, expired: 0 } });
      expect(judgeOne(aBoundConnection({ ...unread, tags }), on)).toMatchObject({
        kind: 'unknown',
        isDue: false,
        markAction: 'none',
      });
    });

    test('a disproved clock is removed even if another rule of the mark could not be decided, and no tag is renewed', () => {
      const marks = `tunnels-down ${ago(2 * DAY)}, unrouted ${ago(DAY)}`;
      const policy = aPolicy({ rules: { ...rules, unrouted: 3 * DAY } });
      const tags = tagged({ ...DUE_MARK, 'vco-sweeper:orphan': marks });
      expect(judgeOne(aBoundConnection({ ...up, tags }), policy)).toMatchObject({
        kind: 'unknown',
        markAction: 'prune',
        clocks: new Map([['unrouted', NOW - DAY]]),
      });
    });

    test('a mark stays if its rule could not be decided', () => {
      const tags = tagged({ ...DUE_MARK, 'vco-sweeper:orphan': `unrouted ${ago(2 * DAY)}` });
      const policy = aPolicy({ rules: { ...rules, unrouted: DAY } });
      expect(judgeOne(aBoundConnection({ ...up, tags }), policy)).toMatchObject({
        kind: 'unknown',
        markAction: 'none',
      });
    });

    test('a mark whose rule holds is renewed even if a rule without grace holds as well', () => {
      const tags = tagged({ ...DUE_MARK, 'vco-sweeper:orphan': `unassociated ${ago(HOUR)}`, ...expires });
      const policy = aPolicy({ rules: { unassociated: DAY, expired: 0 } });
      expect(judgeOne(aConnection({ tags }), policy)).toMatchObject({ rule: 'expired', markAction: 'refresh' });
    });
  });

  test('a disabled rule makes no connection due, even with an old mark', () => {
    const connection = aConnection({ tags: tagged(DUE_MARK) });
    expect(judgeOne(connection, aPolicy({ rules: { unassociated: 'off' } }))).toMatchObject({
      kind: 'in-use',
      markAction: 'clear',
    });
  });
});
