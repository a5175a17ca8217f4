import { describe, expect, test } from 'vitest';
import { DAY, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

const TUNNELS_DOWN = { rules: { unassociated: DAY, 'tunnels-down': DAY } } as const;

describe('when time runs out', () => {
  test('a connection for which there is no time is deferred, and the run is incomplete', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
    const result = await cloud.run({ deadlineMs: NOW + 6_000 });
    expect(result.status).toBe('incomplete');
    expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred' });
    expect(cloud.writes().filter((call) => call.startsWith('Delete'))).toEqual([]);
  });

  test('the wait for a mark that does not show ends before the deadline', async () => {
    const cloud = startCloud({
      estate: estate(free('new'), ...inUse(5)),
      faults: [{ action: 'TagResources', times: 'always', fault: { kind: 'no-effect' } }],
    });
    const deadlineMs = NOW + 4_000;
    const result = await cloud.run({ deadlineMs });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deferred: 1, marked: 0 } });
    expect(cloud.clock.now()).toBeLessThanOrEqual(deadlineMs);
  });

  test('a detach that is under way is left half-done, and the next run finishes it', async () => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
      behaviours: { detachPolls: 100, detachMs: 120_000 },
    });
    const deadlineMs = NOW + 60_000;
    const result = await cloud.run({ deadlineMs });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deferred: 1 } });
    expect(cloud.clock.now()).toBeLessThanOrEqual(deadlineMs);

    cloud.clock.advance(600_000);
    expect((await cloud.run()).counts.deleted).toBe(1);
  });

  test('a connection is read once more if its recheck is too old at the time of the write', async () => {
    const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
    let slow = true;
    await cloud.run({
      before: ({ action }) => {
        if (action === 'DescribeVpnConnection' && slow) {
          slow = false;
          cloud.clock.advance(10_001);
        }
      },
    });
    const reads = cloud.calls();
    expect(
      reads
        .slice(0, reads.indexOf('DeleteVpnAttachment vco-old'))
        .filter((call) => call === 'DescribeVpnConnection vco-old'),
    ).toHaveLength(2);
  });
});
