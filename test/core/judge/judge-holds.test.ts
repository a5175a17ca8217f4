import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../lib/core/domain/policy.ts';
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
import { DOWN } from './judge-cases.ts';

const withHold = (holdMs: number): Policy => {
  const policy = aPolicy();
  return { ...policy, detach: { ...policy.detach, holdMs } };
};
const noted = (notedMs: number, seenMs: number, attachmentId = 'tr-attach-9') => ({
  'vco-sweeper:detached': `${ago(notedMs)} ${attachmentId}`,
  'vco-sweeper:seen': ago(seenMs),
});
const judgeFree = (tags: Record<string, string>, holdMs: number) =>
  judgeOne(aConnection({ tags: tagged(tags) }), withHold(holdMs));

describe('a detached connection', () => {
  test('is held until its hold is over, and is due at that moment', () => {
    expect(judgeFree(noted(HOUR, HOUR), 2 * HOUR)).toMatchObject({
      kind: 'half-done',
      isDue: false,
      heldUntilMs: NOW + HOUR,
      restartsHold: false,
      reason: `it was detached, and is held until ${ago(-HOUR)}`,
    });
    expect(judgeFree(noted(HOUR, HOUR), HOUR)).toMatchObject({
      isDue: true,
      heldUntilMs: undefined,
      reason: 'an earlier run detached it and did not get to delete it',
    });
  });

  test('is held anew if no run saw it for longer than marks.maxGap', () => {
    const verdict = judgeFree(noted(200 * HOUR, 73 * HOUR), DAY);
    expect(verdict).toMatchObject({ kind: 'half-done', isDue: false, heldUntilMs: NOW + DAY, restartsHold: true });
    expect(verdict.note).toEqual({ kind: 'valid', atMs: NOW, attachmentId: 'tr-attach-9' });
    expect(verdict.reason).toBe(
      'it was detached, and no run saw it for longer than marks.maxGap, so its hold starts again: ' +
        `held until ${ago(-DAY)}`,
    );
  });

  test('is an orphan like any other if there is no hold and no run saw it for longer than marks.maxGap', () => {
    expect(judgeFree(noted(200 * HOUR, 73 * HOUR), 0)).toMatchObject({ kind: 'orphan', isDue: false, dropNote: true });
  });

  test('needs room for its tag only if the hold is longer than marks.maxGap', () => {
    const full = Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`owner-${index}`, 'x']));
    const tags = { ...full, 'vco-sweeper:detached': `${ago(HOUR)} tr-attach-9` };
    expect(judgeFree(tags, 72 * HOUR)).toMatchObject({ tagsOver: 0, markAction: 'none' });
    expect(judgeFree(tags, 72 * HOUR + 1)).toMatchObject({
      tagsOver: 1,
      reason: 'it is held, and there is no room for the tag that says so. Remove 1 of its own tags',
    });
    expect(judgeFree(tags, 0)).toMatchObject({ tagsOver: 0, isDue: true });
  });
});

describe('a note about the attachment of another connection', () => {
  const beside = (attachmentId: string, tags: Record<string, string>, holdMs = 0) =>
    judgeOne(aConnection({ tags: tagged(tags) }), withHold(holdMs), {
      witnesses: witnesses([anAttachment({ attachmentId, connectionId: 'vco-other' })]),
    });

  test('claims nothing', () => {
    const { kind, note, dropNote } = beside('tr-attach-9', noted(HOUR, HOUR));
    expect(kind).toBe('orphan');
    expect(note).toEqual({ kind: 'broken', reason: 'tr-attach-9 is of vco-other' });
    expect(dropNote).toBe(true);
  });

  test('claims nothing if it has lapsed, so no hold starts again from it', () => {
    expect(beside('tr-attach-9', noted(200 * HOUR, 73 * HOUR), DAY)).toMatchObject({ kind: 'orphan', dropNote: true });
  });

  test('is not meant if the other connection has another attachment', () => {
    expect(beside('tr-attach-8', noted(HOUR, HOUR))).toMatchObject({ kind: 'half-done', note: { kind: 'valid' } });
  });
});

describe('in doubt', () => {
  const doubtful = (notedMs: number, tags: Record<string, string> = {}) =>
    judgeOne(aBoundConnection({ tags: tagged({ ...noted(notedMs, HOUR, 'tr-attach-1'), ...tags }) }), withHold(0), {
      witnesses: witnesses([]),
    });
  const mark = { 'vco-sweeper:orphan': `tunnels-down ${ago(2 * DAY)}` };
  const timeoutMs = withHold(0).wait.detachTimeoutMs;

  test('an attached connection loses a note that is older than a detach can take, and its mark', () => {
    expect(doubtful(timeoutMs + 1, mark)).toMatchObject({
      kind: 'unknown',
      dropNote: true,
      markAction: 'clear',
      markDisproved: true,
    });
    expect(doubtful(timeoutMs + 1)).toMatchObject({ dropNote: true, markAction: 'clear', markDisproved: false });
  });

  test('a broken mark is removed, so that it never counts, and a mark that may hold stays', () => {
    expect(doubtful(0, { 'vco-sweeper:orphan': 'x' })).toMatchObject({ kind: 'unknown', markAction: 'clear' });
    expect(doubtful(0, mark)).toMatchObject({ kind: 'unknown', markAction: 'none' });
  });

  test('a younger note stays, because a detach may be under way', () => {
    expect(doubtful(timeoutMs, mark)).toMatchObject({ kind: 'unknown', dropNote: false, markDisproved: false });
  });
});

test('a mark from before the connection was bound again proves nothing, and the verdict says why', () => {
  const tags = { ...noted(HOUR, HOUR), 'vco-sweeper:orphan': `tunnels-down ${ago(30 * DAY)}` };
  const verdict = judgeOne(aBoundConnection({ tags: tagged(tags) }), aPolicy({ rules: { 'tunnels-down': DAY } }));
  expect(verdict.mark).toEqual({
    kind: 'broken',
    reason: 'it was bound again by tr-attach-1 since it was detached from tr-attach-9',
  });
  expect(verdict).toMatchObject({ isDue: false, markDisproved: true });
});

test('a connection that was bound again without a mark has no mark afterwards either', () => {
  const verdict = judgeOne(
    aBoundConnection({ tags: tagged(noted(HOUR, HOUR)) }),
    aPolicy({ rules: { 'tunnels-down': DAY } }),
  );
  expect(verdict).toMatchObject({ mark: { kind: 'none' }, markDisproved: false, dropNote: true });
});

test('a note of an earlier binding is removed even if it is fresh and the connection is due without a mark', () => {
  const tags = tagged({ 'vco-sweeper:detached': `${ago(1_000)} tr-attach-9` });
  const policy = aPolicy({ rules: { 'tunnels-down': 0 } });
  expect(judgeOne(aBoundConnection({ ...DOWN, tags }), policy)).toMatchObject({ isDue: true, dropNote: true });
});
