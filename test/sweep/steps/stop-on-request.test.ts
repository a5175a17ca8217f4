import { describe, expect, test } from 'vitest';
import { NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

const DETACH = 'DeleteTransitRouterVpnAttachment';
const DELETE = 'DeleteVpnAttachment';
const FAR = { regionId: 'eu-central-1' };
const NOT_STARTED = { outcome: 'deferred', code: 'StoppedOnRequest', reason: 'not started: stopped on request' };

/** Twelve due connections, with the published limits and delays of minutes. */
const attached = Array.from({ length: 12 }, (_, index) => bound(`a${index}`, dueTags('tunnels-down'), down));
const unbound = Array.from({ length: 12 }, (_, index) => free(`f${index}`, dueTags()));
const SLOW = {
  policy: {
    rules: { unassociated: 86_400_000, 'tunnels-down': 86_400_000 },
    limits: { perRun: 20, perRegionShare: 1 },
    pace: { share: 0.8, describePerMinute: undefined, writePerMinute: 3, concurrency: 1 },
  },
  latencyMs: 50,
} as const;

type Cloud = ReturnType<typeof startCloud>;

/** A run that is asked to stop just before the first call of this action is sent. */
async function runUntil(cloud: Cloud, action: string, skip = 0) {
  const stopping = new AbortController();
  let stoppedMs = 0;
  let left = skip;
  const result = await cloud.run({
    stopAsked: stopping.signal,
    before: (call) => {
      if (call.action === action && !stopping.signal.aborted) {
        left -= 1;
        if (left < 0) {
          stoppedMs = cloud.clock.now();
          stopping.abort();
        }
      }
    },
  });
  expect(stoppedMs).toBeGreaterThan(NOW);
  return { result, tookMs: cloud.clock.now() - stoppedMs };
}

const reasonsOf = (result: Awaited<ReturnType<Cloud['run']>>) =>
  result.outcomes.map(({ outcome, code, reason }) => ({ outcome, code, reason }));

describe('a run that is asked to stop', () => {
  test('while a detach is under way ends within seconds, and the next run finishes it', async () => {
    const cloud = startCloud({
      ...SLOW,
      estate: estate(...attached, ...inUse(20)),
      behaviours: { detachPolls: null, detachMs: 240_000 },
    });
    const { result, tookMs } = await runUntil(cloud, DETACH);
    expect(tookMs).toBeLessThan(5_000);
    expect(cloud.writes().filter((line) => line.startsWith('Delete'))).toHaveLength(1);
    expect(result.status).toBe('incomplete');
    expect(result.counts).toMatchObject({ deferred: 12, failed: 0 });
    const [halfDone, ...others] = reasonsOf(result).toSorted((a, b) => (a.reason < b.reason ? -1 : 1));
    expect(halfDone).toEqual({
      outcome: 'deferred',
      code: 'StoppedOnRequest',
      reason: 'detach requested, but the run was stopped on request before it was seen done. The next run finishes it',
    });
    expect(others).toEqual(others.map(() => NOT_STARTED));
    // Only connections whose detach was sent keep their note.
    const noted = cloud.connectionIds().filter((id) => 'vco-sweeper:detached' in (cloud.tags(id) ?? {}));
    expect(noted).toHaveLength(1);

    cloud.clock.advance(300_000);
    const next = await cloud.run({ policy: { ...cloud.policy, pace: { ...SLOW.policy.pace, writePerMinute: 600 } } });
    expect(next.counts).toMatchObject({ deleted: 12 });
  });

  test('while other connections wait reads back the delete that was sent, and starts no other', async () => {
    const cloud = startCloud({
      ...SLOW,
      estate: estate(...unbound, ...inUse(20)),
      behaviours: { deleteReads: 3, deletedStateReads: 0, deleteMs: 40_000 },
    });
    const { result, tookMs } = await runUntil(cloud, DELETE);
    // Time for reading back, and some seconds.
    expect(tookMs).toBeLessThan(45_000);
    expect(result.counts).toMatchObject({ deleted: 1, deferred: 11, failed: 0 });
    const others = reasonsOf(result).filter(({ outcome }) => outcome !== 'deleted');
    expect(others).toEqual(others.map(() => NOT_STARTED));
    expect(cloud.connectionIds()).toHaveLength(31);
  });

  test('while it waits to repeat a throttled delete does not repeat it', async () => {
    const cloud = startCloud({
      ...SLOW,
      estate: estate(free('a', dueTags()), ...inUse(20)),
      policy: { ...SLOW.policy, retry: { attempts: 6, minDelayMs: 60_000, maxDelayMs: 300_000 } },
      faults: [{ action: DELETE, times: 'always', fault: { kind: 'throttle' } }],
    });
    const { result, tookMs } = await runUntil(cloud, DELETE);
    expect(tookMs).toBeLessThan(5_000);
    expect(reasonsOf(result)).toEqual([NOT_STARTED]);
  });

  test('while a lost answer is in doubt looks for its effect for seconds only, and reports the known facts', async () => {
    const cloud = startCloud({
      ...SLOW,
      estate: estate(free('a', dueTags()), ...inUse(20)),
      faults: [{ action: DELETE, times: 'always', fault: { kind: 'reset', when: 'before' } }],
    });
    const { result, tookMs } = await runUntil(cloud, DELETE);
    expect(tookMs).toBeLessThan(45_000);
    expect(reasonsOf(result)).toEqual([
      {
        outcome: 'deferred',
        code: 'StoppedOnRequest',
        reason:
          'delete sent without a clear answer, but the run was stopped on request before a read showed it gone. The next run looks again',
      },
    ]);
    expect(cloud.connectionIds()).toContain('vco-a');
  });

  test('after a detach and before its delete leaves it half-done', async () => {
    const cloud = startCloud({
      ...SLOW,
      estate: estate(bound('a', dueTags('tunnels-down'), down), ...inUse(20)),
      policy: { ...SLOW.policy, retry: { attempts: 6, minDelayMs: 60_000, maxDelayMs: 300_000 } },
      faults: [{ action: DELETE, times: 1, fault: { kind: 'throttle' } }],
    });
    const { result } = await runUntil(cloud, DELETE);
    expect(reasonsOf(result)).toEqual([
      {
        outcome: 'deferred',
        code: 'StoppedOnRequest',
        reason: 'detached, but its delete was not started: stopped on request. The next run finishes it',
      },
    ]);
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1 });
  });

  test('during the survey changes nothing, not even in a region that was read completely', async () => {
    const cloud = startCloud({
      ...SLOW,
      estate: estate(
        ...unbound,
        ...inUse(200),
        free('new', {}, FAR),
        bound('back', dueTags(), { ...FAR, TransitRouterId: 'tr-eu' }),
      ),
      policy: {
        ...SLOW.policy,
        regions: ['cn-hangzhou', 'eu-central-1'],
        pace: { ...SLOW.policy.pace, describePerMinute: 2 },
      },
    });
    const { result, tookMs } = await runUntil(cloud, 'DescribeVpnConnections', 2);
    expect(tookMs).toBeLessThan(1_000);
    expect(cloud.writes()).toEqual([]);
    expect(result).toMatchObject({
      status: 'incomplete',
      regions: [{ listing: 'unread' }, { listing: 'complete' }],
      outcomes: [
        { connectionId: 'vco-back', ...NOT_STARTED },
        { connectionId: 'vco-new', ...NOT_STARTED },
      ],
    });
  });
});
