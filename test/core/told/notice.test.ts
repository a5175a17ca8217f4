import { describe, expect, test } from 'vitest';
import { describeTelling, toNotice, whyUntold } from '../../../lib/core/told/notice.ts';
import { readTold, type Told } from '../../../lib/core/told/read-told.ts';
import { type DueClock, isOver, ToldClocks } from '../../../lib/core/told/told-clocks.ts';
import { clockKey } from '../../../lib/core/told/told-document.ts';
import { ACCOUNT, ago, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';

/** The clocks of machines may differ by this much. */
const APART = 5 * 60_000;
const telling = { atMs: NOW - 2 * DAY, channel: 'slack', reportId: 'report-1' };

describe('the notice of a due connection', () => {
  test('is over as soon as the message is old enough, by any clock that is at most five minutes off', () => {
    const noticeMs = 2 * DAY + APART;
    expect(isOver(telling, noticeMs, NOW)).toBe(true);
    expect(isOver(telling, noticeMs + 1, NOW)).toBe(false);
    expect(toNotice(telling, noticeMs, NOW)).toEqual({ kind: 'over', telling, untilMs: NOW + APART });
    expect(toNotice(telling, 3 * DAY, NOW)).toEqual({ kind: 'running', telling, untilMs: NOW + DAY });
    expect(toNotice(undefined, DAY, NOW)).toEqual({ kind: 'none', hasClock: true });
  });

  test('is the reason why it has to wait', () => {
    expect(whyUntold(toNotice(telling, DAY, NOW))).toBeUndefined();
    expect(whyUntold(toNotice(telling, 3 * DAY, NOW))).toEqual({
      reason: `slack announced it on ${ago(2 * DAY)}, and it may be deleted from ${ago(-DAY)} on`,
      code: null,
    });
    expect(whyUntold({ kind: 'none', hasClock: true })).toEqual({ reason: 'nobody has been told yet', code: null });
    expect(whyUntold({ kind: 'none', hasClock: false })).toEqual({
      reason: 'nobody has been told yet: without grace it has no mark to be named',
      code: null,
    });
    const unread = { reason: 'the store is gone', code: 'StoreGone' };
    expect(whyUntold({ kind: 'unread', ...unread })).toEqual(unread);
  });

  test('is evidence, with the channel, the moment and the report', () => {
    expect(describeTelling(telling)).toBe(
      `named in a message that slack accepted on ${ago(2 * DAY)} (report report-1)`,
    );
  });
});

describe('messages count for a clock', () => {
  const clock: DueClock = {
    accountId: ACCOUNT,
    regionId: REGION,
    connectionId: 'vco-1',
    rule: 'unassociated',
    sinceMs: NOW - 3 * DAY,
  };
  const { sinceMs, ...named } = clock;
  const record = (atMs: number, reportId = 'report-1', since = sinceMs): Told => ({
    format: 'vco-sweeper/told@1',
    reportId,
    channel: 'slack',
    acceptedAt: new Date(atMs).toISOString(),
    named: [{ ...named, since: new Date(since).toISOString() }],
  });
  const firstOf = (...records: readonly Told[]) => {
    const clocks = new ToldClocks([clock], NOW);
    for (const one of records) {
      clocks.add(one);
    }
    return clocks.firstTelling(clock);
  };

  test('from five minutes before its start to five minutes from now', () => {
    const at = (atMs: number) => firstOf(record(atMs))?.atMs;
    expect(at(sinceMs - APART)).toBe(sinceMs - APART);
    expect(at(sinceMs - APART - 1)).toBeUndefined();
    expect(at(NOW + APART)).toBe(NOW + APART);
    expect(at(NOW + APART + 1)).toBeUndefined();
  });

  test('the first message counts, in whatever order the records come', () => {
    const [early, late] = [record(NOW - DAY, 'early'), record(NOW - HOUR, 'late')];
    expect(firstOf(early, late)?.reportId).toBe('early');
    expect(firstOf(late, early)?.reportId).toBe('early');
    expect(firstOf(early, record(NOW - DAY, 'same moment'))?.reportId).toBe('early');
  });

  test('a message about another clock is not remembered', () => {
    const clocks = new ToldClocks([clock], NOW);
    clocks.add(record(NOW - HOUR, 'report-1', sinceMs + HOUR));
    expect(clocks.firstTelling(clock)).toBeUndefined();
    expect(clocks.firstTelling({ ...clock, sinceMs: sinceMs + HOUR })).toBeUndefined();
  });

  test('no further record matters once every clock was named early enough', () => {
    const clocks = new ToldClocks([clock], NOW);
    expect(new ToldClocks([], NOW).isSettled(DAY)).toBe(true);
    expect(clocks.isSettled(DAY)).toBe(false);
    clocks.add(record(NOW - DAY));
    expect(clocks.isSettled(2 * DAY)).toBe(false);
    expect(clocks.isSettled(DAY)).toBe(true);
  });
});

test('the key of a clock in a record has all of its parts', () => {
  const clock = {
    accountId: '1',
    regionId: 'cn-hangzhou',
    connectionId: 'vco-1',
    rule: 'expired',
    since: 'now',
  } as const;
  expect(clockKey(clock)).toBe('1 cn-hangzhou vco-1 expired now');
});

test('a record that is a list is wrong at its top level', () => {
  const list: unknown = [];
  expect(readTold(list as Parameters<typeof readTold>[0])).toEqual({
    problem: 'it is no record of a message: its top level is wrong',
  });
});
