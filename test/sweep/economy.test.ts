import { describe, expect, test } from 'vitest';
import { bareFloor } from '../bench/floor.ts';
import { BenchWorld, runSweeper, type Task } from '../bench/world.ts';
import { DAY } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, inUse } from '../support/estates.ts';

async function sweepAll(task: Task) {
  const world = new BenchWorld(task);
  const { counts, calls } = await runSweeper(world);
  expect(counts.deleted).toBe(task.orphans);
  expect(world.left()).toBe(0);
  return { world, calls, perDeletion: world.calls / task.orphans };
}

describe('all calls for each deletion', () => {
  test('200 unbound connections take a call for each connection, and some listings', async () => {
    const { perDeletion } = await sweepAll({ orphans: 200, attached: 0, regions: 1, limits: false });
    expect(perDeletion).toBeLessThanOrEqual(1.4);
  });

  test('if half of them are attached, these take a tag and a detach more, and all share the reads', async () => {
    const { calls, perDeletion } = await sweepAll({ orphans: 400, attached: 0.5, regions: 4, limits: false });
    expect(calls).toMatchObject({
      TagResources: 200,
      DeleteTransitRouterVpnAttachment: 200,
      DeleteVpnAttachment: 400,
    });
    expect(perDeletion).toBeLessThanOrEqual(2.6);
  });

  test('under the published limits nothing is throttled, and the waits are seldom idle', async () => {
    const task = { orphans: 600, attached: 0.5, regions: 4, limits: true };
    const { world, perDeletion } = await sweepAll(task);
    expect(world.throttled).toBe(0);
    expect(perDeletion).toBeLessThanOrEqual(2.7);
    expect(world.elapsedMs() / 1_000 / bareFloor(task).seconds).toBeLessThanOrEqual(1.5);
  });
});

test('if a list of attachments is inconsistent, the run reads the attachment separately and continues', async () => {
  const cloud = startCloud({
    estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
    policy: { rules: { 'tunnels-down': DAY } },
  });
  cloud.emulator.setFaults([
    {
      action: 'ListTransitRouterVpnAttachments',
      match: { TransitRouterId: 'tr-1' },
      skip: 1,
      times: 2,
      fault: { kind: 'wrong-total', delta: 1 },
    },
  ]);
  const result = await cloud.run();
  expect(result.counts.deleted).toBe(1);
  const alone = cloud.emulator.calls.filter(
    ({ action, params }) => action === 'ListTransitRouterVpnAttachments' && 'TransitRouterAttachmentId' in params,
  );
  expect(alone).toHaveLength(1);
});
