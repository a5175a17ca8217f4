import { expect, test } from 'vitest';
import { ago, DAY } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';

const TUNNELS_DOWN = { rules: { unassociated: DAY, 'tunnels-down': DAY } } as const;

test('a sweep deletes an unassociated orphan whose grace has run out, and nothing else', async () => {
  const cloud = startCloud({ estate: estate(free('old', dueTags()), free('new'), ...inUse(5)) });

  const result = await cloud.run();

  expect(result.status).toBe('complete');
  expect(result.counts).toMatchObject({ deleted: 1, marked: 1, kept: 5 });
  expect(cloud.connectionIds()).not.toContain('vco-old');
  expect(cloud.connectionIds()).toHaveLength(6);
  expect(cloud.writes()).toEqual(['TagResources vco-new', 'TagResources vco-old', 'DeleteVpnAttachment vco-old']);
});

test('a sweep reads a connection again before its delete, and reads that it is gone after it', async () => {
  const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
  await cloud.run();
  const calls = cloud.calls();
  const deleted = calls.indexOf('DeleteVpnAttachment vco-old');
  expect(calls[deleted - 1]).toBe('DescribeVpnConnection vco-old');
  expect(calls.slice(deleted + 1).at(-1)).toBe('DescribeVpnConnection vco-old');
});

test('a sweep detaches an attached orphan before it deletes it, and waits until both sides confirm the detach', async () => {
  const cloud = startCloud({
    estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
    policy: TUNNELS_DOWN,
  });

  const result = await cloud.run();

  expect(result.counts).toMatchObject({ deleted: 1, kept: 5 });
  const [outcome] = result.outcomes;
  expect(outcome).toMatchObject({ outcome: 'deleted', rule: 'tunnels-down', since: ago(2 * DAY) });
  expect(cloud.connectionIds()).toHaveLength(5);
  expect(cloud.writes()).toEqual([
    'TagResources vco-old', // seen
    'TagResources vco-old', // detached
    expect.stringMatching(/^DeleteTransitRouterVpnAttachment tr-attach-/),
    'DeleteVpnAttachment vco-old',
  ]);
  expect(cloud.lines.map(({ event }) => event)).toEqual([
    'run.started',
    'policy.warned', // Runs may be 72h apart, and tunnels-down is on.
    'region.listed',
    ...Array.from({ length: 5 }, () => 'connection.judged'),
    'connection.judged',
    'detach.requested',
    'detach.done',
    'delete.requested',
    'delete.done',
    'run.finished',
  ]);
});

test.each([['cbn-first'], ['vpc-first']] as const)(
  'a sweep waits for both sides of a detach, whichever side confirms it first (%s)',
  async (detachOrder) => {
    const cloud = startCloud({
      estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
      policy: TUNNELS_DOWN,
      behaviours: { detachOrder, detachPolls: 3, detachSecondPolls: 4 },
    });
    const seen: unknown[] = [];
    const result = await cloud.run({
      before: ({ action }) => {
        if (action !== 'DeleteVpnAttachment') {
          return;
        }
        const held = cloud.emulator.estate.attachments.some(({ VpnId }) => VpnId === 'vco-old');
        seen.push([held, cloud.connection('vco-old')?.AttachType]);
      },
    });
    expect(result.counts.deleted).toBe(1);
    expect(seen).toEqual([[false, 'NO_ASSOCIATED']]);
  },
);

test('a second run has nothing to change', async () => {
  const cloud = startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)) });
  await cloud.run();
  const before = cloud.writes().length;
  expect((await cloud.run()).counts).toMatchObject({ kept: 5, deleted: 0 });
  expect(cloud.writes().length).toBe(before);
});
