import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createFunctionApi } from '../../lib/cloud/invoke/function-api.ts';
import type { MemberAccount } from '../../lib/core/domain/cloud-api.ts';
import { CloudError, ConfigError } from '../../lib/core/domain/errors.ts';
import { REGION_PATTERN } from '../../lib/core/domain/ids.ts';
import type { DeclaredPolicy } from '../../lib/core/domain/policy.ts';
import type { DispatchRequest } from '../../lib/dispatch/dispatch-request.ts';
import { dispatch } from '../../lib/dispatch/run-dispatch.ts';
import { taskIdOf, toMinute, toTick } from '../../lib/dispatch/task-id.ts';
import { parseMoment } from '../../lib/event/event-moment.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';
import { aPolicy, NOW, ACCOUNT as OWN } from '../support/builders.ts';
import { KEY, refusal, startFunctionCompute } from '../support/function-compute.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const A = '2000000000000002';
const B = '3000000000000003';
const C = '4000000000000004';
const H = 'cn-hangzhou';
const E = 'eu-central-1';
const listed = (accountId: string, regions?: readonly string[] | 'all') => ({
  roleArn: `acs:ram::${accountId}:role/vco-sweeper`,
  accountId,
  regions,
});
const directory = (change: object = {}): DeclaredPolicy => ({
  ...aPolicy({ mode: 'sweep', regions: [H, E] }),
  accounts: { roleName: 'vco-sweeper', include: undefined, exclude: [], ...change },
});
const list: DeclaredPolicy = aPolicy({ mode: 'sweep', regions: [H, E], accounts: [listed(A), listed(B), listed(C)] });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

type World = {
  readonly answer?: Parameters<typeof startFunctionCompute>[0];
  readonly members?: readonly MemberAccount[] | CloudError;
  readonly regions?: readonly string[] | CloudError;
};
const member = (accountId: string, standing: MemberAccount['standing'] = 'active'): MemberAccount => ({
  accountId,
  name: '',
  standing,
});
const given = async <T>(value: T | CloudError): Promise<T> => {
  if (value instanceof CloudError) {
    throw value;
  }
  return value;
};

/** A dispatcher as the function builds it, on a fake Function Compute over HTTP and a clock of its own. */
async function world({ answer, members = [], regions = [] }: World = {}) {
  const fc = await startFunctionCompute(answer);
  stops.push(fc.close);
  const clock = new VirtualClock(NOW);
  const asked: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const sweep = createFunctionApi({
    credentials: KEY,
    target: { accountId: OWN, regionId: H, functionName: 'vco-sweeper', serviceName: undefined, qualifier: undefined },
    endpoint: fc.url,
    retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 1 },
    // Nobody sleeps here, because a virtual clock would not know of data on the wire.
    clock: { now: () => clock.now(), sleep: async () => undefined },
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: () => undefined, onRetry: () => undefined },
  });
  const deps = {
    api: {
      listRegions: () => {
        asked.push('DescribeRegions');
        return given(regions);
      },
    },
    organization: {
      listAccounts: () => {
        asked.push('ListAccounts');
        return given(members);
      },
    },
    sweep,
    clock,
    journal: (event: string, fields: object) => lines.push({ event, ...fields }),
    calls: () => ({}),
    dispatchId: 'dispatch',
    concurrency: 8,
  };
  const send = async (event: unknown, policy: DeclaredPolicy, defaultRegion: string | undefined = H) => {
    const moment = parseMoment(typeof event === 'string' ? event : JSON.stringify(event), clock.now());
    const { parts, refused, notes, source } = parseEvent(moment.event, policy, defaultRegion);
    const request: DispatchRequest = {
      policy,
      parts,
      own: OWN,
      defaultRegion,
      kind: source === 'events' ? 'event' : 'sweep',
      moment: moment.kind === 'tick' ? toTick(moment.ms) : toMinute(moment.ms),
      refused,
      notes,
    };
    return await dispatch(request, deps);
  };
  return { fc, clock, asked, lines, send, ids: () => [...fc.started.keys()].sort() };
}

const tick = (payload = '') => ({ triggerTime: '2026-11-22T19:30:00Z', triggerName: 'nightly', payload });
const TICK = '20261122T193000Z';
const hint = (regionId: string, more: object = {}, id = 'e') => ({
  specversion: '1.0',
  id,
  source: 'acs.vpc',
  type: 'vpc:ActionTrail:ApiCall',
  ...more,
  data: { eventName: 'DeleteCustomerGateway', requestParameters: { RegionId: regionId, VpnConnectionId: `vco-${id}` } },
});

describe('a tick', () => {
  test('starts one sweep for each account and region of the policy', async () => {
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

  test('because the request is too large is one failure', async () => {
    const { send, fc } = await world();
    const connections = Array.from({ length: 10_000 }, (_, at) => `vco-${String(at).padStart(10, '0')}`);
    const { scopes } = await send({ connections }, aPolicy({ mode: 'sweep' }));
    expect(scopes).toMatchObject([{ state: 'failed', code: 'PayloadTooLarge' }]);
    expect(fc.invoked).toEqual([]);
  });
});

describe('the resource directory', () => {
  const members = [member(A), member(B), member(C, 'closed')];

  test('names the accounts, and leaves closed accounts out', async () => {
    const { send, ids, asked } = await world({ members });
    expect((await send(tick(), directory())).counts).toEqual({ started: 4, 'already-started': 0, failed: 0 });
    expect(ids()).toEqual([A, B].flatMap((id) => [H, E].map((region) => `sweep_${TICK}_${id}_${region}`)));
    expect(asked).toEqual(['ListAccounts']);
  });

  test('is narrowed by include and exclude, and by the request', async () => {
    const { send, ids } = await world({ members });
    await send(tick(`{"regions":["${H}"]}`), directory({ exclude: [A] }));
    await send({ ...tick(`{"accounts":["${A}"],"regions":["${E}"]}`) }, directory());
    expect(ids()).toEqual([`sweep_${TICK}_${A}_${E}`, `sweep_${TICK}_${B}_${H}`]);
  });

  test('that lost a named account is a failure of that account alone', async () => {
    const { send } = await world({ members });
    const { counts, scopes } = await send(tick(), directory({ include: [A, C, OWN] }));
    expect(counts).toEqual({ started: 2, 'already-started': 0, failed: 2 });
    expect(scopes).toMatchObject([
      { accountId: C, regionId: null, code: 'AccountClosed', advice: expect.stringContaining('include') },
      { accountId: OWN, regionId: null, code: 'AccountNotInDirectory' },
      { state: 'started' },
      { state: 'started' },
    ]);
  });

  test('that cannot be read starts nothing, and says how to fix it', async () => {
    const error = new CloudError({ action: 'ListAccounts', code: 'NoPermission', effect: 'refused', status: 403 });
    const { send, fc } = await world({ members: error });
    const { scopes } = await send(tick(), directory());
    expect(scopes).toMatchObject([
      {
        accountId: null,
        regionId: null,
        state: 'failed',
        code: 'NoPermission',
        advice: expect.stringContaining('management account'),
      },
    ]);
    expect(fc.invoked).toEqual([]);
  });

  test('that lost an account that only one event names, says so', async () => {
    const { send } = await world({ members });
    const event = (data: object, id: string) => ({ specversion: '1.0', id, source: 'my.app', type: 't', data });
    const { scopes } = await send([event({ accounts: [C] }, 'a'), event({ regions: [H] }, 'b')], directory());
    expect(scopes).toMatchObject([
      { accountId: C, regionId: null, code: 'AccountClosed' },
      { accountId: A, regionId: H, state: 'started' },
      { accountId: B, regionId: H, state: 'started' },
    ]);
  });

  test('without an account to sweep is a failure, but not for a hint', async () => {
    const { send } = await world({ members: [member(C, 'closed')] });
    expect((await send(tick(), directory())).scopes).toMatchObject([
      { accountId: null, regionId: null, code: 'NoAccounts', advice: expect.stringContaining('accounts.directory') },
    ]);
    expect((await send(hint(H), directory({ include: [C] }))).scopes).toEqual([]);
  });

  test('is not read for a request about nothing', async () => {
    const { send, asked } = await world({ members });
    expect((await send('[]', directory())).scopes).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('regions: all', () => {
  const policy = aPolicy({ mode: 'sweep', regions: 'all', accounts: [listed(A), listed(B, [E])] });

  test('are the existing regions', async () => {
    const { send, ids } = await world({ regions: [H, 'us-east-1'] });
    await send(tick(), policy);
    expect(ids()).toEqual([`sweep_${TICK}_${A}_${H}`, `sweep_${TICK}_${A}_us-east-1`, `sweep_${TICK}_${B}_${E}`]);
  });

  test('with exceptions are the remaining regions', async () => {
    const { send, ids } = await world({ regions: [H, 'us-east-1'] });
    await send(tick(), { ...policy, regions: { except: [H] } });
    expect(ids()).toEqual([`sweep_${TICK}_${A}_us-east-1`, `sweep_${TICK}_${B}_${E}`]);
  });

  test('that cannot be listed are failures of the accounts that need them', async () => {
    const error = new CloudError({ action: 'DescribeRegions', code: 'Forbidden.RAM', effect: 'refused', status: 403 });
    const { send } = await world({ regions: error });
    expect((await send(tick(), policy)).scopes).toMatchObject([
      { accountId: A, regionId: null, state: 'failed', code: 'Forbidden.RAM' },
      { accountId: B, regionId: E, state: 'started' },
    ]);
  });

  test('do not make a named region exist', async () => {
    const { send } = await world({ regions: [H] });
    expect((await send({ regions: ['xx-nowhere', H] }, policy)).scopes).toMatchObject([
      { accountId: null, regionId: 'xx-nowhere', state: 'failed', code: 'RegionUnknown' },
      { accountId: A, regionId: H, state: 'started' },
    ]);
  });

  test('do not give a region of one account to another account', async () => {
    const special = aPolicy({
      mode: 'sweep',
      accounts: [listed(A, ['cn-special-1']), listed(B, 'all'), listed(C, 'all')],
    });
    const { send, ids } = await world({ regions: [H, E] });
    expect((await send({ accounts: [B], regions: ['cn-special-1'] }, special)).scopes).toMatchObject([
      { accountId: B, regionId: 'cn-special-1', state: 'failed', code: 'RegionUnknown' },
    ]);
    const about = (data: object, id: string) => ({ specversion: '1.0', id, source: 'my.app', type: 't', data });
    const { scopes } = await send(
      [
        about({ accounts: [A], regions: ['cn-special-1'] }, 'a'),
        about({ accounts: [B, C], regions: ['cn-special-1', H] }, 'b'),
        about({ regions: ['cn-special-1'] }, 'c'),
      ],
      special,
    );
    expect(scopes.filter(({ state }) => state === 'failed')).toMatchObject([
      { accountId: B, regionId: 'cn-special-1', code: 'RegionUnknown' },
      { accountId: C, regionId: 'cn-special-1', code: 'RegionUnknown' },
    ]);
    const minute = toMinute(NOW);
    expect(ids()).toEqual([
      `event_${minute}_${A}_cn-special-1`,
      `event_${minute}_${B}_${H}`,
      `event_${minute}_${C}_${H}`,
    ]);
  });

  test('do not report a lost account twice', async () => {
    const everywhere = { ...directory(), regions: 'all' as const };
    const { send } = await world({ regions: [H], members: [member(A), member(C, 'closed')] });
    expect((await send({ accounts: [C], regions: [E] }, everywhere)).scopes).toMatchObject([
      { accountId: C, regionId: null, code: 'AccountClosed' },
    ]);
  });
});

describe('events', () => {
  const own = aPolicy({ mode: 'sweep', regions: [H, E] });

  test('a storm of 1,000 about one region in a minute costs one sweep of the region, sent one at a time or together', async () => {
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

  test('in an array each is judged by itself, and a refused event is named', async () => {
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

describe('an impossible request is refused before anything is started:', () => {
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
