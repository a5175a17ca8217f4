import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import type { MarkAction } from '../../../lib/core/judge/judge.ts';
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
import { DOWN, DUE_MARK, ONLY_TUNNELS } from './judge-cases.ts';

describe('marks and grace', () => {
  test.each<[string, Record<string, string>, MarkAction, boolean]>([
    ['an orphan without a mark is marked', {}, 'set', false],
    [
      'an orphan in its grace waits',
      { ...DUE_MARK, 'vco-sweeper:orphan': `unassociated ${ago(DAY - 1)}` },
      'refresh',
      false,
    ],
    [
      'an orphan is due to the millisecond',
      { ...DUE_MARK, 'vco-sweeper:orphan': `unassociated ${ago(DAY)}` },
      'refresh',
      true,
    ],
    [
      'an orphan that was seen within the gap is due',
      { ...DUE_MARK, 'vco-sweeper:seen': ago(72 * HOUR) },
      'refresh',
      true,
    ],
    ['the clock starts again after a gap', { ...DUE_MARK, 'vco-sweeper:seen': ago(72 * HOUR + 1) }, 'set', false],
    [
      'the clock starts again if the tag seen is missing',
      { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}` },
      'set',
      false,
    ],
    ['the clock starts again if only the tag seen exists', { 'vco-sweeper:seen': ago(HOUR) }, 'set', false],
    [
      'the clock starts again after a malformed tag seen',
      { ...DUE_MARK, 'vco-sweeper:seen': 'yesterday' },
      'set',
      false,
    ],
    [
      'the clock starts again after a tag seen without a zone',
      { ...DUE_MARK, 'vco-sweeper:seen': '2026-11-22T11:00:00' },
      'set',
      false,
    ],
    ['a tag seen 5 minutes ahead counts as now', { ...DUE_MARK, 'vco-sweeper:seen': ago(-300_000) }, 'refresh', true],
    [
      'the clock starts again after a tag seen that is further ahead',
      { ...DUE_MARK, 'vco-sweeper:seen': ago(-300_001) },
      'set',
      false,
    ],
    [
      'a start 5 minutes ahead counts as now',
      { ...DUE_MARK, 'vco-sweeper:orphan': `unassociated ${ago(-300_000)}` },
      'refresh',
      false,
    ],
    [
      'the clock starts again after a start that is further ahead',
      { ...DUE_MARK, 'vco-sweeper:orphan': `unassociated ${ago(-300_001)}` },
      'set',
      false,
    ],
    [
      'a tag seen with a failed step counts',
      { ...DUE_MARK, 'vco-sweeper:seen': `${ago(HOUR)} tried ${ago(DAY)}` },
      'refresh',
      true,
    ],
    ['the clock starts again after a void tag seen', { ...DUE_MARK, 'vco-sweeper:seen': 'void' }, 'set', false],
    ['the clock starts again after a void orphan tag', { ...DUE_MARK, 'vco-sweeper:orphan': 'void' }, 'set', false],
    [
      'the clock starts again after a mark that names a rule twice',
      { ...DUE_MARK, 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}, unassociated ${ago(3 * DAY)}` },
      'set',
      false,
    ],
    [
      'the clock starts again after a malformed start',
      { ...DUE_MARK, 'vco-sweeper:orphan': 'unassociated long-ago' },
      'set',
      false,
    ],
    [
      'the clock starts again after an impossible day',
      { ...DUE_MARK, 'vco-sweeper:orphan': 'unassociated 2026-02-30T00:00:00Z' },
      'set',
      false,
    ],
    [
      'the clock starts again after an unknown rule',
      { ...DUE_MARK, 'vco-sweeper:orphan': `unloved ${ago(2 * DAY)}` },
      'set',
      false,
    ],
    [
      'the clock starts again after a tag seen from long before the mark itself',
      { 'vco-sweeper:orphan': `unassociated ${ago(25 * HOUR)}`, 'vco-sweeper:seen': ago(71 * HOUR) },
      'set',
      false,
    ],
    [
      'the clock starts again after a mark without a rule',
      { ...DUE_MARK, 'vco-sweeper:orphan': ago(2 * DAY) },
      'set',
      false,
    ],
    [
      'the clock starts again after the mark of another rule',
      { ...DUE_MARK, 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` },
      'set',
      false,
    ],
  ])('%s', (_what, tags, markAction, due) => {
    expect(judgeOne(aConnection({ tags: tagged(tags) }))).toMatchObject({
      kind: 'orphan',
      rule: 'unassociated',
      markAction,
      isDue: due,
    });
  });

  test('the evidence has the start of the mark, and when a run last saw the orphan', () => {
    expect(judgeOne(aConnection({ tags: tagged(DUE_MARK) })).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      'no attachment of tr-1 holds it',
      `orphan since ${ago(2 * DAY)}, last seen as an orphan ${ago(HOUR)}`,
    ]);
  });

  test('the mark of a connection that is used again is removed', () => {
    const connection = aBoundConnection({
      tags: tagged(DUE_MARK),
      ...{ tunnels: twoTunnels('ipsec_sa_established', 'ike_sa_not_established') },
    });
    expect(judgeOne(connection, ONLY_TUNNELS)).toMatchObject({ kind: 'in-use', markAction: 'clear' });
  });

  test('while a connection is changing, its mark is neither removed nor renewed', () => {
    expect(judgeOne(aConnection({ state: 'updating', tags: tagged(DUE_MARK) }))).toMatchObject({
      kind: 'unknown',
      markAction: 'none',
    });
  });

  const noGrace = aPolicy({ rules: { unassociated: 0 } });

  test('a rule without grace needs no mark', () => {
    expect(judgeOne(aConnection(), noGrace)).toMatchObject({
      kind: 'orphan',
      isDue: true,
      markAction: 'none',
      sinceMs: undefined,
      ripeAtMs: NOW,
      restsOnMark: false,
    });
  });

  test('a rule with grace rests on its mark, and is due at no known moment before it has one', () => {
    expect(judgeOne(aConnection())).toMatchObject({ restsOnMark: true, ripeAtMs: undefined, isDue: false });
  });

  test.each<[string, Record<string, string>, MarkAction]>([
    ['a mark that proves nothing is removed', { 'vco-sweeper:orphan': 'x' }, 'clear'],
    ['a tag seen alone, which is no mark, stays', { 'vco-sweeper:seen': ago(HOUR) }, 'none'],
  ])('if only a rule without grace holds, %s', (_what, tags, markAction) => {
    expect(judgeOne(aConnection({ tags: tagged(tags) }), noGrace)).toMatchObject({ isDue: true, markAction });
  });

  test('a connection in use has no clocks, and rests on no mark', () => {
    expect(judgeOne(aBoundConnection())).toMatchObject({
      kind: 'in-use',
      starting: [],
      restsOnMark: false,
      restartsHold: false,
      protections: [],
    });
    expect(judgeOne(aConnection()).attachment).toBeUndefined();
  });

  test('the clock of `expired` counts from the second of the expiry date, and not from before', () => {
    const since = (sinceMs: number) => ({
      'vco-sweeper:expires': ago(HOUR),
      'vco-sweeper:orphan': `expired ${ago(sinceMs)}`,
      'vco-sweeper:seen': ago(HOUR),
    });
    const policy = aPolicy({ rules: { unassociated: 'off', expired: HOUR } });
    expect(judgeOne(aConnection({ tags: tagged(since(HOUR)) }), policy)).toMatchObject({ isDue: true });
    expect(judgeOne(aConnection({ tags: tagged(since(HOUR + 1)) }), policy)).toMatchObject({ isDue: false });
  });
});

describe('a connection without room for the tags of the sweeper', () => {
  const owners = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, '']));
  const DUE_DOWN = { ...DUE_MARK, 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` };

  test('is not due by a rule without grace either', () => {
    expect(judgeOne(aConnection({ tags: tagged(owners(19)) }), aPolicy({ rules: { unassociated: 0 } }))).toMatchObject({
      isDue: false,
      tagsOver: 1,
      markAction: 'none',
    });
  });

  test.each<[number, Connection]>([
    [1, aConnection({ tags: tagged(owners(19)) })],
    [1, aConnection({ tags: tagged({ ...owners(19), 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}` }) })],
    [1, aBoundConnection({ ...DOWN, tags: tagged({ ...owners(18), ...DUE_MARK }) })],
    [1, aBoundConnection({ ...DOWN, tags: tagged({ ...owners(18), ...DUE_DOWN }) })],
  ])('is an orphan that is not due, gets no tag, and %i tags must be removed first', (over, connection) => {
    const policy = aPolicy({ rules: { 'tunnels-down': DAY } });
    expect(judgeOne(connection, policy)).toMatchObject({
      kind: 'orphan',
      tagsOver: over,
      isDue: false,
      starting: [],
      reason: expect.stringContaining(`Remove ${over} of its own tags`),
    });
  });

  test('still loses a clock whose rule does not hold', () => {
    const tags = tagged({ ...owners(19), ...DUE_MARK, 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` });
    expect(judgeOne(aConnection({ tags }))).toMatchObject({ tagsOver: 1, markAction: 'clear' });
  });
});
