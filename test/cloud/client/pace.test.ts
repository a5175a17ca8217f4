import { describe, expect, test } from 'vitest';
import type { Action } from '../../../lib/cloud/client/actions.ts';
import { createPace } from '../../../lib/cloud/client/pace.ts';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import type { Policy } from '../../../lib/core/domain/policy.ts';
import { fakeClock } from '../fake-transport.ts';

const POLICY: Policy['pace'] = { share: 0.8, describePerMinute: 500, writePerMinute: 50, concurrency: 8 };
const never = (): never => {
  throw new Error('past the deadline');
};

function setUp(policy = POLICY) {
  const clock = fakeClock();
  const pace = createPace(policy, clock);
  const startMs = clock.now();
  const starts: number[] = [];
  const run = (
    action: Action,
    more: { accountId?: string; regionId?: string; deadlineMs?: number; takesMs?: number; code?: string } = {},
  ) =>
    pace.inTurn(
      { accountId: more.accountId, regionId: more.regionId, action },
      async () => {
        starts.push(clock.now() - startMs);
        await clock.sleep(more.takesMs ?? 0);
        if (more.code !== undefined) {
          throw new CloudError({ action, code: more.code, effect: 'refused', status: 400 });
        }
      },
      { deadlineMs: more.deadlineMs ?? Number.POSITIVE_INFINITY, giveUp: never },
    );
  return { clock, pace, run, starts, startMs };
}

/** The most starts in any 60 s, both ends included. */
const busiestMinute = (starts: readonly number[]) =>
  Math.max(...starts.map((from) => starts.filter((at) => at >= from && at <= from + 60_000).length));

describe('the rate', () => {
  test.each<[Action, number, number]>([
    ['DescribeVpnConnections', 600, 550],
    ['DescribeVpnConnection', 600, 550],
    ['ListTransitRouters', 500, 457],
    ['ListTagResources', 300, 275],
    ['ListTransitRouterVpnAttachments', 300, 275],
    ['DeleteVpnAttachment', 60, 55],
    ['TagResources', 300, 55],
    ['AssumeRole', 300, 275],
  ])('of %s stays under the published %d in any minute', async (action, published, expected) => {
    const { run, starts } = setUp();
    await Promise.all(Array.from({ length: published * 2 }, () => run(action)));
    expect(starts).toHaveLength(published * 2);
    expect(busiestMinute(starts)).toBeLessThanOrEqual(published);
    expect(busiestMinute(starts)).toBe(expected);
  });

  test.each<[Action, number]>([
    ['DescribeVpnConnections', 600],
    ['ListTransitRouters', 500],
    ['TagResources', 300],
    ['DeleteVpnAttachment', 60],
  ])('of %s is by default a share of the published %d, its burst included', async (action, published) => {
    const { run, starts } = setUp({ ...POLICY, describePerMinute: undefined, writePerMinute: undefined });
    await Promise.all(Array.from({ length: published * 2 }, () => run(action)));
    const whole = published * 0.8;
    expect(busiestMinute(starts)).toBe(Math.floor(whole) + Math.floor(whole * 0.1));
    expect(busiestMinute(starts)).toBeLessThanOrEqual(published);
  });

  test.each([0.85, 0.9, 0.95, 1])(
    'stays under the published limit with a share of %d, its burst included',
    async (share) => {
      for (const [action, published] of [
        ['ListTransitRouters', 500],
        ['DeleteVpnAttachment', 60],
      ] as const) {
        const { run, starts } = setUp({ ...POLICY, share, describePerMinute: undefined, writePerMinute: undefined });
        await Promise.all(Array.from({ length: published * 2 }, () => run(action)));
        const busiest = Math.max(
          ...starts.map((from) => starts.filter((at) => at >= from && at < from + 60_000).length),
        );
        expect(busiest).toBeLessThanOrEqual(published);
      }
    },
  );

  test('allows a burst, then spreads evenly, first come first served', async () => {
    const { run, starts } = setUp();
    await Promise.all(Array.from({ length: 8 }, () => run('DeleteVpnAttachment')));
    expect(starts).toEqual([0, 0, 0, 0, 0, 1200, 2400, 3600]);
  });

  test('saves up no more than the burst while nothing is asked', async () => {
    const { clock, run, starts } = setUp();
    await run('DeleteVpnAttachment');
    await clock.sleep(3_600_000);
    starts.length = 0;
    await Promise.all(Array.from({ length: 7 }, () => run('DeleteVpnAttachment')));
    expect(starts.map((at) => at - (starts[0] ?? 0))).toEqual([0, 0, 0, 0, 0, 1200, 2400]);
  });

  test('a rate too low for a burst allows a single call', async () => {
    const { run, starts } = setUp({ ...POLICY, writePerMinute: 2 });
    await Promise.all([run('DeleteVpnAttachment'), run('DeleteVpnAttachment')]);
    expect(starts).toEqual([0, 30_000]);
  });

  test('is counted for each account, region and action by itself', async () => {
    const { run, starts } = setUp({ ...POLICY, writePerMinute: 1 });
    await Promise.all([
      run('DeleteVpnAttachment', { accountId: 'a', regionId: 'x' }),
      run('DeleteVpnAttachment', { accountId: 'b', regionId: 'x' }),
      run('DeleteVpnAttachment', { accountId: 'a', regionId: 'y' }),
      run('TagResources', { accountId: 'a', regionId: 'x' }),
    ]);
    expect(starts).toEqual([0, 0, 0, 0]);
  });

  test('a clock that is set back delays no more than an interval', async () => {
    const { clock, run } = setUp({ ...POLICY, writePerMinute: 1 });
    await run('DeleteVpnAttachment');
    clock.set(clock.now() - 86_400_000);
    await run('DeleteVpnAttachment');
    await run('DeleteVpnAttachment');
    expect(clock.sleeps.filter((delayMs) => delayMs > 0)).toEqual([60_000, 60_000]);
  });
});

describe('an action with a limit for a second', () => {
  const PUBLISHED = { second: 3, minute: 180 };
  const detach = { accountId: 'a', regionId: undefined, action: 'DeleteTransitRouterVpnAttachment' } as const;

  /** Many detaches at once. Each prepares for a while before it is sent, some of them equally long. */
  async function sendMany(policy: Policy['pace'], count: number, lookMs: (index: number) => number) {
    const { clock, pace, startMs } = setUp(policy);
    const sent: number[] = [];
    const waits: number[] = [];
    const task = (index: number) => async (untilMaySend: () => Promise<void>) => {
      await clock.sleep(lookMs(index));
      const lookedMs = clock.now();
      await untilMaySend();
      sent.push(clock.now() - startMs);
      waits.push(clock.now() - lookedMs);
      await clock.sleep(200);
    };
    const all = Array.from({ length: count }, (_, index) =>
      pace.inTurn(detach, task(index), { deadlineMs: Number.POSITIVE_INFINITY, giveUp: never }),
    );
    await Promise.all(all);
    return { sent, waits };
  }
  /** The most in any window of this length, its end not included. */
  const busiest = (sent: readonly number[], windowMs: number) =>
    Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + windowMs).length));
  const byShare: Policy['pace'] = {
    share: 0.8,
    describePerMinute: undefined,
    writePerMinute: undefined,
    concurrency: 8,
  };

  test.each([
    ['the default', byShare, 2, 120],
    ['the whole', { ...byShare, share: 1 }, 3, 180],
    ['a half', { ...byShare, share: 0.5 }, 1, 60],
    ['a tenth', { ...byShare, share: 0.1 }, 1, 18],
    ['a rate of its own', { ...byShare, writePerMinute: 50 }, 2, 50],
    ['one at a time', { ...byShare, concurrency: 1 }, 2, 120],
  ])('holds its share in every second and every minute: %s', async (_what, policy, second, minute) => {
    const share = policy.writePerMinute === undefined ? policy.share : policy.writePerMinute / 60;
    const looks = [() => 0, () => 700, (index: number) => (index * 389) % 2000];
    for (const lookMs of looks) {
      const { sent } = await sendMany(policy, 200, lookMs);
      expect(sent).toHaveLength(200);
      expect(busiest(sent, 1000)).toBeLessThanOrEqual(second);
      expect(busiest(sent, 60_000)).toBeLessThanOrEqual(minute);
    }
    expect(second).toBeLessThanOrEqual(Math.max(1, PUBLISHED.second * share));
    expect(minute).toBeLessThanOrEqual(PUBLISHED.minute * share);
  });

  test('is sent at its rate, and the reads just before it do not become stale', async () => {
    const { sent, waits } = await sendMany(byShare, 100, () => 300);
    expect(sent.at(-1)).toBeLessThan(51_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(500);
  });

  test('is not spread if the policy declares a rate above the published limit', async () => {
    const { sent } = await sendMany({ ...byShare, writePerMinute: 6000 }, 50, () => 0);
    expect(busiest(sent, 1000)).toBeGreaterThanOrEqual(8);
  });

  test('is not sent too late, and the requests behind it are sent', async () => {
    const { clock, pace, startMs } = setUp({ ...byShare, share: 0.1 });
    const sent: number[] = [];
    const send = (deadlineMs: number) =>
      pace.inTurn(
        detach,
        async (untilMaySend) => {
          await untilMaySend();
          sent.push(clock.now() - startMs);
        },
        { deadlineMs, giveUp: never },
      );
    await send(Number.POSITIVE_INFINITY);
    await expect(send(startMs + 2000)).rejects.toThrow('past the deadline');
    await send(Number.POSITIVE_INFINITY);
    expect(sent).toEqual([0, 3334]);
  });

  test('slows down after throttling like any other request', async () => {
    const { clock, pace, startMs } = setUp(byShare);
    const sent: number[] = [];
    const send = (code?: string) =>
      pace
        .inTurn(
          detach,
          async (untilMaySend) => {
            await untilMaySend();
            sent.push(clock.now() - startMs);
            if (code !== undefined) {
              throw new CloudError({ action: detach.action, code, effect: 'refused', status: 400 });
            }
          },
          { deadlineMs: Number.POSITIVE_INFINITY, giveUp: never },
        )
        .catch(() => undefined);
    await send('Throttling.User');
    await Promise.all([send(), send()]);
    expect(sent.slice(1).map((at, index) => at - (sent[index] ?? 0))).toEqual([1000, 1000]);
  });
});

describe('the concurrency', () => {
  test('is never exceeded', async () => {
    const { clock, pace } = setUp({ ...POLICY, concurrency: 3 });
    let running = 0;
    let most = 0;
    const task = async () => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(1000);
      running -= 1;
    };
    const key = { accountId: undefined, regionId: 'x', action: 'DescribeVpnConnections' } as const;
    await Promise.all(
      Array.from({ length: 20 }, () => pace.inTurn(key, task, { deadlineMs: Number.POSITIVE_INFINITY, giveUp: never })),
    );
    expect(most).toBe(3);
  });

  test('a task that fails makes room for the next', async () => {
    const { pace } = setUp({ ...POLICY, concurrency: 1 });
    const key = { accountId: undefined, regionId: 'x', action: 'DescribeVpnConnections' } as const;
    const run = (task: () => Promise<string>) =>
      pace.inTurn(key, task, { deadlineMs: Number.POSITIVE_INFINITY, giveUp: never });
    const [first, second] = await Promise.allSettled([
      run(() => Promise.reject(new Error('x'))),
      run(async () => 'done'),
    ]);
    expect([first?.status, second]).toEqual(['rejected', { status: 'fulfilled', value: 'done' }]);
  });
});

describe('the deadline', () => {
  test('no request waits for a turn that comes too late, and the requests behind it get their turns', async () => {
    const { clock, run, starts, startMs } = setUp({ ...POLICY, writePerMinute: 1 });
    await run('DeleteVpnAttachment');
    const late = run('DeleteVpnAttachment', { deadlineMs: startMs + 60_000 });
    const patient = run('DeleteVpnAttachment');
    await expect(late).rejects.toThrow('past the deadline');
    await patient;
    expect(starts).toEqual([0, 60_000]);
    expect(clock.sleeps.filter((delayMs) => delayMs > 0)).toEqual([60_000]);
  });

  test('a place that becomes free too late is not taken', async () => {
    const { run, startMs } = setUp({ ...POLICY, concurrency: 1 });
    const slow = run('DescribeVpnConnections', { takesMs: 5000 });
    const late = run('DescribeVpnConnections', { deadlineMs: startMs + 5000 });
    await expect(late).rejects.toThrow('past the deadline');
    await slow;
    await run('DescribeVpnConnections');
  });
});

describe('throttling', () => {
  const throttled = { code: 'Throttling.User' };
  const refused = async (task: Promise<unknown>) => {
    await task.catch(() => undefined);
  };
  const gaps = (starts: readonly number[]) => starts.slice(1).map((at, index) => at - (starts[index] ?? 0));

  test('halves the rate, and takes the burst away', async () => {
    const { run, starts } = setUp();
    await refused(run('DeleteVpnAttachment', throttled));
    starts.length = 0;
    await Promise.all(Array.from({ length: 3 }, () => run('DeleteVpnAttachment')));
    expect(gaps(starts)).toEqual([2400, 2400]);
  });

  test('counts once for all requests that were sent before it was known', async () => {
    const { run, starts } = setUp();
    await Promise.all(
      Array.from({ length: 5 }, () => refused(run('DeleteVpnAttachment', { ...throttled, takesMs: 50 }))),
    );
    starts.length = 0;
    await Promise.all([run('DeleteVpnAttachment'), run('DeleteVpnAttachment')]);
    expect(gaps(starts)).toEqual([2400]);
  });

  test('leaves other regions and actions at their rate', async () => {
    const { run, starts } = setUp();
    await refused(run('DeleteVpnAttachment', throttled));
    starts.length = 0;
    await Promise.all(Array.from({ length: 6 }, () => run('DeleteVpnAttachment', { regionId: 'eu-central-1' })));
    expect(starts).toEqual([0, 0, 0, 0, 0, 1200]);
  });

  test('is forgotten slowly', async () => {
    const { clock, run, starts } = setUp();
    await refused(run('DeleteVpnAttachment', throttled));
    await clock.sleep(30_000);
    starts.length = 0;
    await Promise.all(Array.from({ length: 8 }, () => run('DeleteVpnAttachment')));
    // Three quarters of 50 a minute after half a minute.
    expect(gaps(starts).at(-1)).toBe(1600);
    await clock.sleep(60_000);
    starts.length = 0;
    await Promise.all(Array.from({ length: 7 }, () => run('DeleteVpnAttachment')));
    expect(gaps(starts).at(-1)).toBe(1200);
  });

  test('any other failure changes nothing', async () => {
    const { run, starts } = setUp();
    await refused(run('DeleteVpnAttachment', { code: 'InternalError' }));
    starts.length = 0;
    await Promise.all(Array.from({ length: 5 }, () => run('DeleteVpnAttachment')));
    expect(starts).toEqual([0, 0, 0, 0, 1200]);
  });
});
