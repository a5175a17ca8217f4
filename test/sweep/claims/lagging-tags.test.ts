import { describe, expect, test } from 'vitest';
import { ago, aPolicy, DAY, HOUR, REGION } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, estate, free, inUse } from '../../support/estates.ts';
import { UP } from './claim-cases.ts';

describe('two runs at once where reads lag', () => {
  const gaps = [1_000, 1_500];
  test.each(gaps.flatMap((apartMs) => [6_000].map((lagMs) => [apartMs, lagMs] as const)))(
    'both mark a new orphan if they are %i ms apart and tags show after %i ms',
    async (apartMs, lagMs) => {
      const cloud = startCloud({
        estate: estate(free('new'), ...inUse(5)),
        latencyMs: 20,
        behaviours: { tagReadLagMs: lagMs },
      });
      const later = cloud.clock.sleep(apartMs).then(() => cloud.run());
      const both = await Promise.all([cloud.run(), later]);
      expect(both.map(({ counts, status }) => [counts.failed, status])).toEqual([
        [0, 'complete'],
        [0, 'complete'],
      ]);
    },
  );

  test.each(gaps.flatMap((apartMs) => [6_000].map((lagMs) => [apartMs, lagMs] as const)))(
    'the clock of a rule continues when another rule ends, if they are %i ms apart and tags show after %i ms',
    async (apartMs, lagMs) => {
      const unrouted = `unrouted ${ago(2 * DAY).replace('.000Z', 'Z')}`;
      const cloud = startCloud({
        estate: estate(
          bound(
            'old',
            {
              'vco-sweeper:orphan': `tunnels-down ${ago(13 * DAY)}, ${unrouted}`,
              'vco-sweeper:seen': ago(20 * HOUR),
            },
            UP,
          ),
          ...inUse(5),
        ),
        policy: {
          rules: { unassociated: 'off', 'tunnels-down': 14 * DAY, unrouted: 30 * DAY },
          limits: { perRegionShare: 1 },
        },
        latencyMs: 20,
        behaviours: { tagReadLagMs: lagMs },
      });
      const later = cloud.clock.sleep(apartMs).then(() => cloud.run());
      const both = await Promise.all([cloud.run(), later]);
      expect(both.map(({ counts }) => counts.failed)).toEqual([0, 0]);
      expect(cloud.tags('vco-old')?.['vco-sweeper:orphan']).toBe(unrouted);
    },
  );

  test.each([4_000, 8_000])(
    'a clock that the second run removed deletes nothing, if tags show after %i ms',
    async (lagMs) => {
      const cloud = startCloud({
        estate: estate(
          bound(
            'old',
            { 'vco-sweeper:orphan': `tunnels-down ${ago(15 * DAY)}`, 'vco-sweeper:seen': ago(20 * HOUR) },
            down,
          ),
          ...inUse(5),
        ),
        policy: {
          rules: { unassociated: 'off', 'tunnels-down': 14 * DAY, unrouted: 30 * DAY },
          limits: { perRegionShare: 1 },
        },
        latencyMs: 20,
        behaviours: { tagReadLagMs: lagMs },
      });
      // The first run listed it as down, and will add the clock of `unrouted`. Then it is up for a moment. The second
      // run has less to read and sees that.
      const quick = aPolicy({
        mode: 'sweep',
        regions: [REGION],
        rules: { unassociated: 'off', 'tunnels-down': 14 * DAY },
      });
      let second: ReturnType<typeof cloud.run> | undefined;
      let removed = false;
      await cloud.run({
        after: ({ action }, reply) => {
          if (action === 'DescribeVpnConnections' && !second) {
            Object.assign(cloud.connection('vco-old') ?? {}, UP);
            second = cloud.run({
              policy: quick,
              after: ({ action: theirs }, answer) => {
                removed ||= theirs === 'UnTagResources';
                Object.assign(cloud.connection('vco-old') ?? {}, removed ? down : {});
                return answer;
              },
            });
          }
          return reply;
        },
      });
      await second;
      expect(removed).toBe(true);
      expect(cloud.connectionIds()).toContain('vco-old');
    },
  );
});
