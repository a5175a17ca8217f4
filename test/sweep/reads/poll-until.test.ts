import { describe, expect, test } from 'vitest';
import { NEVER } from '../../../lib/core/concurrency/unless-stopped.ts';
import { CloudError, STOPPED_ON_REQUEST } from '../../../lib/core/domain/errors.ts';
import { PollSchedule } from '../../../lib/sweep/reads/poll-schedule.ts';
import { type Look, pollUntil } from '../../../lib/sweep/reads/poll-until.ts';
import type { RegionContext } from '../../../lib/sweep/run-context.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const INTERVAL_MS = 1_000;
const FOREVER = Number.POSITIVE_INFINITY;

type Waiting = {
  readonly timeoutMs?: number;
  readonly atOnce?: boolean;
  readonly deadlineMs?: number;
  readonly afterStopMs?: number;
  /** When a person asks the run to stop. */
  readonly stopMs?: number;
  readonly isBusy?: boolean;
  /** How long an earlier change took. */
  readonly earlierMs?: number;
  readonly lookMs?: number;
};

/**
 * Waits from the moment 0 for a change that shows at `seenMs`, or fails in `fail`. `looks` has the moments of all looks, with a
 * minus sign if the look may not read.
 */
async function wait(
  seenMs: number,
  waiting: Waiting = {},
  fail: (atMs: number) => Error | undefined = () => undefined,
) {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const { stopMs } = waiting;
  const stopAsked = stopMs === undefined ? NEVER : stop.signal;
  const schedule = new PollSchedule({
    clock,
    intervalMs: INTERVAL_MS,
    stopAsked,
    isBusy: () => waiting.isBusy ?? false,
    isWorthwhile: () => false,
  });
  if (waiting.earlierMs !== undefined) {
    schedule.noteChange(waiting.earlierMs);
  }
  if (stopMs !== undefined) {
    void clock.sleep(stopMs).then(() => stop.abort());
  }
  const looks: number[] = [];
  const look: Look = async (mayRead) => {
    looks.push(mayRead ? clock.now() : -clock.now());
    await clock.sleep(waiting.lookMs ?? 0);
    const failure = fail(clock.now());
    if (failure) {
      throw failure;
    }
    return clock.now() >= seenMs;
  };
  const region = {
    clock,
    deadlineMs: waiting.deadlineMs ?? FOREVER,
    stopAsked,
  } as Partial<RegionContext> as RegionContext;
  const polled = await pollUntil(region, {
    timeoutMs: waiting.timeoutMs ?? 60_000,
    atOnce: waiting.atOnce ?? false,
    schedule,
    afterStopMs: waiting.afterStopMs ?? 0,
    look,
  });
  return { ...polled, looks, atMs: clock.now(), headStartMs: schedule.headStartMs };
}

const failure = (code: string) => new CloudError({ action: 'DescribeVpnConnection', code, effect: 'refused' });

describe('the first look', () => {
  test('comes at once if that is asked for', async () => {
    expect(await wait(0, { atOnce: true })).toMatchObject({ kind: 'done', looks: [0] });
  });

  test('comes at the first moment otherwise', async () => {
    expect(await wait(0)).toMatchObject({ kind: 'done', looks: [1_000] });
  });

  test('waits for other steps while these are still sent, and does not read', async () => {
    expect(await wait(0, { atOnce: true, isBusy: true })).toMatchObject({ kind: 'done', looks: [-1_000] });
  });

  test('comes after most of the time that the shortest change took', async () => {
    expect(await wait(0, { earlierMs: 10_000 })).toMatchObject({ looks: [9_000] });
  });

  test('comes by the end of the wait, however long earlier changes took', async () => {
    expect(await wait(FOREVER, { earlierMs: 10_000, timeoutMs: 3_000 })).toMatchObject({
      kind: 'timed-out',
      looks: [4_000],
    });
  });

  test('comes by the end of the run, however long earlier changes took', async () => {
    expect(await wait(FOREVER, { earlierMs: 10_000, deadlineMs: 4_000 })).toMatchObject({
      kind: 'no-time',
      looks: [4_000],
    });
  });
});

test('how long a change took tells the next steps when to look first', async () => {
  expect(await wait(3_000)).toMatchObject({ kind: 'done', looks: [1_000, 2_150, 3_472.5], headStartMs: 2_778 });
});

describe('a wait without the change', () => {
  test('ends after its time, with a last look', async () => {
    expect(await wait(FOREVER, { timeoutMs: 2_000, atOnce: true })).toMatchObject({
      kind: 'timed-out',
      error: undefined,
      looks: [0, 1_000, 2_150],
    });
  });

  test('goes on at exactly its time', async () => {
    expect(await wait(FOREVER, { timeoutMs: 1_000, atOnce: true })).toMatchObject({ looks: [0, 1_000, 2_150] });
  });

  test('reads once more at its end, even while other steps are still sent', async () => {
    const { looks } = await wait(FOREVER, { timeoutMs: 2_500, isBusy: true });
    expect(looks).toEqual([-1_000, -2_000, 3_000]);
  });

  test('ends two seconds before the end of the run, with a last look', async () => {
    expect(await wait(FOREVER, { deadlineMs: 4_000 })).toMatchObject({
      kind: 'no-time',
      error: undefined,
      looks: [1_000, 2_000],
    });
  });

  test('reads once more two seconds before the end of the run, even while other steps are still sent', async () => {
    const { kind, looks } = await wait(FOREVER, { deadlineMs: 4_500, isBusy: true });
    expect([kind, looks]).toEqual(['no-time', [-1_000, -2_000, 2_500]]);
  });
});

describe('a look that fails', () => {
  test('proves nothing, so the wait goes on', async () => {
    const fail = (atMs: number) => (atMs < 2_000 ? failure('Throttling.User') : undefined);
    expect(await wait(0, {}, fail)).toMatchObject({ kind: 'done', looks: [1_000, 2_150] });
  });

  test.each<[what: string, fail: (atMs: number) => Error | undefined, code: string | undefined]>([
    ['the last look failed', () => failure('Throttling.User'), 'Throttling.User'],
    ['the last look did not fail', (atMs) => (atMs < 2_000 ? failure('Throttling.User') : undefined), undefined],
  ])('is reported with the end of the wait if %s', async (_what, fail, code) => {
    const { kind, error } = await wait(FOREVER, { timeoutMs: 2_000 }, fail).then((polled) => ({
      error: undefined,
      ...polled,
    }));
    expect([kind, error?.code]).toEqual(['timed-out', code]);
    const late = await wait(FOREVER, { deadlineMs: 4_150 }, fail).then((polled) => ({ error: undefined, ...polled }));
    expect([late.kind, late.error?.code]).toEqual(['no-time', code]);
  });

  test('ends the wait if no retry can help', async () => {
    const refused = failure('NoSuchCodeYet');
    expect(await wait(0, {}, () => refused)).toMatchObject({ kind: 'unreadable', error: refused, looks: [1_000] });
  });

  test('on request ends the wait as stopped', async () => {
    expect(await wait(0, {}, () => failure(STOPPED_ON_REQUEST))).toMatchObject({
      kind: 'stopped',
      error: undefined,
      looks: [1_000],
    });
  });

  test('with an error of the program is thrown', async () => {
    await expect(wait(0, {}, () => new Error('a fault'))).rejects.toThrow('a fault');
  });
});

describe('after a request to stop', () => {
  test('a wait ends at once if no more looks are wanted', async () => {
    expect(await wait(FOREVER, { stopMs: 1_500 })).toMatchObject({ kind: 'stopped', looks: [1_000], atMs: 1_500 });
  });

  test('a look that is under way ends if no more looks are wanted', async () => {
    const { kind, looks, atMs } = await wait(0, { stopMs: 1_500, lookMs: 10_000 });
    expect([kind, looks, atMs]).toEqual(['stopped', [1_000], 1_500]);
  });

  test('the wait for the first look ends at once', async () => {
    expect(await wait(0, { stopMs: 500, earlierMs: 10_000 })).toMatchObject({ kind: 'stopped', looks: [], atMs: 500 });
  });

  test('looks go on for as long as they are wanted', async () => {
    const { kind, looks } = await wait(FOREVER, { stopMs: 1_500, afterStopMs: 2_000 });
    expect(kind).toBe('stopped');
    expect(looks[0]).toBe(1_000);
    expect(looks[1]).toBe(1_500);
    expect(looks.at(-1)).toBeLessThan(3_500);
    expect(looks.length).toBeGreaterThan(2);
  });

  test('a look that is under way may show the change if looks are still wanted', async () => {
    const { kind } = await wait(0, { stopMs: 1_500, lookMs: 10_000, afterStopMs: FOREVER });
    expect(kind).toBe('done');
  });
});
