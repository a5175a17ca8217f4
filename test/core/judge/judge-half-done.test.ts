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

  test('is due by our detach note alone, if it is unbound, with any rules and marks', () => {
    const policy = aPolicy({ rules: { unassociated: 'off' } });
    expect(judgeOne(aConnection({ tags: tagged(detached) }), policy)).toMatchObject({
      kind: 'half-done',
      rule: 'half-done',
      isDue: true,
    });
  });

  test('has the note in its evidence, beside the statements of both sides', () => {
    expect(judgeOne(aConnection({ tags: tagged(detached) })).evidence).toEqual([
      'AttachType NO_ASSOCIATED, State init',
      'no attachment of tr-1 holds it',
      `tag vco-sweeper:detached "${ago(HOUR)} tr-attach-1"`,
    ]);
  });

  test.each<[string, Connection]>([
    ['a bound connection without a note', aBoundConnection()],
    ['a bound connection whose tags were not read', aBoundConnection({ tags: 'unread' })],
    ['an unbound connection that a run will finish', aConnection({ tags: tagged(detached) })],
  ])('no note is removed from %s', (_what, connection) => {
    expect(judgeOne(connection).dropNote).toBe(false);
  });

  test('has the rule and the start of its mark in its verdict', () => {
    const tags = tagged({ ...detached, 'vco-sweeper:orphan': `tunnels-down ${ago(9 * DAY)}` });
    expect(judgeOne(aConnection({ tags }))).toMatchObject({
      kind: 'half-done',
      rule: 'tunnels-down',
      sinceMs: NOW - 9 * DAY,
    });
  });

  test('is still protected by every protection', () => {
    expect(judgeOne(aConnection({ tags: tagged({ ...detached, 'vco-sweeper:keep': '' }) })).kind).toBe('protected');
  });

  test.each<[string, string]>([
    ['too old', `${ago(72 * HOUR + 1)} tr-attach-1`],
    ['in the future', `${ago(-300_001)} tr-attach-1`],
    ['without an attachment', ago(HOUR)],
    ['void', 'void'],
    ['malformed', 'yes'],
  ])('with a note that is %s is an ordinary unassociated connection', (_what, value) => {
    expect(judgeOne(aConnection({ tags: tagged({ 'vco-sweeper:detached': value }) }))).toMatchObject({
      kind: 'orphan',
      markAction: 'set',
      dropNote: true,
      isDue: false,
    });
  });

  test('loses its note if it is bound, because the note is stale', () => {
    expect(judgeOne(aBoundConnection({ tags: tagged(detached) }))).toMatchObject({
      kind: 'in-use',
      dropNote: true,
    });
  });

  test.each<[string, string, boolean]>([
    [
      'a fresh note of this attachment stays, because another run may be about to detach it',
      `${ago(600_000)} tr-attach-1`,
      false,
    ],
    ['an older note is removed', `${ago(600_001)} tr-attach-1`, true],
    ['a note from the future is removed', `${ago(-300_001)} tr-attach-1`, true],
    ['a note by a clock that is slightly ahead stays', `${ago(-1)} tr-attach-1`, false],
  ])('if it is bound and due, %s', (_what, detachedTag, drops) => {
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

  test('loses note and mark if another attachment binds it, and its clocks start again', () => {
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

  test('starts no clock while it is due and has a note', () => {
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

  test('gets a new tag seen in each run, and its mark becomes void if the mark does not count', () => {
    const marked = (orphan: string, seen: string) =>
      judgeOne(aConnection({ tags: tagged({ ...detached, 'vco-sweeper:orphan': orphan, 'vco-sweeper:seen': seen }) }));
    expect(judgeOne(aConnection({ tags: tagged(detached) })).markAction).toBe('refresh');
    expect(marked(`tunnels-down ${ago(9 * DAY)}`, ago(HOUR)).markAction).toBe('refresh');
    expect(marked(`tunnels-down ${ago(9 * DAY)}`, ago(5 * DAY)).markAction).toBe('void');
  });

  test('loses the note as well as the mark if it is protected', () => {
    expect(judgeOne(aConnection({ tags: tagged({ ...detached, ...DUE_MARK, 'vco-sweeper:keep': '' }) }))).toMatchObject(
      {
        kind: 'protected',
        dropNote: true,
        markAction: 'clear',
      },
    );
  });

  test('loses even a fresh note if it is bound and not due', () => {
    const tags = tagged({ 'vco-sweeper:detached': `${ago(1_000)} tr-attach-1` });
    expect(judgeOne(aBoundConnection({ tags })).dropNote).toBe(true);
  });

  test('is not finished while a transit router still lists it', () => {
    const verdict = judgeOne(aConnection({ tags: tagged(detached) }), aPolicy(), {
      witnesses: witnesses([anAttachment()]),
    });
    expect(verdict).toMatchObject({ kind: 'unknown', isDue: false });
  });
});
