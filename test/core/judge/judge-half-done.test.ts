import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
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
  witnesses,
} from '../../support/builders.ts';
import { DOWN, DUE_MARK, ONLY_TUNNELS } from './judge-cases.ts';

describe('a half-done connection', () => {
  const detached = { 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-1` };

  test('our detach note on an unbound connection makes it due, whatever rules and marks say', () => {
    const policy = aPolicy({ rules: { unassociated: 'off' } });
    expect(judgeOne(aConnection({ tags: tagged(detached) }), policy)).toMatchObject({
      kind: 'half-done',
      rule: 'half-done',
      isDue: true,
    });
  });

  test('the evidence shows the note, beside the words of both sides', () => {
    expect(judgeOne(aConnection({ tags: tagged(detached) })).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      'no attachment of tr-1 holds it',
      `tag vco-sweeper:detached "${ago(HOUR)} tr-attach-1"`,
    ]);
  });

  test.each<[string, Connection]>([
    ['a bound connection without it', aBoundConnection()],
    ['a bound connection whose tags were not read', aBoundConnection({ tags: 'unread' })],
    ['an unbound connection, which is to be finished', aConnection({ tags: tagged(detached) })],
  ])('no note is dropped from %s', (_what, connection) => {
    expect(judgeOne(connection).dropNote).toBe(false);
  });

  test('its verdict has the rule of its mark, and since when', () => {
    const tags = tagged({ ...detached, 'vco-sweeper:orphan': `tunnels-down ${ago(9 * DAY)}` });
    expect(judgeOne(aConnection({ tags }))).toMatchObject({
      kind: 'half-done',
      rule: 'tunnels-down',
      sinceMs: NOW - 9 * DAY,
    });
  });

  test('protection holds for a half-done connection too', () => {
    expect(judgeOne(aConnection({ tags: tagged({ ...detached, 'vco-sweeper:keep': '' }) })).kind).toBe('protected');
  });

  test.each<[string, string]>([
    ['too old', `${ago(72 * HOUR + 1)} tr-attach-1`],
    ['in the future', `${ago(-300_001)} tr-attach-1`],
    ['without an attachment', ago(HOUR)],
    ['void', 'void'],
    ['malformed', 'yes'],
  ])('with a note that is %s, it is an unassociated connection like any other', (_what, value) => {
    expect(judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:detached': value }) }))).toMatchObject({
      kind: 'orphan',
      markAction: 'set',
      dropNote: true,
      isDue: false,
    });
  });

  test('on a bound connection the note is stale, and goes', () => {
    expect(judgeOne(aBoundConnection({ tags: tagged(detached) }))).toMatchObject({
      kind: 'in-use',
      dropNote: true,
    });
  });

  test.each<[string, string, boolean]>([
    ['a fresh note of this attachment may be that of a run at work, and stays', `${ago(600_000)} tr-attach-1`, false],
    ['an older note goes', `${ago(600_001)} tr-attach-1`, true],
    ['a note of the future goes', `${ago(-300_001)} tr-attach-1`, true],
    ['a note by a clock that is a little ahead stays', `${ago(-1)} tr-attach-1`, false],
  ])('on a bound connection that is due, %s', (_what, detachedTag, drops) => {
    const tags = tagged({
      ...DUE_MARK,
      'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}`,
      'vco-sweeper:detached': detachedTag,
    });
    expect(judgeOne(aBoundConnection({ ...DOWN, tags }), ONLY_TUNNELS)).toMatchObject({
      isDue: true,
      dropNote: drops,
    });
  });

  test('a connection that another attachment binds again loses note and mark, and its clocks start again', () => {
    const tags = tagged({
      ...DUE_MARK,
      'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}`,
      'vco-sweeper:detached': `${ago(HOUR)} tr-attach-2`,
    });
    expect(judgeOne(aBoundConnection({ ...DOWN, tags }), ONLY_TUNNELS)).toMatchObject({
      kind: 'orphan',
      isDue: false,
      dropNote: true,
      markAction: 'set',
      markDisproved: true,
      starting: ['tunnels-down'],
    });
  });

  test('while a note stands on a connection that is due, no clock starts', () => {
    const tags = tagged({
      ...DUE_MARK,
      'vco-sweeper:expires': '2026-11-01',
      'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}`,
      'vco-sweeper:detached': `${ago(1_000)} tr-attach-1`,
    });
    const policy = aPolicy({ rules: { 'tunnels-down': DAY, expired: DAY } });
    expect(judgeOne(aBoundConnection({ ...DOWN, tags }), policy)).toMatchObject({
      isDue: true,
      dropNote: false,
      markAction: 'refresh',
      starting: [],
    });
  });

  test('each run renews the time at which it saw it half-done, and makes a mark void that does not count', () => {
    const marked = (orphan: string, seen: string) =>
      judgeOne(aConnection({ tags: tagged({ ...detached, 'vco-sweeper:orphan': orphan, 'vco-sweeper:seen': seen }) }));
    expect(judgeOne(aConnection({ tags: tagged(detached) })).markAction).toBe('refresh');
    expect(marked(`tunnels-down ${ago(9 * DAY)}`, ago(HOUR)).markAction).toBe('refresh');
    expect(marked(`tunnels-down ${ago(9 * DAY)}`, ago(5 * DAY)).markAction).toBe('void');
  });

  test('protection removes the note as it removes the mark', () => {
    expect(judgeOne(aConnection({ tags: tagged({ ...detached, ...DUE_MARK, 'vco-sweeper:keep': '' }) }))).toMatchObject(
      {
        kind: 'protected',
        dropNote: true,
        markAction: 'clear',
      },
    );
  });

  test('on a bound connection that is not due, even a fresh note goes', () => {
    const tags = tagged({ 'vco-sweeper:detached': `${ago(1_000)} tr-attach-1` });
    expect(judgeOne(aBoundConnection({ tags })).dropNote).toBe(true);
  });

  test('a half-done connection that a transit router still lists is not finished', () => {
    const verdict = judgeOne(aConnection({ tags: tagged(detached) }), aPolicy(), {
      witnesses: witnesses([anAttachment()]),
    });
    expect(verdict).toMatchObject({ kind: 'unknown', isDue: false });
  });
});
