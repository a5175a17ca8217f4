import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../lib/core/domain/errors.ts';
import type { DeclaredPolicy } from '../../lib/core/domain/policy.ts';
import { aPolicy } from '../support/builders.ts';
import { refusal } from '../support/function-compute.ts';
import { B, E, list, TICK, tick, world } from './dispatch-world.ts';

describe('a scope that cannot be started', () => {
  test('does not stop the other sweeps, and says why and how to fix it', async () => {
    const { send, lines } = await world({
      answer: ({ taskId }) => (taskId?.endsWith(`${B}_${E}`) ? refusal(403, 'AccessDenied') : undefined),
    });
    const { counts, scopes } = await send(tick(), list);
    expect(counts).toEqual({ started: 5, 'already-started': 0, failed: 1 });
    expect(scopes.filter(({ state }) => state === 'failed')).toEqual([
      {
        accountId: B,
        regionId: E,
        state: 'failed',
        taskId: `sweep_${TICK}_${B}_${E}`,
        requestId: '1-65e571bc-158a59e8-b63f98cd471c',
        code: 'AccessDenied',
        reason: 'InvokeFunction failed: AccessDenied',
        advice: 'Grant fc:InvokeFunction on the sweep (docs/ram/dispatch.json).',
      },
    ]);
    expect(lines.filter(({ event }) => event === 'scope.started')).toHaveLength(5);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'scope.failed', accountId: B, code: 'AccessDenied' }),
    );
  });

  test.each([
    [404, 'FunctionNotFound', /SWEEP_FUNCTION/],
    [404, 'ServiceNotFound', /SWEEP_FUNCTION_SERVICE/],
    [404, 'AliasNotFound', /SWEEP_FUNCTION_QUALIFIER/],
    [400, 'PathNotSupported', /another generation/],
    [413, 'EntityTooLarge', /fewer connections/],
    [429, 'ResourceExhausted', /DISPATCH_CONCURRENCY/],
  ])('for %i %s has advice of its own', async (status, code, advice) => {
    const { send } = await world({ answer: () => refusal(status, code) });
    const { scopes } = await send(tick(), aPolicy({ mode: 'sweep' }));
    expect(scopes).toMatchObject([{ state: 'failed', code, advice: expect.stringMatching(advice) }]);
  });

  test('because the request is too large is a single failure', async () => {
    const { send, fc } = await world();
    const connections = Array.from({ length: 10_000 }, (_, at) => `vco-${String(at).padStart(10, '0')}`);
    const { scopes } = await send({ connections }, aPolicy({ mode: 'sweep' }));
    expect(scopes).toMatchObject([{ state: 'failed', code: 'PayloadTooLarge' }]);
    expect(fc.invoked).toEqual([]);
  });
});

describe('an impossible request is refused before anything is started', () => {
  test.each<[string, unknown, DeclaredPolicy, string]>([
    ['a tick that is no moment', { ...tick(), triggerTime: 'today' }, list, 'triggerTime: "today" is not a moment'],
    ['a tick without a zone', { tick: '2026-11-22T19:30:00' }, list, 'tick: "2026-11-22T19:30:00" is not a moment'],
    ['a tick in a year with a sign', { tick: '9999-12-31T23:59:59-12:00' }, list, 'tick: "9999-12-31T23:59:59-12:00"'],
    ['a tick before all ticks', { tick: '0000-01-01T00:00:00+12:00' }, list, 'tick: "0000-01-01T00:00:00+12:00"'],
    ['a tick that is a number', { tick: 7 }, list, 'tick: 7 is not a moment'],
    ['a region outside the policy', { regions: ['us-east-1'] }, list, 'regions[0]: "us-east-1"'],
    ['an account outside the policy', { accounts: ['9'] }, list, 'accounts[0]: "9"'],
    ['another account than its own', { accounts: ['9'] }, aPolicy(), '9 is not an account of the policy'],
    ['a higher mode', { mode: 'sweep' }, { ...list, mode: 'mark' }, 'mode: "sweep"'],
    ['text', 'sweep it', list, 'text that is not JSON'],
  ])('%s', async (_what, event, policy, message) => {
    const { send, fc } = await world();
    await expect(send(event, policy)).rejects.toThrow(ConfigError);
    await expect(send(event, policy)).rejects.toThrow(message);
    expect(fc.invoked).toEqual([]);
  });
});
