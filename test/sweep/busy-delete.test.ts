import { expect, test } from 'vitest';
import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';
import { DAY, NOW } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';

const BUSY = ['Vco.StatusNotSupport', 'VpnConnection.Configuring', 'VpnTask.CONFLICT'];
const MINUTE = 60_000;
/** More than one call makes of attempts by itself. */
const TIMES = 20;

const refuse = (code: string, times: FaultRule['times']): FaultRule => ({
  action: 'DeleteVpnAttachment',
  times,
  fault: { kind: 'error', status: 400, code },
});
const start = (code: string, times: FaultRule['times'], policy = {}) =>
  startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)), faults: [refuse(code, times)], policy });

/** Between two attempts of the delete, the connection was read. */
function expectLooksBefore(calls: readonly string[]): void {
  const attempts = calls.flatMap((call, at) => (call === 'DeleteVpnAttachment vco-old' ? [at] : []));
  for (const [at, attempt] of attempts.entries()) {
    const since = calls.slice((attempts[at - 1] ?? 0) + 1, attempt);
    expect(since).toContain('DescribeVpnConnection vco-old');
  }
}

test.each(BUSY)(
  'a delete that is refused with %s is made again until it works, each time after a look',
  async (code) => {
    const cloud = start(code, TIMES);
    expect((await cloud.run()).counts).toMatchObject({ deleted: 1, failed: 0 });
    const calls = cloud.calls();
    expect(calls.filter((call) => call.startsWith('DeleteVpnAttachment'))).toHaveLength(TIMES + 1);
    expectLooksBefore(calls);
    const tokens = cloud.emulator.calls.flatMap(({ action, params }) =>
      action === 'DeleteVpnAttachment' ? [params.ClientToken] : [],
    );
    expect(new Set(tokens).size).toBe(TIMES + 1);
  },
);

test('so is one after a detach, and the connection stays half-done until it works', async () => {
  const cloud = startCloud({
    estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
    policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
    faults: [refuse('Vco.StatusNotSupport', TIMES)],
  });
  expect((await cloud.run()).counts).toMatchObject({ deleted: 1, failed: 0 });
});

test('one that is always refused is failed when the time of the step is over, and not much later', async () => {
  const cloud = start('Vco.StatusNotSupport', 'always');
  const result = await cloud.run();
  expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'Vco.StatusNotSupport' });
  const { deleteTimeoutMs } = cloud.policy.wait;
  expect(cloud.clock.now() - NOW).toBeGreaterThan(deleteTimeoutMs / 2);
  expect(cloud.clock.now() - NOW).toBeLessThan(deleteTimeoutMs + MINUTE);
});

test.each([
  ['of many attempts', {}],
  ['that waits long between two calls', { retry: { attempts: 1 }, wait: { pollIntervalMs: 50_000 } }],
])('one for which no time is left is deferred before the run is over: one %s', async (_what, policy) => {
  const cloud = start('Vco.StatusNotSupport', 'always', policy);
  const deadlineMs = NOW + 2 * MINUTE;
  const result = await cloud.run({ deadlineMs });
  expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred', code: 'DeadlineExceeded' });
  expect(cloud.clock.now()).toBeLessThanOrEqual(deadlineMs);
});

test('one whose connection somebody binds meanwhile is not made again', async () => {
  const cloud = start('Vco.StatusNotSupport', 'always');
  let attempts = 0;
  const result = await cloud.run({
    after: ({ action }, reply) => {
      attempts += action === 'DeleteVpnAttachment' ? 1 : 0;
      const row = cloud.connection('vco-old');
      if (attempts === 10 && row) {
        Object.assign(row, { AttachType: 'CEN', State: 'attaching', TransitRouterId: 'tr-1' });
      }
      return reply;
    },
  });
  expect(attempts).toBe(10);
  expect(result.outcomes[0]).toMatchObject({ outcome: 'unknown' });
  expect(cloud.connectionIds()).toContain('vco-old');
});

test('one whose answer was lost meanwhile may have worked, and is looked for', async () => {
  const cloud = startCloud({
    estate: estate(free('old', dueTags()), ...inUse(5)),
    faults: [
      refuse('Vco.StatusNotSupport', 7),
      { action: 'DeleteVpnAttachment', fault: { kind: 'reset', when: 'after' } },
    ],
  });
  expect((await cloud.run()).counts).toMatchObject({ deleted: 1, failed: 0 });
});

test('one whose answer was lost, and that is busy from then on, is looked for and not made again and again', async () => {
  const cloud = startCloud({
    estate: estate(free('old', dueTags()), ...inUse(5)),
    policy: { retry: { attempts: 3 } },
    faults: [
      { action: 'DeleteVpnAttachment', fault: { kind: 'reset', when: 'before' } },
      refuse('VpnConnection.Configuring', 'always'),
    ],
  });
  const result = await cloud.run();
  expect(cloud.calls().filter((call) => call.startsWith('DeleteVpnAttachment'))).toHaveLength(3);
  expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'DeleteTimeout' });
});

test('a refusal that is not about being busy is not waited for', async () => {
  const cloud = start('Forbidden.RAM', 'always');
  const result = await cloud.run();
  expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'Forbidden.RAM' });
  expect(cloud.calls().filter((call) => call.startsWith('DeleteVpnAttachment'))).toHaveLength(1);
});

test.each([
  ['status-not-support', 'Vco.StatusNotSupport'],
  ['incorrect-status', 'IncorrectStatus.VpnConnection'],
  ['configuring', 'VpnConnection.Configuring'],
] as const)('what the emulator says of a bound connection (%s) never deletes it', async (deleteAttached, code) => {
  const cloud = startCloud({
    estate: estate(free('old', dueTags()), ...inUse(5)),
    behaviours: { deleteAttached },
  });
  // Bound while the delete is on its way, which no look can see.
  const result = await cloud.run({
    before: ({ action }) => {
      const row = cloud.connection('vco-old');
      if (action === 'DeleteVpnAttachment' && row?.AttachType !== 'CEN') {
        Object.assign(row ?? {}, { AttachType: 'CEN', State: 'attached', TransitRouterId: 'tr-1' });
      }
    },
  });
  expect(cloud.emulator.calls.find(({ action }) => action === 'DeleteVpnAttachment')?.code).toBe(code);
  expect(cloud.connectionIds()).toContain('vco-old');
  expect(result.counts.deleted).toBe(0);
});
