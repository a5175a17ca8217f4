// The text of marks, and the log lines about their writes.
import { expect, test } from 'vitest';
import { DAY, NOW } from '../../support/builders.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { always, DENIED } from '../../support/faults.ts';
import { outcomeOf, UP } from './claim-cases.ts';

const rulesOf = (mark: string | undefined) => mark?.split(', ').map((clock) => clock.split(' ')[0]);

test.each([
  ['unrouted', 3 * DAY, ['unrouted', 'tunnels-down']],
  ['tunnels-down', 30 * DAY, ['tunnels-down', 'unrouted']],
])('a mark begins with the rule by which the connection is due first: %s', async (_rule, unrouted, expected) => {
  const cloud = startCloud({
    estate: estate(bound('old', {}, down), ...inUse(5)),
    policy: { rules: { unassociated: 9 * DAY, 'tunnels-down': 9 * DAY, unrouted } },
  });
  await cloud.run();
  expect(rulesOf(cloud.tags('vco-old')?.['vco-sweeper:orphan'])).toEqual(expected);
});

test('the log says which mark was set, since when, and which was cleared, and why', async () => {
  const cloud = startCloud({ estate: estate(free('new'), bound('up', dueTags('tunnels-down'), UP), ...inUse(5)) });
  const result = await cloud.run();
  const found = (event: string) => cloud.lines.filter((line) => line.event === event);
  expect(found('mark.set')).toMatchObject([
    { connectionId: 'vco-new', rule: 'unassociated', since: new Date(NOW).toISOString() },
  ]);
  expect(found('mark.cleared')).toMatchObject([
    { connectionId: 'vco-up', reason: outcomeOf(result, 'vco-up')?.reason },
  ]);
});

test('a removal of a mark that was refused is in the log with its code and the request, although the mark was made void', async () => {
  const cloud = startCloud({
    estate: estate(bound('up', dueTags('tunnels-down'), UP), ...inUse(5)),
    faults: [always('UnTagResources', DENIED)],
  });
  await cloud.run();
  expect(cloud.tags('vco-up')).toEqual({ 'vco-sweeper:orphan': 'void', 'vco-sweeper:seen': 'void' });
  expect(cloud.lines.filter(({ event }) => event === 'step.failed')).toMatchObject([
    {
      connectionId: 'vco-up',
      action: 'UnTagResources',
      code: 'Forbidden.RAM',
      cloudRequestId: expect.stringMatching(/./),
    },
  ]);
});

test('if a step fails and the note about it is refused as well, both are in the log', async () => {
  const cloud = startCloud({
    estate: estate(free('due'), ...inUse(5)),
    policy: { rules: { unassociated: 0 } },
    faults: [always('DeleteVpnAttachment', DENIED), always('TagResources', DENIED)],
  });
  const result = await cloud.run();
  const failed = { event: 'step.failed', connectionId: 'vco-due', code: 'Forbidden.RAM' };
  expect(cloud.lines.filter(({ event }) => event === 'step.failed')).toMatchObject([
    { ...failed, action: 'TagResources', cloudRequestId: expect.stringMatching(/./) },
    { ...failed, outcome: outcomeOf(result, 'vco-due')?.outcome, cloudRequestId: expect.stringMatching(/./) },
  ]);
});

test('each call writes the marks of twenty connections at most', async () => {
  const names = Array.from({ length: 41 }, (_, index) => `free${index}`);
  const cloud = startCloud({ estate: estate(...names.map((name) => free(name)), ...inUse(5)) });
  await cloud.run();
  const writes = cloud.emulator.calls.filter(({ action }) => action === 'TagResources');
  const counts = writes.map(({ params }) => Object.keys(params).filter((key) => key.startsWith('ResourceId.')).length);
  expect(counts.toSorted((a, b) => a - b)).toEqual([1, 20, 20]);
});
