import { afterEach, describe, expect, test } from 'vitest';
import type { RunResult } from '../../../lib/core/domain/outcome.ts';
import { ACCOUNT, ago, DAY, HOUR, REGION } from '../../support/builders.ts';
import { dueTags, estate, free, inUse } from '../../support/estates.ts';
import {
  type FcReply,
  functionError,
  type Invoked,
  refusal,
  startFunctionCompute,
} from '../../support/function-compute.ts';
import { type RunOptions, run, serve } from '../cli-harness.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

/** A deployed function with a set answer, and its cloud. */
async function deployed(answer?: (invoked: Invoked) => FcReply | 'reset' | undefined) {
  const { emulator, env } = await serve(estate(...inUse(6), free('ripe1', dueTags()), free('new')));
  const key = { accessKeyId: emulator.accessKeyId, accessKeySecret: emulator.accessKeySecret };
  const fc = await startFunctionCompute(answer, key);
  stops.push(() => emulator.close(), fc.close);
  const command = (args: string[], options: RunOptions = {}) =>
    run(args, { ...options, env: { ...env, ALIBABA_CLOUD_FC_ENDPOINT: fc.url, ...options.env } });
  return { fc, key, command };
}

/** The command's own answer to a plan, which is the same as the function's. */
async function aResult(): Promise<{ readonly text: string; readonly report: string; readonly code: number }> {
  const { command } = await deployed();
  const { out } = await command(['plan', '--json']);
  const { out: report, code } = await command(['plan']);
  return { text: out, report, code };
}

const answering = (text: string) => () => ({ status: 200, body: text });

describe('invoke', () => {
  test('prints the report of a run, and exits as a local run does', async () => {
    const { text, report, code } = await aResult();
    const { command, fc } = await deployed(answering(text));
    const invoked = await command(['invoke', '--mode', 'plan', '--policy', 'p.yaml'], {
      files: { 'p.yaml': 'mode: plan' },
    });
    expect(invoked).toMatchObject({ code, err: '' });
    const tail = (out: string) => out.slice(out.indexOf('plan complete')).replace(/\n\n[\s\S]*/, '\n');
    const named = (out: string) => out.split('\n').map((line) => line.replace(/ {2,}(ripe1|new)? */g, '  '));
    expect(tail(invoked.out)).toBe(tail(report));
    expect(named(invoked.out).slice(0, 3)).toEqual(named(report).slice(0, 3));
    expect(fc.invoked).toMatchObject([
      {
        path: '/2023-03-30/functions/vco-sweeper/invocations',
        event: { mode: 'plan' },
        taskId: undefined,
        headers: { 'x-fc-account-id': ACCOUNT },
      },
    ]);
  });

  test.each([
    [{ started: 1, 'already-started': 1, failed: 0 }, 0],
    [{ started: 1, 'already-started': 0, failed: 1 }, 4],
  ])('shows the answer of a dispatcher with %j', async (counts, code) => {
    const base = { taskId: 't', requestId: '1-a', code: null, reason: null, advice: null };
    const scopes = [
      { ...base, accountId: ACCOUNT, regionId: REGION, state: 'started' },
      counts.failed > 0
        ? { ...base, accountId: '9', regionId: null, state: 'failed', code: 'AccountClosed', advice: 'Take it out.' }
        : { ...base, accountId: '9', regionId: REGION, state: 'already-started' },
    ];
    const result = { dispatchId: 'd', moment: '20261122T193000Z', counts, scopes, calls: {} };
    const { command } = await deployed(answering(JSON.stringify(result)));
    const invoked = await command(['invoke']);
    expect(invoked).toMatchObject({ code, err: '' });
    expect(invoked.out).toMatch(
      new RegExp(`^started +${ACCOUNT} +${REGION} +the sweep's log tells how it ends.*request 1-a$`, 'm'),
    );
    expect(invoked.out).toMatch(
      counts.failed > 0 ? /^failed +9 +every region +AccountClosed\. Take it out\.$/m : /^already-started +9 +/m,
    );
    expect(invoked.out).toContain(
      `2 accounts and regions of 20261122T193000Z: 1 started, ${1 - counts.failed} already`,
    );
    expect(JSON.parse((await command(['invoke', '--json'])).out)).toEqual(result);
  });

  test('--json prints the unchanged result', async () => {
    const { text } = await aResult();
    const { command } = await deployed(answering(text));
    expect(JSON.parse((await command(['invoke', '--json'])).out)).toEqual(JSON.parse(text));
  });

  test('shows names, owners, due times and missing ids, as a local run does', async () => {
    const { text } = await aResult();
    const result = JSON.parse(text) as RunResult;
    const [first, ...others] = result.outcomes;
    const facts = { name: '\u202eevil', owner: 'team-a', outcome: 'waiting', since: ago(HOUR), dueAt: ago(-DAY) };
    const outcomes = [{ ...first, ...facts }, ...others];
    const changed = { ...result, outcomes, notFound: ['vco-nobody'], outcomesOmitted: 7 };
    const { command } = await deployed(answering(JSON.stringify(changed)));
    const files: Record<string, string> = {};
    const { out, err } = await command(['invoke', '--csv', 'a.csv', '--owner', 'team-a'], { files });
    expect(out).toMatch(/^waiting .*\\u202eevil .*team-a .*waits until 2026-11-23 12:00Z \(in 1d\)$/m);
    expect(out).toContain('Not found in any account and region of the policy: vco-nobody\n');
    expect(out).toContain('By no policy, so all defaults count (SHA-256 ');
    const hidden = `${others.length} hidden by --owner; 7 more that the function left out`;
    expect(err).toBe(`a.csv: 1 connection; ${hidden}\n`);
    expect(files['a.csv']?.split('\r\n')[1]).toContain(',\\u202eevil,team-a,');
  });

  test('reads the answer of an older version of the function', async () => {
    const { text } = await aResult();
    const { policy, notFound, outcomes, counts, ...rest } = JSON.parse(text) as RunResult;
    const { held, ...earlyCounts } = counts;
    const early = outcomes.map(
      ({ name, owner, createdAt, dueAt, heldUntil, attachedTo, backup, ...outcome }) => outcome,
    );
    const answer = { ...rest, counts: earlyCounts, outcomes: early };
    const { command } = await deployed(answering(JSON.stringify(answer)));
    const { out } = await command(['invoke']);
    expect(out).toContain('By the policy unknown (SHA-256 unknown)');
    expect(JSON.parse((await command(['invoke', '--json'])).out)).toEqual(answer);
  });

  test('sends only the options that narrow the run', async () => {
    const { text } = await aResult();
    const { command, fc } = await deployed(answering(text));
    const narrowing = ['-a', ACCOUNT, '-r', REGION, '-c', 'vco-a,vco-b'];
    await command(['invoke', ...narrowing], { env: { SWEEP_FUNCTION: 'mine', SWEEP_FUNCTION_QUALIFIER: 'prod' } });
    await command(['invoke'], { env: { SWEEP_FUNCTION_SERVICE: 'janitors' } });
    expect(fc.invoked).toMatchObject([
      {
        path: '/2023-03-30/functions/mine/invocations',
        query: '?qualifier=prod',
        event: { accounts: [ACCOUNT], regions: [REGION], connections: ['vco-a', 'vco-b'] },
      },
      { path: '/2016-08-15/services/janitors/functions/vco-sweeper/invocations', event: {} },
    ]);
  });

  test.each<[Partial<RunResult>, number]>([
    [{ status: 'incomplete' }, 4],
    [{ status: 'halted' }, 5],
  ])('exits like a local run with %j', async (change, code) => {
    const { text } = await aResult();
    const { command } = await deployed(answering(JSON.stringify({ ...JSON.parse(text), ...change })));
    expect((await command(['invoke'])).code).toBe(code);
  });

  const BAD: RunResult['regions'][number] = {
    accountId: ACCOUNT,
    regionId: REGION,
    listing: 'unread',
    connections: 0,
    halted: false,
  };

  test.each<[string, (result: RunResult) => Partial<RunResult>, number]>([
    ['an unread region', () => ({ regions: [BAD] }), 4],
    ['a count of failures', ({ counts }) => ({ counts: { ...counts, failed: 3 } }), 4],
    ['a failure', ({ outcomes }) => ({ outcomes: outcomes.map((one) => ({ ...one, outcome: 'failed' })) }), 4],
    ['a halted region', ({ regions }) => ({ regions: regions.map((region) => ({ ...region, halted: true })) }), 5],
  ])('does not accept a run with %s as complete', async (_what, change, code) => {
    const result = JSON.parse((await aResult()).text) as RunResult;
    const { command } = await deployed(answering(JSON.stringify({ ...result, ...change(result), status: 'complete' })));
    const { code: ended, out } = await command(['invoke']);
    expect(ended).toBe(code);
    expect(out).not.toContain('plan complete');
  });

  const SCOPE = {
    accountId: ACCOUNT,
    regionId: REGION,
    taskId: 't',
    requestId: null,
    code: null,
    reason: null,
    advice: null,
  };
  const dispatched = (scope: unknown) => ({
    dispatchId: 'd',
    moment: '20261122T193000Z',
    counts: { started: 0, 'already-started': 0, failed: 0 },
    scopes: [scope],
    calls: {},
  });

  test('does not accept that all sweeps were started when a sweep failed', async () => {
    const { command } = await deployed(
      answering(JSON.stringify(dispatched({ ...SCOPE, state: 'failed', code: 'X', advice: 'Y.' }))),
    );
    expect((await command(['invoke'])).code).toBe(4);
  });

  test.each<[string, (result: RunResult) => object]>([
    ['an outcome of null', (result) => ({ ...result, outcomes: [null] })],
    [
      'an outcome of an unknown kind',
      ({ outcomes: [one], ...result }) => ({ ...result, outcomes: [{ ...one, outcome: 'eaten' }] }),
    ],
    [
      'an outcome of an unknown rule',
      ({ outcomes: [one], ...result }) => ({ ...result, outcomes: [{ ...one, rule: 'x' }] }),
    ],
    [
      'an outcome with an invalid time',
      ({ outcomes: [one], ...result }) => ({ ...result, outcomes: [{ ...one, since: 'x' }] }),
    ],
    ['a region that is a number', (result) => ({ ...result, regions: [7] })],
    ['a region without its account', (result) => ({ ...result, regions: [{ listing: 'unread' }] })],
    ['a count that is text', (result) => ({ ...result, counts: { ...result.counts, failed: '0' } })],
    ['warnings that are none', (result) => ({ ...result, warnings: [null] })],
    ['lapsed tags that are none', (result) => ({ ...result, lapsedKeeps: [{ connectionId: 'vco-1' }] })],
    ['refused events that are none', (result) => ({ ...result, refusedEvents: [null] })],
    ['no calls', ({ calls, ...result }) => result],
    ['a scope of null', () => dispatched(null)],
    ['a scope without its place', () => dispatched({ state: 'failed' })],
    ['a scope in no state', () => dispatched({ ...SCOPE, state: 'lost' })],
  ])('reports an answer with %s as unreadable', async (_what, change) => {
    const result = JSON.parse((await aResult()).text) as RunResult;
    const { command } = await deployed(answering(JSON.stringify(change(result))));
    for (const args of [['invoke'], ['invoke', '--json']]) {
      const { code, out, err } = await command(args);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(
        /^vco-sweeper: InvokeFunction failed: UnreadableReply \(the function answered .* cannot be read\)$/m,
      );
    }
  });

  test('--async prints the request id, and each call starts another run', async () => {
    const { command, fc } = await deployed();
    const { code, out } = await command(['invoke', '--async', '-m', 'mark']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Accepted, request 1-65e571bc-158a59e8-b63f98cd471c\. /);
    const { out: json } = await command(['invoke', '--async', '--json']);
    expect(JSON.parse(json)).toMatchObject({ state: 'started', taskId: expect.stringMatching(/^invoke_/) });
    expect(fc.started.size).toBe(2);
    expect(fc.invoked[0]).toMatchObject({ event: { mode: 'mark' }, headers: { 'x-fc-invocation-type': 'Async' } });
  });

  test('--async fails if the reply is an HTML page', async () => {
    const { command } = await deployed(() => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>',
    }));
    const { code, out, err } = await command(['invoke', '--async']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('InvokeFunction failed: UnreadableReply (HTTP 200 that accepts no invocation)');
  });

  test.each([['invoke'], ['invoke', '--json'], ['invoke', '--async']])(
    '%s %s shows no key, even if a reply repeats it',
    async (...args) => {
      let secret = '';
      const { command, key } = await deployed(({ headers }) =>
        functionError(secret, {
          errorType: secret,
          errorMessage: `denied: ${secret}, header ${headers.authorization}`,
        }),
      );
      secret = key.accessKeySecret;
      const { code, out, err } = await command(args);
      expect(code).toBe(1);
      for (const kept of [...Object.values(key), `FC ${key.accessKeyId}`]) {
        expect(out + err).not.toContain(kept);
      }
    },
  );

  test.each<[string, FcReply, number, RegExp]>([
    [
      'an incomplete run',
      functionError('UnhandledInvocationError', {
        errorMessage: 'run r is incomplete: {}',
        errorType: 'IncompleteRun',
      }),
      4,
      /the function failed \(IncompleteRun\): run r is incomplete: \{\}\n/,
    ],
    [
      'an incomplete run of a runtime that calls every error Error',
      functionError('UnhandledInvocationError', {
        errorMessage: 'run r is incomplete: {}',
        errorType: 'Error',
        stackTrace: ['IncompleteRun: run r is incomplete: {}', '    at run (functions/sweep.ts:1:1)'],
      }),
      4,
      /\(IncompleteRun\)/,
    ],
    [
      'a dispatcher that could not start all',
      functionError('HandledInvocationError', { errorMessage: 'dispatch d of t: {}', errorType: 'NotAllStarted' }),
      4,
      /\(NotAllStarted\): dispatch d of t: \{\}\n/,
    ],
    [
      'a refused event',
      functionError('UnhandledInvocationError', { errorMessage: 'event refused: x', errorType: 'ConfigError' }),
      2,
      /\(ConfigError\): event refused: x\n/,
    ],
    [
      'its time over',
      functionError('FunctionTimeoutError', { errorMessage: 'Function time out after 900 s' }),
      1,
      /\(FunctionTimeoutError\): Function time out after 900 s\n.*under request 1-65e571bc/,
    ],
    [
      'no function',
      refusal(404, 'FunctionNotFound'),
      1,
      /SWEEP_FUNCTION[\s\S]*InvokeFunction failed: FunctionNotFound/,
    ],
    ['no permission', refusal(403, 'AccessDenied'), 1, /fc:InvokeFunction[\s\S]*AccessDenied/],
    ['the answer of something else', { status: 200, body: '{"hello":1}' }, 2, /not answer a result of the sweep/],
    ['text', { status: 200, body: 'hello' }, 2, /not answer a result of the sweep/],
  ])('reports the answer %s', async (_what, told, code, message) => {
    const { command, key } = await deployed(() => told);
    const { code: ended, out, err } = await command(['invoke']);
    expect({ code: ended, out }).toEqual({ code, out: '' });
    expect(err).toMatch(message);
    for (const secret of Object.values(key)) {
      expect(err).not.toContain(secret);
    }
  });

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['an unknown mode', ['--mode', 'go'], {}, /--mode/],
    ['an invalid function name', [], { SWEEP_FUNCTION: 'a b' }, /SWEEP_FUNCTION is "a b"/],
    ['plain http', [], { ALIBABA_CLOUD_FC_ENDPOINT: 'http://fc.example.com' }, /ALIBABA_CLOUD_FC_ENDPOINT/],
    ['no region of the function', [], { ALIBABA_CLOUD_REGION_ID: '' }, /SWEEP_FUNCTION_REGION/],
    ['no credentials', [], { ALIBABA_CLOUD_ACCESS_KEY_SECRET: '' }, /ALIBABA_CLOUD_ACCESS_KEY_SECRET/],
  ])('refuses %s as bad usage', async (_what, args, env, message) => {
    const { command, fc } = await deployed();
    const { code, err } = await command(['invoke', ...args], { env });
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(fc.invoked).toEqual([]);
  });

  test('ends at once on Ctrl-C, and says that the function continues', async () => {
    const listening: (() => void)[] = [];
    const { command } = await deployed(() => {
      for (const stop of listening) {
        stop();
      }
      return { status: 200, body: '{}' };
    });
    const { code, err } = await command(['invoke'], { onStart: (stop) => listening.push(stop) });
    expect(code).toBe(130);
    expect(err).toContain('The function goes on');
  });
});
