import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REGION_PATTERN } from '../../lib/core/domain/ids.ts';
import type { DeclaredPolicy } from '../../lib/core/domain/policy.ts';
import { taskIdOf, toMinute, toTick } from '../../lib/dispatch/task-id.ts';
import { aPolicy, ACCOUNT as OWN } from '../support/builders.ts';
import { refusal } from '../support/function-compute.ts';
import { A, B, C, E, H, list, listed, TICK, tick, world } from './dispatch-world.ts';

describe('a tick', () => {
  test('starts a sweep for each account and region of the policy', async () => {
    const { send, fc, asked } = await world();
    const result = await send(tick(), list);
    expect(result.counts).toEqual({ started: 6, 'already-started': 0, failed: 0 });
    expect([...fc.started]).toMatchObject(
      [A, B, C].flatMap((accountId) =>
        [H, E].map((regionId) => [
          `sweep_${TICK}_${accountId}_${regionId}`,
          { event: { accounts: [accountId], regions: [regionId] } },
        ]),
      ),
    );
    expect(asked).toEqual([]);
  });

  test('delivered twice starts each sweep once, even when the second delivery finishes the first', async () => {
    let failing = true;
    const { send, fc } = await world({
      answer: ({ taskId }) => (failing && taskId?.includes(B) ? refusal(400, 'InvalidArgument') : undefined),
    });
    expect((await send(tick(), list)).counts).toEqual({ started: 4, 'already-started': 0, failed: 2 });
    failing = false;
    expect((await send(tick(), list)).counts).toEqual({ started: 2, 'already-started': 4, failed: 0 });
    expect((await send(tick(), list)).counts).toEqual({ started: 0, 'already-started': 6, failed: 0 });
    expect(fc.started.size).toBe(6);
  });

  test('is told apart from the next tick, and from a tick with another request', async () => {
    const { send, fc } = await world();
    await send(tick(), list);
    await send({ ...tick(), triggerTime: '2026-11-22T19:31:00Z' }, list);
    await send(tick('{"mode":"plan"}'), list);
    await send(tick('{"connections":["vco-a"]}'), list);
    await send(tick('{"connections":["vco-b"]}'), list);
    expect(fc.started.size).toBe(30);
    for (const id of fc.started.keys()) {
      expect(id).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/);
    }
  });

  test.each<[string, DeclaredPolicy, string, readonly object[]]>([
    [
      'a lower mode',
      list,
      '{"mode":"plan","accounts":["2000000000000002"],"regions":["cn-hangzhou"]}',
      [{ mode: 'plan', accounts: [A], regions: [H] }],
    ],
    [
      'connections',
      list,
      `{"accounts":["${A}"],"regions":["${H}"],"connections":["vco-b","vco-a"]}`,
      [{ accounts: [A], regions: [H], connections: ['vco-a', 'vco-b'] }],
    ],
    ['no account', list, '{"accounts":[]}', []],
    ['no region', list, '{"regions":[]}', []],
    ['no connection', list, '{"connections":[]}', []],
    [
      'nothing, of a policy that plans',
      { ...list, mode: 'plan', regions: [H] },
      `{"accounts":["${A}"]}`,
      [{ mode: 'plan', accounts: [A], regions: [H] }],
    ],
    ['nothing, of the account of the credentials', aPolicy({ mode: 'sweep' }), '', [{ accounts: [OWN], regions: [H] }]],
    [
      'nothing, of an account with regions of its own',
      aPolicy({ mode: 'sweep', accounts: [listed(A, [E])] }),
      '',
      [{ accounts: [A], regions: [E] }],
    ],
  ])('that asks for %s sends just that on', async (_what, policy, payload, events) => {
    const { send, fc } = await world();
    await send(tick(payload), policy);
    expect(fc.invoked.map(({ event }) => event)).toEqual(events);
  });
});

test('the platform accepts every task id, and no two sweeps share an id', () => {
  const digits = fc.stringMatching(/^\d{1,20}$/);
  const region = fc.stringMatching(/^[a-z]{2,4}(-[a-z0-9]{1,7}){1,5}$/).filter((id) => REGION_PATTERN.test(id));
  const key = fc.record({
    kind: fc.constantFrom('sweep' as const, 'event' as const),
    moment: fc.oneof(
      fc.integer({ min: 0, max: 253_402_300_799_999 }).map(toTick),
      fc.integer({ min: 0, max: 253_402_300_799_999 }).map(toMinute),
    ),
    accountId: digits,
    regionId: region,
    rest: fc.option(fc.tuple(fc.constantFrom('plan', 'mark', null), fc.array(digits, { maxLength: 3 })), {
      nil: undefined,
    }),
  });
  fc.assert(
    fc.property(key, key, (one, other) => {
      expect(taskIdOf(one)).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/);
      expect(taskIdOf(one) === taskIdOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

test('a request may name its tick', async () => {
  const { send, ids } = await world();
  await send({ tick: '2026-11-22T20:30:00+01:00', regions: [H], accounts: [A] }, list);
  expect(ids()).toEqual([`sweep_${TICK}_${A}_${H}`]);
});
