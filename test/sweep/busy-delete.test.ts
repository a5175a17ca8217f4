import { expect, test } from 'vitest';
import type { FaultRule } from '../../lib/emulator/faults/fault-rule.ts';
import { DAY, NOW } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';

const BUSY = ['Vco.StatusNotSupport', 'VpnConnection.Configuring', 'VpnTask.CONFLICT'];
const MINUTE = 60_000;
/** More attempts than a call makes by itself. */
const TIMES = 20;

const refuse = (code: string, times: FaultRule['times']): FaultRule => ({
  action: 'DeleteVpnAttachment',
  times,
  fault: { kind: 'error', status: 400, code },
});
const start = (code: string, times: FaultRule['times'], policy = {}) =>
  startCloud({ estate: estate(free('old', dueTags()), ...inUse(5)), faults: [refuse(code, times)], policy });

/** Expects a read of the connection between two attempts of the delete. */
function expectLooksBefore(calls: readonly string[]): void {
  const attempts = calls.flatMap((call, at) => (call === 'DeleteVpnAttachment vco-old' ? [at] : []));
  for (const [at, attempt] of attempts.entries()) {
    const since = calls.slice((attempts[at - 1] ?? 0) + 1, attempt);
    expect(since).toContain('DescribeVpnConnection vco-old');
  }
}

test.each(BUSY)(
  'a delete that is refused with %s is repeated until it works, each time after a new read',
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

test('a delete after a detach is repeated as well, and the connection stays half-done until it works', async () => {
  const cloud = startCloud({
    estate: estate(bound('old', dueTags('tunnels-down'), down), ...inUse(5)),
    policy: { rules: { unassociated: DAY, 'tunnels-down': DAY } },
    faults: [refuse('Vco.StatusNotSupport', TIMES)],
  });
  expect((await cloud.run()).counts).toMatchObject({ deleted: 1, failed: 0 });
});

test('a delete that is always refused fails when the time of the step is over, and not much later', async () => {
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
])('a delete for which no time is left is deferred before the run is over: a delete %s', async (_what, policy) => {
  const cloud = start('Vco.StatusNotSupport', 'always', policy);
  const deadlineMs = NOW + 2 * MINUTE;
  const result = await cloud.run({ deadlineMs });
  expect(result.outcomes[0]).toMatchObject({ outcome: 'deferred', code: 'DeadlineExceeded' });
  expect(cloud.clock.now()).toBeLessThanOrEqual(deadlineMs);
});

test('a delete is not repeated if somebody binds the connection meanwhile', async () => {
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

test('a delete whose answer was lost meanwhile may have worked, and is looked for', async () => {
  const cloud = startCloud({
    estate: estate(free('old', dueTags()), ...inUse(5)),
    faults: [
      refuse('Vco.StatusNotSupport', 7),
      { action: 'DeleteVpnAttachment', fault: { kind: 'reset', when: 'after' } },
    ],
  });
  expect((await cloud.run()).counts).toMatchObject({ deleted: 1, failed: 0 });
});

test('a delete whose answer was lost and that is busy from then on is looked for, and not repeated', async () => {
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

test('a refusal for another reason than being busy is not waited for', async () => {
  const cloud = start('Forbidden.RAM', 'always');
  const result = await cloud.run();
  expect(result.outcomes[0]).toMatchObject({ outcome: 'failed', code: 'Forbidden.RAM' });
  expect(cloud.calls().filter((call) => call.startsWith('DeleteVpnAttachment'))).toHaveLength(1);
});

test.each([
  ['status-not-support', 'Vco.StatusNotSupport'],
  ['incorrect-status', 'IncorrectStatus.VpnConnection'],
  ['configuring', 'VpnConnection.Configuring'],
] as const)(
  "the emulator's refusal for a bound connection (%s) never leads to its deletion",
  async (deleteAttached, code) => {
    const cloud = startCloud({
      estate: estate(free('old', dueTags()), ...inUse(5)),
      behaviours: { deleteAttached },
    });
    // Somebody binds the connection while the delete is on its way, so no look can see it.
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
  },
);
