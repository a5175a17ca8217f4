import { describe, expect, test } from 'vitest';
import type { DeclaredPolicy } from '../../lib/core/domain/policy.ts';
import { toMinute } from '../../lib/dispatch/task-id.ts';
import { aPolicy, NOW, ACCOUNT as OWN } from '../support/builders.ts';
import { refusal } from '../support/function-compute.ts';
import { A, B, C, E, H, hint, list, listed, world } from './dispatch-world.ts';

describe('events', () => {
  const own = aPolicy({ mode: 'sweep', regions: [H, E] });

  test('1,000 events about a region in a minute cost a single sweep, whether they are sent together or not', async () => {
    const { send, fc, ids } = await world();
    const storm = Array.from({ length: 1_000 }, (_, at) => hint(H, {}, `e${at}`));
    for (const event of storm.slice(0, 100)) {
      await send(event, own);
    }
    expect((await send(storm, own)).counts).toEqual({ started: 0, 'already-started': 1, failed: 0 });
    expect(ids()).toEqual([`event_${toMinute(NOW)}_${OWN}_${H}`]);
    expect(fc.invoked[0]?.event).toEqual({ accounts: [OWN], regions: [H] });
  });

  test('a minute later the region is looked at again', async () => {
    const { send, clock, ids } = await world();
    await send(hint(H), own);
    clock.advance(60_000);
    await send(hint(H), own);
    expect(ids()).toHaveLength(2);
  });

  const at = (ms: number) => ({ time: new Date(ms).toISOString() });
  const HOUR = 3_600_000;

  test.each<[string, unknown]>([
    ['an event', hint(H, at(NOW))],
    ['an event of another zone', hint(H, { time: new Date(NOW + 8 * HOUR).toISOString().replace('Z', '+08:00') })],
    ['an event of a clock that is ahead', hint(H, at(NOW + 30_000))],
    ['a request of its own', { specversion: '1.0', id: 'e', source: 'my.app', type: 't', ...at(NOW), data: {} }],
    ['an array', [hint(H, at(NOW - 90_000), 'a'), hint(E, at(NOW), 'b')]],
    ['an array of text', [JSON.stringify(hint(H, at(NOW)))]],
  ])('%s that the platform sends again later starts only the missing sweeps', async (_what, event) => {
    let failing = true;
    const { send, clock, fc } = await world({
      answer: ({ taskId }) => (failing && taskId?.endsWith(E) ? refusal(400, 'InvalidArgument') : undefined),
    });
    const first = await send(event, own);
    failing = false;
    clock.advance(20 * 60_000);
    const second = await send(event, own);
    expect(second.counts).toEqual({ started: first.counts.failed, 'already-started': first.counts.started, failed: 0 });
    expect(fc.started.size).toBe(second.scopes.length);
  });

  test.each<[string, unknown]>([
    ['no time', hint(H)],
    ['a time that is none', hint(H, { time: 'today' })],
    ['a number for a time', hint(H, { time: NOW })],
    ['a time without a zone', hint(H, { time: '2026-11-22T19:30:00' })],
    ['a time far ahead', hint(H, { time: '9999-12-31T23:59:59Z' })],
    ['a time hours ago', hint(H, at(NOW - 3 * HOUR))],
    ['a time before all times', hint(H, { time: '0000-01-01T00:00:00+12:00' })],
    ['a time far ahead in an array', [hint(H, at(NOW - 90_000), 'a'), hint(H, at(NOW + HOUR), 'b')]],
    ['no time for one of an array', [hint(H, at(NOW - 90_000), 'a'), hint(H, {}, 'b')]],
    ['an empty array', []],
  ])('with %s the minute is that of the clock', async (_what, event) => {
    const { send } = await world();
    expect((await send(event, own)).moment).toBe(toMinute(NOW));
  });

  test('an event and a tick of the same minute do not stand for each other', async () => {
    const { send, ids } = await world();
    await send(hint(H), own);
    await send({}, own);
    expect(ids()).toHaveLength(3);
  });

  test.each<[string, DeclaredPolicy, object, readonly string[]]>([
    ['in an account of the policy is looked at there', list, { aliyunaccountid: B }, [B]],
    ['that does not say where is looked at everywhere', list, {}, [A, B, C]],
    [
      'in an account of detach.roles is looked at everywhere',
      { ...list, detach: { ...list.detach, roles: [listed('9')] } },
      { aliyunaccountid: '9' },
      [A, B, C],
    ],
    ['in another account is not looked at', list, { aliyunaccountid: '9' }, []],
    ['in the only account is looked at, whatever it says', own, { aliyunaccountid: '9' }, [OWN]],
  ])('a change %s', async (_what, policy, more, accounts) => {
    const { send, fc } = await world();
    expect((await send(hint(E, more), policy)).counts.failed).toBe(0);
    expect(fc.invoked.map(({ event }) => event)).toEqual(accounts.map((id) => ({ accounts: [id], regions: [E] })));
  });

  test('each event of an array is judged by itself, and a refused event is named', async () => {
    const { send, ids } = await world();
    const request = (data: object, id: string) => ({ specversion: '1.0', id, source: 'my.app', type: 't', data });
    const result = await send(
      [
        request({ accounts: [A], regions: [H] }, 'a'),
        request({ accounts: [B], regions: [E] }, 'b'),
        request({ accounts: ['9'] }, 'c'),
      ],
      list,
    );
    const minute = toMinute(NOW);
    expect(ids()).toEqual([`event_${minute}_${A}_${H}`, `event_${minute}_${B}_${E}`]);
    expect(result.refusedEvents).toMatchObject([{ index: 2, id: 'c' }]);
  });
});

test('in an array, an event about a foreign account does not affect the other events', async () => {
  const { send, ids } = await world();
  const about = (accountId: string, id: string) => ({
    specversion: '1.0',
    id,
    source: 'my.app',
    type: 't',
    data: { accounts: [accountId], regions: [H] },
  });
  const result = await send([about('9', 'a'), about(OWN, 'b')], aPolicy({ mode: 'sweep', regions: [H, E] }));
  expect(ids()).toEqual([`event_${toMinute(NOW)}_${OWN}_${H}`]);
  expect(result.refusedEvents).toMatchObject([{ index: 0, id: 'a', reason: expect.stringContaining('9 is not') }]);
});
