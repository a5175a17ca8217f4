import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../lib/core/domain/outcome.ts';
import { NEWS_KINDS, type NewsKind } from '../../../lib/core/domain/policy.ts';
import { clockKey } from '../../../lib/core/told/told-document.ts';
import type { DigestInput } from '../../../lib/report/digest/digest-runs.ts';
import { clockOf, findNews } from '../../../lib/report/messages/news.ts';
import { sendMessage } from '../../../lib/report/messages/send-message.ts';
import { ACCOUNT, anOutcome, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';
import { aDigest, aResult } from '../../support/digests.ts';
import { ACCEPTING, aChannel, aRequest, someDeps, textOf } from './message-support.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const since = iso(NOW - 10 * DAY);

/** The kind of news about an outcome, for a channel with these kinds. */
function kindOf(
  change: Partial<Outcome>,
  { told = false, on = NEWS_KINDS }: { told?: boolean; on?: readonly NewsKind[] } = {},
) {
  const digest = aDigest([anOutcome({ since, ...change })]);
  const keys = digest.outcomes.flatMap((outcome) => clockOf(outcome) ?? []).map(clockKey);
  const toldBefore = new Set(told ? keys : []);
  return findNews({ digest, on, toldBefore, noticeMs: DAY, nowMs: NOW }).map(({ kind }) => kind)[0];
}

describe('a connection is news', () => {
  test.each<[string, Partial<Outcome>, string | undefined, string | undefined]>([
    ['that this run marked', { outcome: 'marked', dueAt: iso(NOW + 3 * DAY) }, 'marked', 'marked'],
    ['that an earlier run marked', { outcome: 'waiting', dueAt: iso(NOW + 3 * DAY) }, 'marked', undefined],
    ['that is deleted within the notice', { outcome: 'waiting', dueAt: iso(NOW + 23 * HOUR) }, 'due', 'due'],
    ['whose short grace begins', { outcome: 'marked', dueAt: iso(NOW + HOUR) }, 'due', 'due'],
    ['that is due', { outcome: 'planned', dueAt: iso(NOW - HOUR) }, 'due', 'due'],
    ['that waits only for a message', { outcome: 'waiting', dueAt: iso(NOW - 9 * DAY) }, 'due', undefined],
    [
      'that has been due for longer than the notice',
      { outcome: 'deferred', dueAt: iso(NOW - 2 * DAY) },
      'due',
      undefined,
    ],
    [
      'that was detached now',
      { outcome: 'held', reason: 'unassociated: detached, and held until 2027' },
      'held',
      'held',
    ],
    [
      'that is held for long',
      { outcome: 'held', reason: 'held until 2027', heldUntil: iso(NOW + 9 * DAY) },
      undefined,
      undefined,
    ],
    [
      'whose hold is nearly over',
      { outcome: 'held', reason: 'held until …', heldUntil: iso(NOW + HOUR) },
      'held',
      'held',
    ],
    ['that was deleted', { outcome: 'deleted' }, 'deleted', 'deleted'],
    ['whose step failed', { outcome: 'failed' }, 'attention', 'attention'],
    ['that is blocked', { outcome: 'blocked' }, 'attention', 'attention'],
    ['that is in use again', { outcome: 'cleared' }, undefined, undefined],
    ['that is protected', { outcome: 'protected' }, undefined, undefined],
    ['that a plan would mark', { outcome: 'waiting', since: null }, undefined, undefined],
  ])('%s: %j is %s, and %s after a message has named it', (_what, change, fresh, known) => {
    expect(kindOf(change)).toBe(fresh);
    expect(kindOf(change, { told: true })).toBe(known);
  });

  test('of the most urgent kind that the channel asks for', () => {
    const soon = { outcome: 'waiting', dueAt: iso(NOW + HOUR) } as const;
    expect(kindOf(soon, { on: ['marked', 'due'] })).toBe('due');
    expect(kindOf(soon, { on: ['marked'] })).toBe('marked');
    expect(kindOf(soon, { on: ['deleted'] })).toBeUndefined();
    expect(kindOf({ outcome: 'blocked', dueAt: iso(NOW + HOUR) }, { on: ['due'] })).toBe('due');
  });

  test("when the sweep's own reason says that it was just detached", () => {
    const source = readFileSync('lib/sweep/steps/act.ts', 'utf8');
    expect(source).toContain('`detached, and held until ');
  });
});

test('a half-done connection has no clock, so no message counts for it', () => {
  expect(clockOf(aDigest([anOutcome({ rule: 'half-done', since })]).outcomes[0] as never)).toBeUndefined();
});

test('a clock is in whole seconds, like the mark', () => {
  const [outcome] = aDigest([anOutcome({ since: '2026-03-01T08:30:00.000Z' })]).outcomes;
  expect(outcome && clockOf(outcome)?.since).toBe('2026-03-01T08:30:00Z');
});

describe('places and the whole are news', () => {
  const place = { accountId: ACCOUNT, regionId: REGION };
  const unread = {
    ...place,
    listing: 'unread',
    connections: 0,
    halted: false,
    code: 'Forbidden.RAM',
    reason: 'grant it',
  } as const;
  test.each<[string, Partial<DigestInput>, string, RegExp]>([
    [
      'that was not read',
      { runs: [{ result: aResult([], { regions: [unread] }) }] },
      'attention',
      /cn-hangzhou.* · not read.*Forbidden\.RAM: grant it/,
    ],
    [
      'that was halted',
      { runs: [{ result: aResult([], { regions: [{ ...unread, listing: 'complete', halted: true }] }) }] },
      'attention',
      /halted: too large a share/,
    ],
    [
      'that is missing',
      { missing: [{ ...place, lastAt: '2026-01-01T00:00:00Z' }] },
      'missing',
      /last result 2026-01-01 00:00/,
    ],
    [
      'whose sweep did not start',
      { notDispatched: [{ ...place, at: since, code: 'X', reason: 'no role', advice: null }] },
      'attention',
      /could not be started: X: no role/,
    ],
    ['with a problem', { problems: ['the store is full'] }, 'attention', /the store is full/],
    [
      'that a file stopped',
      { runs: [{ result: aResult([], { stoppedBy: '/mnt/store/STOP' }) }] },
      'attention',
      /Stopped by the file .*STOP/,
    ],
    [
      'with a result that was cut',
      { runs: [{ result: aResult([], { outcomesOmitted: 3 }) }] },
      'attention',
      /3 outcomes not in this report/,
    ],
  ])('%s', async (_what, change, kind, text) => {
    const digest = aDigest([], change);
    const { deps, posted } = someDeps([ACCEPTING.wecom]);
    expect(findNews({ digest, on: NEWS_KINDS, toldBefore: new Set(), noticeMs: DAY, nowMs: NOW })).toMatchObject([
      { kind },
    ]);
    await sendMessage(aRequest(aChannel('wecom'), { digest }), deps);
    expect(textOf('wecom', posted[0]?.body ?? '')).toMatch(text);
  });
});

test('no message is sent without news, unless the channel asks for always', async () => {
  const digest = aDigest([anOutcome({ outcome: 'protected', rule: null })]);
  const { deps, posted } = someDeps([ACCEPTING.slack]);
  expect(await sendMessage(aRequest(aChannel('slack'), { digest }), deps)).toEqual({ kind: 'no-news' });
  expect(posted).toEqual([]);
  expect(await sendMessage(aRequest(aChannel('slack', { on: ['always'] }), { digest }), deps)).toMatchObject({
    kind: 'accepted',
    named: [],
  });
  expect(posted[0]?.body).toContain('vco-sweeper: no news');
});
