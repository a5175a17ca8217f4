import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { aBoundConnection, aConnection, ago, aPolicy, DAY, HOUR, judgeOne, tagged } from '../../support/builders.ts';

describe('the reason and the evidence of a verdict', () => {
  const marked = (orphan: string, seen = ago(HOUR)) =>
    tagged({ 'vco-sweeper:orphan': orphan, 'vco-sweeper:seen': seen });
  const HELD = 'AttachType CEN, State attached, tr-1 holds it by tr-attach-1, Attached';

  test.each<[string, Connection, Parameters<typeof aPolicy>[0], string]>([
    ['it is not ours', aConnection({ attachType: 'VPNGW' }), {}, 'it is not a connection made for a transit router'],
    [
      'two entries protect it',
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
    ['it is changing', aConnection({ state: 'updating' }), {}, 'it is updating'],
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
      'a rule could not be decided (tunnels-down: the status of the connection or of a tunnel is missing or ' +
        'unknown; unrouted: the route tables of the transit router were not read)',
    ],
    ['its clock starts', aConnection(), {}, 'unassociated: its clock starts with this run'],
    [
      'its clock starts again',
      aConnection({ tags: marked('unassociated soon') }),
      {},
      'unassociated: its clock starts with this run, because its mark does not count: tag vco-sweeper:orphan is missing or ' +
        'malformed',
    ],
    [
      'its clock starts, and the clock of another rule ends',
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
      'its grace has run out at this very moment',
      aConnection({ tags: marked(`unassociated ${ago(DAY)}`) }),
      {},
      'unassociated: its grace has run out',
    ],
    ['it needs no grace', aConnection(), { rules: { unassociated: 0 } }, 'unassociated: this rule has no grace'],
  ])('the reason tells if %s', (_when, connection, policy, reason) => {
    expect(judgeOne(connection, aPolicy(policy)).reason).toBe(reason);
  });

  test('the evidence also tells why its clock starts again', () => {
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

  test('a connection whose tags could not be read has neither mark nor protections', () => {
    expect(judgeOne(aConnection({ tags: 'unread' }))).toMatchObject({ mark: { kind: 'none' }, protections: [] });
  });

  test('a connection without a mark has no mark to clear, whether it is protected, used or in doubt', () => {
    const none = { markAction: 'none', markDisproved: false };
    expect(judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:keep': '' }) }))).toMatchObject(none);
    expect(judgeOne(aBoundConnection())).toMatchObject(none);
    expect(judgeOne(aBoundConnection({ transitRouterId: 'tr-far' }))).toMatchObject(none);
  });

  test('the evidence does not warn about a date that can be read', () => {
    const tags = tagged({ 'vco-sweeper:expires': '2027-01-01' });
    expect(judgeOne(aConnection({ tags })).evidence.join()).not.toContain('vco-sweeper:expires');
  });
});
