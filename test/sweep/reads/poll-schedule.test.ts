import { describe, expect, test } from 'vitest';
import { PollSchedule } from '../../../lib/sweep/reads/poll-schedule.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const FOREVER = Number.POSITIVE_INFINITY;

function setUp(state: { busy?: boolean; worthwhile?: boolean; intervalMs?: number } = {}) {
  const clock = new VirtualClock(0);
  const schedule = new PollSchedule({
    clock,
    intervalMs: state.intervalMs ?? 1_000,
    isBusy: () => state.busy ?? false,
    isWorthwhile: () => state.worthwhile ?? true,
  });
  return { clock, schedule, state };
}

describe('polling moments', () => {
  test('are the same for all waiting steps', async () => {
    const { clock, schedule } = setUp();
    const early = schedule.next(FOREVER).then(() => clock.now());
    await clock.sleep(400);
    const late = schedule.next(FOREVER).then(() => clock.now());
    expect(await early).toBe(await late);
  });

  test('move apart while nothing changes, up to four intervals, and come closer after a change', async () => {
    const { clock, schedule } = setUp();
    const gaps: number[] = [];
    for (let look = 0; look < 14; look += 1) {
      const beforeMs = clock.now();
      await schedule.next(FOREVER);
      gaps.push(clock.now() - beforeMs);
    }
    expect(gaps.map(Math.round)).toEqual(gaps.map(Math.round).sort((a, b) => a - b));
    expect(gaps.at(-1)).toBeCloseTo(4_000);
    schedule.noteChange();
    const beforeMs = clock.now();
    await schedule.next(FOREVER);
    expect(clock.now() - beforeMs).toBeCloseTo(1_000);
  });

  test('come at the end of the time at the latest', async () => {
    const { clock, schedule } = setUp();
    await schedule.next(300);
    expect(clock.now()).toBe(300);
  });

  test('count from the start of a look, however long it takes, but never without a pause', async () => {
    const { clock, schedule } = setUp();
    await schedule.next(FOREVER);
    schedule.noteChange();
    const firstMs = clock.now();
    await clock.sleep(600);
    await schedule.next(FOREVER);
    expect(clock.now() - firstMs).toBeCloseTo(1_000);
    schedule.noteChange();
    const secondMs = clock.now();
    await clock.sleep(5_000);
    await schedule.next(FOREVER);
    expect(clock.now() - secondMs).toBeCloseTo(5_250);
  });
});

test.each([true, false])(
  'with an interval of 0 s, time passes between the moments (more steps on their way: %s)',
  async (busy) => {
    const { clock, schedule } = setUp({ intervalMs: 0, busy, worthwhile: false });
    const startMs = clock.now();
    for (let moment = 0; moment < 10; moment += 1) {
      await schedule.next(FOREVER);
    }
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(9);
  },
);

describe('waiting for more steps', () => {
  test('skips looks while more steps are on their way, but not for ever', async () => {
    const { schedule } = setUp({ busy: true, worthwhile: false });
    const looks: boolean[] = [];
    for (let moment = 0; moment < 26; moment += 1) {
      looks.push(await schedule.next(FOREVER));
    }
    const twelveSkipped = Array.from({ length: 12 }, () => false);
    expect(looks).toEqual([...twelveSkipped, true, ...twelveSkipped, true]);
  });

  test('the moments come at the plain interval, and looks that are worthwhile are further and further apart', async () => {
    const { clock, schedule } = setUp({ busy: true, worthwhile: true });
    const moments: number[] = [];
    const looks: number[] = [];
    while (clock.now() < 30_000) {
      const isTime = await schedule.next(FOREVER);
      moments.push(clock.now());
      if (isTime) {
        looks.push(clock.now());
      }
    }
    expect(moments).toEqual(moments.map((_, index) => 1_000 * (index + 1)));
    expect(looks.slice(0, 4)).toEqual([1_000, 3_000, 6_000, 10_000]);
    expect(looks.at(-1)).toBe(30_000);
  });

  test('looks are rare while the readings of other steps show changes', async () => {
    const { schedule } = setUp({ busy: true, worthwhile: true });
    await schedule.next(FOREVER);
    const looks: boolean[] = [];
    for (let moment = 0; moment < 14; moment += 1) {
      schedule.noteChange();
      looks.push(await schedule.next(FOREVER));
    }
    expect(looks).toEqual([...Array.from({ length: 12 }, () => false), true, false]);
  });

  test('after the last request, the next look comes at the next moment', async () => {
    const { clock, schedule, state } = setUp({ busy: true, worthwhile: false });
    for (let moment = 0; moment < 8; moment += 1) {
      await schedule.next(FOREVER);
    }
    const next = schedule.next(FOREVER);
    state.busy = false;
    expect(await next).toBe(true);
    expect(clock.now()).toBe(9_000);
  });

  test('ends when no more steps are on their way, or enough steps are waiting', async () => {
    const { schedule, state } = setUp({ busy: true, worthwhile: false });
    expect(await schedule.next(FOREVER)).toBe(false);
    state.worthwhile = true;
    expect(await schedule.next(FOREVER)).toBe(true);
    state.worthwhile = false;
    state.busy = false;
    expect(await schedule.next(FOREVER)).toBe(true);
  });
});

test('if a change took a while, the next look for a change starts late as well', () => {
  const { schedule } = setUp();
  expect(schedule.headStartMs).toBe(0);
  schedule.noteChange(50_000);
  schedule.noteChange(40_000);
  schedule.noteChange(90_000);
  expect(schedule.headStartMs).toBe(32_000);
});
