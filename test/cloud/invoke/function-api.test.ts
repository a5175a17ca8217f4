import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { Sockets } from '../../../lib/cloud/http/sockets.ts';
import { createFunctionApi, EVENT_BYTES_MAX, type FunctionApiOptions } from '../../../lib/cloud/invoke/function-api.ts';
import { createClient } from '../../../lib/cloud/invoke/function-client.ts';
import type { FunctionTarget } from '../../../lib/core/domain/cloud-api.ts';
import { ConfigError } from '../../../lib/core/domain/errors.ts';
import {
  accepted,
  type FcReply,
  functionError,
  type Invoked,
  KEY,
  refusal,
  refusalV3,
  startFunctionCompute,
} from '../../support/function-compute.ts';
import { fakeClock, type Retry, rejection } from '../fake-transport.ts';

type Answer = Parameters<typeof startFunctionCompute>[0];

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const TARGET: FunctionTarget = {
  accountId: '1000000000000001',
  regionId: 'cn-hangzhou',
  functionName: 'vco-sweeper',
  serviceName: undefined,
  qualifier: undefined,
};
const EVENT = '{"accounts":["1"],"regions":["cn-hangzhou"],"note":"日本"}';

async function connect(answer?: Answer, change: Partial<FunctionApiOptions> = {}) {
  const fc = await startFunctionCompute(answer);
  stops.push(fc.close);
  return { fc, ...create(fc.url, change) };
}

function create(endpoint: string | undefined, change: Partial<FunctionApiOptions> = {}) {
  const clock = fakeClock();
  const retries: Retry[] = [];
  const calls: string[] = [];
  const api = createFunctionApi({
    credentials: KEY,
    target: TARGET,
    endpoint,
    retry: { attempts: 4, minDelayMs: 1000, maxDelayMs: 30_000 },
    clock,
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: (action) => calls.push(action), onRetry: (retry) => retries.push(retry) },
    ...change,
  });
  return { api, clock, retries, calls };
}

const times =
  (count: number, told: FcReply | 'reset'): Answer =>
  (_invoked: Invoked, at: number) =>
    at <= count ? told : undefined;

describe('an asynchronous invocation', () => {
  test('of generation 3.0 goes to the function, signed, with its task id', async () => {
    const { fc, api } = await connect();
    expect(await api.start('sweep_1', EVENT)).toEqual({
      state: 'started',
      requestId: '1-65e571bc-158a59e8-b63f98cd471c',
    });
    expect(fc.invoked).toMatchObject([
      { path: '/2023-03-30/functions/vco-sweeper/invocations', query: '', taskId: 'sweep_1', event: JSON.parse(EVENT) },
    ]);
    expect(fc.invoked[0]?.headers).toMatchObject({
      'x-fc-invocation-type': 'Async',
      'x-fc-async-task-id': 'sweep_1',
      'x-fc-account-id': '1000000000000001',
    });
  });

  test.each<
    [string, Partial<FunctionTarget>, { readonly path: string; readonly query: string; readonly header: string }]
  >([
    [
      '3.0 and an alias',
      { qualifier: 'prod' },
      { path: '/2023-03-30/functions/vco-sweeper/invocations', query: '?qualifier=prod', header: 'x-fc-async-task-id' },
    ],
    [
      '3.0, once of a service',
      { functionName: 'a$b' },
      { path: '/2023-03-30/functions/a$b/invocations', query: '', header: 'x-fc-async-task-id' },
    ],
    [
      '2.0',
      { serviceName: 'janitors' },
      {
        path: '/2016-08-15/services/janitors/functions/vco-sweeper/invocations',
        query: '',
        header: 'x-fc-stateful-async-invocation-id',
      },
    ],
    [
      '2.0 and an alias',
      { serviceName: 'janitors', qualifier: 'prod' },
      {
        path: '/2016-08-15/services/janitors.prod/functions/vco-sweeper/invocations',
        query: '',
        header: 'x-fc-stateful-async-invocation-id',
      },
    ],
  ])('of %s goes to its own path', async (_what, target, { path, query, header }) => {
    const { fc, api } = await connect(undefined, { target: { ...TARGET, ...target } });
    await api.start('sweep_1', EVENT);
    expect(fc.invoked).toMatchObject([{ path, query, headers: { [header]: 'sweep_1' } }]);
  });

  test('with a task id that is known is started already, which is success', async () => {
    const { fc, api } = await connect();
    expect(await api.start('sweep_1', EVENT)).toMatchObject({ state: 'started' });
    expect(await api.start('sweep_1', EVENT)).toMatchObject({ state: 'already-started' });
    expect(fc.started.size).toBe(1);
  });

  test('whose answer was lost is made again, and starts once', async () => {
    let taken = 0;
    const { fc, api, clock } = await connect(() => {
      taken += 1;
      return taken === 1 ? 'reset' : refusal(409, 'StatefulAsyncInvocationAlreadyExists');
    });
    expect(await api.start('sweep_1', EVENT)).toMatchObject({ state: 'already-started' });
    expect(fc.invoked).toHaveLength(2);
    expect(clock.sleeps).toEqual([1000]);
  });

  test.each<[string, FcReply]>([
    ['in words of 2.0', refusal(409, 'StatefulAsyncInvocationAlreadyExists')],
    ['in words of 3.0', refusalV3(409, 'StatefulAsyncInvocationAlreadyExists')],
    ['by a code that nobody published', refusalV3(409, 'TaskIdDuplicated')],
    ['with 400', refusal(400, 'StatefulAsyncInvocationAlreadyExists')],
    ['with 400 in words of 3.0', refusalV3(400, 'AsyncTaskAlreadyExist')],
    ['with 400 and a tab', refusal(400, 'StatefulAsyncInvocationAlreadyExists\t')],
    ['without a code', { ...accepted, status: 409 }],
  ])('is refused as known, %s', async (_what, told) => {
    const { api } = await connect(() => told);
    expect(await api.start('sweep_1', EVENT)).toMatchObject({ state: 'already-started' });
  });

  test.each<[string, FcReply, string]>([
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'UnreadableReply'],
    ['another API', { ...accepted, status: 200, body: '{"Code":"Forbidden"}' }, 'UnreadableReply'],
    ['no success', { ...accepted, status: 200, body: '{"Success":false}' }, 'UnreadableReply'],
    ['200 with nothing in it', { ...accepted, status: 200 }, 'UnreadableReply'],
    ['204', { ...accepted, status: 204 }, 'UnreadableReply'],
    ['202 without a request id', { status: 202 }, 'UnreadableReply'],
    ['a page and 202', { status: 202, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'UnreadableReply'],
    ['a redirection', { ...accepted, status: 302, headers: { location: '/login' } }, 'HttpStatus302'],
    ['409 in HTML', { status: 409, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'HttpStatus409'],
    ['400 of another code', refusal(400, 'InvalidArgument'), 'InvalidArgument'],
    ['400 about a task', refusal(400, 'TaskIdDuplicated'), 'TaskIdDuplicated'],
    ['409 of another code', refusal(409, 'FunctionNotActive'), 'FunctionNotActive'],
    ['409 of another code in words of 3.0', refusalV3(409, 'FunctionNotActive'), 'FunctionNotActive'],
  ])('that is answered with %s was not started', async (_what, told, code) => {
    const { api, fc } = await connect(() => told);
    expect(await rejection(api.start('sweep_1', EVENT))).toMatchObject({ name: 'CloudError', code });
    expect(fc.invoked).toHaveLength(code === 'UnreadableReply' ? 4 : 1);
  });

  test.each<[string, FcReply | 'reset', string]>([
    ['a broken connection', 'reset', 'NetworkError'],
    ['500', refusal(500, 'InternalServerError'), 'InternalServerError'],
    ['503 in words of 3.0', refusalV3(503, 'ServiceUnavailable'), 'ServiceUnavailable'],
    ['502 in HTML', { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'HttpStatus502'],
    ['a body of null', { status: 500, headers: { 'content-type': 'application/json' }, body: 'null' }, 'HttpStatus500'],
    [
      'an empty body that says JSON',
      { status: 202, headers: { 'content-type': 'application/json' } },
      'UnreadableReply',
    ],
  ])('is made again after %s', async (_what, told, code) => {
    const { api, retries, clock } = await connect(times(2, told));
    expect(await api.start('sweep_1', EVENT)).toMatchObject({ state: 'started' });
    expect(retries.map((retry) => retry.code)).toEqual([code, code]);
    expect(clock.sleeps).toEqual([1000, 2000]);
  });

  test('that is throttled waits longer than its attempts, on the clock it was given', async () => {
    const { api, clock, calls } = await connect(times(9, refusal(429, 'ResourceExhausted')));
    expect(await api.start('sweep_1', EVENT)).toMatchObject({ state: 'started' });
    expect(calls).toHaveLength(10);
    expect(clock.sleeps).toEqual([2000, 4000, 8000, 2000, 4000, 8000, 2000]);
  });

  test('that is throttled for ever ends at the deadline', async () => {
    const clock = fakeClock();
    const deadlineMs = clock.now() + 60_000;
    const { api } = await connect(() => refusal(429, 'ResourceExhausted'), { clock, deadlineMs });
    expect(await rejection(api.start('sweep_1', EVENT))).toMatchObject({ code: 'DeadlineExceeded' });
    expect(clock.now()).toBeLessThan(deadlineMs);
  });

  test.each<[string, FcReply, object]>([
    ['the function is not there', refusal(404, 'FunctionNotFound'), { code: 'FunctionNotFound', status: 404 }],
    ['the service is not there', refusal(404, 'ServiceNotFound'), { code: 'ServiceNotFound' }],
    ['it may not be invoked', refusal(403, 'AccessDenied'), { code: 'AccessDenied', status: 403, effect: 'refused' }],
    ['3.0 words it in its own way', refusalV3(404, 'FunctionNotFound'), { code: 'FunctionNotFound', status: 404 }],
    ['a code is no code', refusal(400, `x ${KEY.accessKeySecret}`), { code: 'UnreadableReply' }],
    ['the function failed at once', functionError('InitializationError', {}), { code: 'InitializationError' }],
  ])('is given up at once when %s', async (_when, told, expected) => {
    const { api, fc } = await connect(() => told);
    const attempts = JSON.stringify(expected).includes('UnreadableReply') ? 4 : 1;
    expect(await rejection(api.start('sweep_1', EVENT))).toMatchObject({
      name: 'CloudError',
      action: 'InvokeFunction',
      ...expected,
    });
    expect(fc.invoked).toHaveLength(attempts);
  });

  test('larger than the platform takes is not sent', async () => {
    const { api, fc } = await connect();
    const event = JSON.stringify({ text: '日'.repeat(EVENT_BYTES_MAX / 3) });
    expect(await rejection(api.start('sweep_1', event))).toMatchObject({ code: 'PayloadTooLarge' });
    expect(fc.invoked).toEqual([]);
  });

  test('without an answer in time is made again', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { api, retries } = create(url, {
      requestTimeoutMs: 50,
      retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 1 },
    });
    expect(await rejection(api.start('sweep_1', EVENT))).toMatchObject({
      code: 'RequestTimeoutError',
      effect: 'unknown',
    });
    expect(retries).toHaveLength(1);
  });
});

describe('a synchronous invocation', () => {
  test("answers with the function's answer", async () => {
    const { api, fc } = await connect(() => ({ status: 200, body: '{"runId":"r"}' }));
    expect(await api.call(EVENT)).toMatchObject({ kind: 'answer', text: '{"runId":"r"}' });
    expect(fc.invoked[0]?.headers).not.toHaveProperty('x-fc-invocation-type');
  });

  test('answers the same when the platform says that it is JSON', async () => {
    const { api } = await connect(() => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"runId":"r"}',
    }));
    expect(await api.call(EVENT)).toMatchObject({ kind: 'answer', text: '{"runId":"r"}' });
  });

  test.each<[string, FcReply, object]>([
    [
      'what it threw',
      functionError('UnhandledInvocationError', {
        errorMessage: 'no region',
        errorType: 'ConfigError',
        stackTrace: [],
      }),
      { errorType: 'ConfigError', message: 'no region' },
    ],
    [
      'what the platform says of its end',
      functionError('FunctionTimeoutError', { errorMessage: 'timed out after 900 s' }),
      { errorType: 'FunctionTimeoutError', message: 'timed out after 900 s' },
    ],
    [
      'a failure without words',
      { status: 200, headers: { 'x-fc-error-type': 'InitializationError' }, body: 'oops' },
      { errorType: 'InitializationError', message: '' },
    ],
  ])('tells %s, although HTTP says 200', async (_what, told, expected) => {
    const { api } = await connect(() => told);
    expect(await api.call(EVENT)).toMatchObject({ kind: 'function-error', ...expected });
  });

  test('that may have run is not made again', async () => {
    const { api, fc } = await connect(() => 'reset');
    expect(await rejection(api.call(EVENT))).toMatchObject({ code: 'NetworkError' });
    expect(fc.invoked).toHaveLength(1);
  });

  test('that was throttled is', async () => {
    const { api } = await connect((_invoked, count) =>
      count < 3 ? refusal(429, 'ResourceExhausted') : { status: 200, body: '{}' },
    );
    expect(await api.call(EVENT)).toMatchObject({ kind: 'answer' });
  });
});

describe('a reply without an end', () => {
  async function connectEndless() {
    const chunk = Buffer.alloc(64 * 1024, '.');
    const sent = { bytes: 0, requests: 0 };
    const server = createServer((_request, response) => {
      sent.requests += 1;
      response.writeHead(202, { 'x-fc-request-id': '1-2-3' });
      const fill = () => {
        let takesMore = true;
        while (takesMore && !response.destroyed) {
          takesMore = response.write(chunk);
          sent.bytes += chunk.length;
        }
      };
      response.on('drain', fill);
      fill();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(() => resolve())));
    return { sent, ...create(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
  }

  test.each<['call' | 'start']>([['call'], ['start']])(
    'ends a %s at 32 MiB, and is not asked for again',
    async (how) => {
      const { api, sent } = await connectEndless();
      const asked = how === 'call' ? api.call(EVENT) : api.start('sweep_1', EVENT);
      expect(await rejection(asked)).toMatchObject({
        code: 'ReplyTooLarge',
        effect: 'unknown',
        message: 'InvokeFunction failed: ReplyTooLarge (more than 32 MiB, or without an end)',
      });
      expect(sent.requests).toBe(1);
      expect(sent.bytes).toBeLessThan(48 * 2 ** 20);
    },
  );
});

test("without a configured endpoint it is the account's host, over https", () => {
  const options = { credentials: KEY, target: TARGET, endpoint: undefined, sockets: new Sockets() };
  expect(createClient(options, 1000).endpoint).toBe('https://1000000000000001.cn-hangzhou.fc.aliyuncs.com');
});

test('a token is sent for any form of key', async () => {
  const credentials = { ...KEY, accessKeyId: 'LTAI-temporary' };
  const fc = await startFunctionCompute(undefined, credentials);
  stops.push(fc.close);
  expect(await create(fc.url, { credentials }).api.start('sweep_1', EVENT)).toMatchObject({ state: 'started' });
});

test('temporary credentials without their token are refused before any call', async () => {
  const { api, fc } = await connect(undefined, { credentials: { accessKeyId: 'STS.x', accessKeySecret: 'y' } });
  expect(await rejection(api.start('sweep_1', EVENT))).toBeInstanceOf(ConfigError);
  expect(fc.invoked).toEqual([]);
});

test('no secret gets into an error or to observers', async () => {
  for (const told of [
    refusal(403, 'SignatureNotMatch'),
    refusal(400, KEY.securityToken),
    refusal(500, KEY.accessKeySecret),
    'reset',
  ] as const) {
    const { api, retries } = await connect(() => told);
    const shown = inspect([await rejection(api.start('sweep_1', EVENT)), retries], { depth: 20, showHidden: true });
    for (const secret of Object.values(KEY)) {
      expect(shown).not.toContain(secret);
    }
  }
});

describe('the answer of a server that repeats the request', () => {
  const LONG = {
    ...KEY,
    accessKeyId: 'STS.fcKeyCanary',
    accessKeySecret: 'fcSecretCanary',
    securityToken: 'fcTokenCanary',
  };
  const SIGNATURE = 'FC someKey:c2lnbmF0dXJlY2FuYXJ5+/8=';
  const { accessKeyId, accessKeySecret, securityToken } = LONG;
  const said = `denied: ${accessKeyId} ${accessKeySecret} ${securityToken}, authorization ${SIGNATURE}`;
  const failing = (header: string, errorType: string) =>
    functionError(header, { errorType, errorMessage: said, stackTrace: [`${accessKeySecret}: at`] });

  test.each<[string, FcReply]>([
    ['a type that is the secret', failing('UnhandledInvocationError', accessKeySecret)],
    ['a type that is the token', failing('UnhandledInvocationError', securityToken)],
    ['a header that is the secret', failing(accessKeySecret, 'Error')],
    [
      'a request id that is the key',
      { ...failing('X', 'Error'), headers: { 'x-fc-request-id': accessKeyId, 'x-fc-error-type': 'X' } },
    ],
    ['a code that is the secret', refusal(400, accessKeySecret)],
    ['a code of 3.0 that is the secret', refusalV3(400, accessKeySecret)],
    ['an answer', { status: 200, body: JSON.stringify({ runId: said }) }],
    ['an answer in text', { status: 200, body: said }],
  ])('holds no key, token or signature: %s', async (_what, told) => {
    const fc = await startFunctionCompute(() => told, LONG);
    stops.push(fc.close);
    const { api, retries } = create(fc.url, { credentials: LONG });
    const called = await api.call(EVENT).catch((error: unknown) => error);
    const shown = inspect([await rejection(api.start('sweep_1', EVENT)), called, retries], {
      depth: 20,
      showHidden: true,
    });
    for (const secret of [...Object.values(LONG), SIGNATURE, 'c2lnbmF0']) {
      expect(shown).not.toContain(secret);
    }
    expect(fc.invoked.length).toBeGreaterThan(1);
  });

  test('contains no secret in escapes', async () => {
    const escaped = [...accessKeySecret].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('');
    const fc = await startFunctionCompute(() => ({ status: 200, body: `{"runId":"${escaped}"}` }), LONG);
    stops.push(fc.close);
    const answered = await create(fc.url, { credentials: LONG }).api.call(EVENT);
    expect(answered).toMatchObject({ kind: 'answer', text: '{"runId":"***"}' });
  });

  test('is shown without them, and short enough to read', async () => {
    const fc = await startFunctionCompute(
      () => functionError('X', { errorType: 'Oops', errorMessage: `${said}${'.'.repeat(10_000)}` }),
      LONG,
    );
    stops.push(fc.close);
    const answered = await create(fc.url, { credentials: LONG }).api.call(EVENT);
    expect(answered).toMatchObject({
      errorType: 'Oops',
      message: expect.stringMatching(/^denied: \*{3} \*{3} \*{3}, authorization FC \*{3}\.+$/),
    });
    expect(answered).toHaveProperty('message.length', 4096);
  });
});
