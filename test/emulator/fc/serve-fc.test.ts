import { afterEach, describe, expect, test } from 'vitest';
import { signFc, stringToSignFc } from '../../../lib/emulator/signature/sign-fc.ts';
import { A, B, KEY } from '../emulator-support.ts';
import { aClient, aPackage, aPlatform, aStoppedClock, cleanUp } from './fc-support.ts';

afterEach(cleanUp);

const ECHO = 'exports.handler = async (event) => ({ isBuffer: Buffer.isBuffer(event), text: event.toString() })';
const BYTES = 'exports.handler = async (event) => Buffer.from(event.map((byte) => 255 - byte))';

/** The distinguishing parts of an error of fc2. */
const refused = (code: string, status: number, message: string | RegExp = '') => ({
  name: `FC${code}Error`,
  code,
  message: expect.stringMatching(
    new RegExp(
      ` failed with ${status}\\. requestid: 1-\\S+, message: .*${message instanceof RegExp ? message.source : message}`,
    ),
  ),
});

describe('a synchronous invocation', () => {
  test('by the paths of 3.0 gives the answer of the handler', async () => {
    const { newer, fc } = await aPlatform({ source: ECHO });
    const { headers, data } = await newer.post('/functions/probe/invocations', 'grüß Gott');
    expect(JSON.parse(String(data))).toEqual({ isBuffer: true, text: 'grüß Gott' });
    expect(headers['x-fc-request-id']).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/);
    expect(headers).not.toHaveProperty('x-fc-error-type');
    expect(fc.invocations).toMatchObject([
      { requestId: headers['x-fc-request-id'], functionName: 'probe', type: 'Sync', status: 'Succeeded', attempts: 1 },
    ]);
  });

  test('by the paths of 2.0 reaches a function of a service, with and without a qualifier', async () => {
    const { older, newer } = await aPlatform({ source: ECHO, config: { serviceName: 'jobs' } });
    for (const qualifier of [undefined, 'LATEST']) {
      const { data } = await older.invokeFunction('jobs', 'probe', 'hello', {}, qualifier);
      expect(JSON.parse(String(data))).toEqual({ isBuffer: true, text: 'hello' });
    }
    const { data } = await newer.post('/functions/jobs$probe/invocations', 'hello');
    expect(JSON.parse(String(data))).toMatchObject({ text: 'hello' });
  });

  test('takes a missing event as an empty event, and passes bytes unchanged in both directions', async () => {
    const { older, newer } = await aPlatform({
      source: BYTES,
      config: { serviceName: 'jobs' },
      functions: [{ functionName: 'echo', code: aPackage(ECHO) }],
    });
    const event = Buffer.from([0, 128, 255, 195, 40]);
    const { data } = await older.invokeFunction('jobs', 'probe', event, {}, undefined, { rawBuf: true });
    expect(data).toEqual(Buffer.from([255, 127, 0, 60, 215]));
    expect(JSON.parse(String((await newer.post('/functions/echo/invocations', '')).data))).toEqual({
      isBuffer: true,
      text: '',
    });
  });

  test('answers objects as JSON and anything else as text', async () => {
    const source = 'exports.handler = async (event) => eval(event.toString())';
    const { invoke } = await aPlatform({ source });
    expect((await invoke('({ a: [1] })')).data).toBe('{"a":[1]}');
    expect((await invoke('42')).data).toBe('42');
    expect((await invoke('"text"')).data).toBe('text');
  });

  test('gives the end of its log when it is asked to', async () => {
    const source = 'exports.handler = async () => { process.stdout.write("x".repeat(5000) + "\\nlast line\\n"); }';
    const { invoke } = await aPlatform({ source });
    const { headers } = await invoke('', { 'x-fc-log-type': 'Tail' });
    const log = Buffer.from(headers['x-fc-log-result'] ?? '', 'base64').toString();
    expect(log).toHaveLength(4096);
    expect(log).toMatch(/x\nlast line\nFC Invoke End RequestId: 1-\S+\n$/);
    expect((await invoke('')).headers).not.toHaveProperty('x-fc-log-result');
  });
});

describe('a handler that fails', () => {
  test('is HTTP 200 with the error as JSON and its type in a header', async () => {
    const source = 'exports.handler = async () => { throw new RangeError("oops") }';
    const { invoke, fc } = await aPlatform({ source });
    const { headers, data } = await invoke('');
    expect(headers).toMatchObject({ 'x-fc-error-type': 'HandledInvocationError', 'content-type': 'application/json' });
    expect(data).toEqual({
      errorMessage: 'oops',
      errorType: 'RangeError',
      stackTrace: expect.arrayContaining(['RangeError: oops', expect.stringContaining('index.js:1:')]),
    });
    expect(fc.invocations).toMatchObject([{ status: 'Failed', attempts: 1, errorType: 'HandledInvocationError' }]);
  });

  test.each([
    ['an exception nobody catches', 'setImmediate(() => { throw new TypeError("later") })', 'later'],
    ['a rejection nobody handles', 'void Promise.reject(new TypeError("dropped"))', 'dropped'],
  ])('by %s is unhandled', async (_what, statement, errorMessage) => {
    const source = `exports.handler = () => new Promise(() => { setInterval(() => {}, 1000); ${statement} })`;
    const { invoke } = await aPlatform({ source });
    const { headers, data } = await invoke('');
    expect(headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(data).toMatchObject({ errorMessage, errorType: 'TypeError' });
  });

  test('by ending the process is unhandled, and the next invocation gets a new process', async () => {
    const source = 'exports.handler = async (event) => event.length > 0 ? process.exit(0) : process.pid';
    const { invoke } = await aPlatform({ source });
    const before = (await invoke('')).data;
    const { headers, data } = await invoke('exit');
    expect(headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(data).toEqual({
      errorMessage: expect.stringMatching(
        /^Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: [\d.]+MB\)$/,
      ),
    });
    expect((await invoke('')).data).not.toBe(before);
  });

  test('by ending the process while its child process goes on, ends all the same', async () => {
    const source = `exports.handler = async () => {
      require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      process.exit(0);
    }`;
    const { invoke } = await aPlatform({ source });
    expect((await invoke('')).headers['x-fc-error-type']).toBe('UnhandledInvocationError');
  });

  test.each([
    ['cannot be loaded', 'require("no-such-package")', /^Cannot find module 'no-such-package'/],
    ['exports no such handler', 'exports.other = 1', /^handler 'index\.handler' is not a function$/],
  ])('because its code %s is unhandled', async (_what, source, errorMessage) => {
    const { invoke } = await aPlatform({ source });
    const { headers, data } = await invoke('');
    expect(headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(data).toMatchObject({ errorMessage: expect.stringMatching(errorMessage) });
  });
});

describe('the permitted caller', () => {
  test('signs with a key of the account, and sends the token of temporary keys', async () => {
    const { emulator } = await aPlatform({
      estate: { accounts: [{ accountId: A, keys: [KEY], roles: [{ name: 'caller', trusted: [A] }] }] },
    });
    const { body } = await emulator.call({
      accountId: A,
      version: '2015-04-01',
      action: 'AssumeRole',
      params: {
        RoleArn: `acs:ram::${A}:role/caller`,
        RoleSessionName: 'test',
      },
    });
    const { AccessKeyId, AccessKeySecret, SecurityToken } = body.Credentials as Record<string, string>;
    const key = { accessKeyId: AccessKeyId ?? '', accessKeySecret: AccessKeySecret ?? '' };
    const invoke = (securityToken: string) => {
      const client = aClient(emulator, { ...key, securityToken });
      client.version = '2023-03-30';
      return client.post('/functions/probe/invocations', '');
    };
    expect((await invoke(SecurityToken ?? '')).data).toBe('done');
    await expect(invoke('another')).rejects.toMatchObject(refused('AccessDenied', 403, 'token'));
  });

  test.each([
    ['a wrong secret', { ...KEY, accessKeySecret: 'wrong' }, refused('SignatureNotMatch', 403, 'does not match')],
    ['an unknown key', { ...KEY, accessKeyId: 'LTAIother' }, refused('InvalidAccessKeyID', 403, "'LTAIother'")],
  ])('does not have %s, by either path', async (_what, key, error) => {
    const { emulator, fc } = await aPlatform();
    const client = aClient(emulator, key);
    await expect(client.invokeFunction('jobs', 'probe', '{}')).rejects.toMatchObject(error);
    client.version = '2023-03-30';
    await expect(client.post('/functions/probe/invocations', '{}')).rejects.toMatchObject(error);
    expect(fc.invocations).toEqual([]);
    expect(emulator.calls).toMatchObject([{ action: 'InvokeFunction', code: error.code, accountId: '' }, {}]);
  });

  const path = '/2023-03-30/functions/probe/invocations';
  /** Sent as it stands, signed over these headers. */
  async function raw(url: string, headers: Record<string, string>, body = '') {
    const signature = signFc(stringToSignFc({ method: 'POST', path, headers }), KEY.accessKeySecret);
    const authorization = `FC ${KEY.accessKeyId}:${signature}`;
    const reply = await fetch(url + path, { method: 'POST', headers: { authorization, ...headers }, body });
    return { status: reply.status, body: JSON.parse(await reply.text()) };
  }
  const now = () => new Date().toUTCString();

  test('signs the body that it sends', async () => {
    const { emulator } = await aPlatform();
    const headers = { date: now(), 'content-type': 'text/plain', 'content-md5': 'b3RoZXI=' };
    expect(await raw(emulator.url, headers, 'changed')).toMatchObject({
      status: 400,
      body: { ErrorCode: 'InvalidArgument', ErrorMessage: expect.stringContaining('Content-MD5') },
    });
  });

  test('leaves out no required header', async () => {
    const { emulator } = await aPlatform();
    const bare = await fetch(emulator.url + path, { method: 'POST' });
    expect({ status: bare.status, body: await bare.json() }).toEqual({
      status: 400,
      body: {
        ErrorCode: 'MissingRequiredHeader',
        ErrorMessage: 'required HTTP header Authorization was not specified',
      },
    });
    expect(await raw(emulator.url, {})).toMatchObject({ body: { ErrorMessage: expect.stringContaining('Date') } });
    expect(await raw(emulator.url, { date: now(), authorization: 'Basic x' })).toMatchObject({
      body: { ErrorCode: 'InvalidArgument' },
    });
  });

  test('has a clock that is at most 15 minutes off', async () => {
    const clock = aStoppedClock();
    const { invoke } = await aPlatform({ clock });
    clock.pass(14 * 60_000);
    expect((await invoke('')).data).toBe('done');
    clock.pass(2 * 60_000);
    await expect(invoke('')).rejects.toMatchObject(refused('RequestTimeTooSkewed', 403));
  });

  test('is of the same account, and has the permission', async () => {
    const other = { accessKeyId: 'otherid', accessKeySecret: 'othersecret' };
    const bound = { accessKeyId: 'boundid', accessKeySecret: 'boundsecret', deny: ['fc:Invoke*'] };
    const { emulator, fc } = await aPlatform({
      estate: {
        accounts: [
          { accountId: A, keys: [KEY, bound] },
          { accountId: B, keys: [other] },
        ],
      },
    });
    for (const key of [other, bound]) {
      const client = aClient(emulator, key);
      client.version = '2023-03-30';
      await expect(client.post('/functions/probe/invocations', '')).rejects.toMatchObject(
        refused('AccessDenied', 403, "'fc:InvokeFunction'"),
      );
    }
    expect(fc.invocations).toEqual([]);
  });
});

describe('a refused request', () => {
  test('is for an unknown function, by the path of its generation', async () => {
    const { older, newer } = await aPlatform({
      config: { serviceName: 'jobs' },
      functions: [{ functionName: 'new', code: aPackage(ECHO) }],
    });
    await expect(older.invokeFunction('none', 'probe', '')).rejects.toMatchObject(
      refused('ServiceNotFound', 404, "service 'none' does not exist"),
    );
    await expect(older.invokeFunction('jobs', 'none', '')).rejects.toMatchObject(
      refused('FunctionNotFound', 404, "function 'none' does not exist in service 'jobs'"),
    );
    await expect(older.invokeFunction('jobs', 'new', '')).rejects.toMatchObject(refused('FunctionNotFound', 404));
    await expect(newer.post('/functions/probe/invocations', '')).rejects.toMatchObject(
      refused('FunctionNotFound', 404, "function 'probe' does not exist"),
    );
    await expect(older.invokeFunction('jobs', 'probe', '', {}, '3')).rejects.toMatchObject(
      refused('VersionNotFound', 404),
    );
    await expect(newer.post('/functions/new/invocations', '', {}, { qualifier: 'prod' })).rejects.toMatchObject(
      refused('AliasNotFound', 404),
    );
  });

  test('is for another path, or another method', async () => {
    const { emulator, newer } = await aPlatform();
    await expect(newer.post('/functions/probe/versions', '')).rejects.toMatchObject(refused('PathNotSupported', 400));
    const reply = await fetch(`${emulator.url}/2016-08-15/services/jobs/functions/probe/invocations`);
    expect(await reply.json()).toMatchObject({ ErrorCode: 'PathNotSupported' });
    const broken = await fetch(`${emulator.url}/2023-03-30/functions/%/invocations`, { method: 'POST' });
    expect([broken.status, await broken.json()]).toMatchObject([400, { ErrorCode: 'PathNotSupported' }]);
  });

  test('has an event that is too long for its kind of invocation', async () => {
    const { invoke, emulator, fc } = await aPlatform({ source: 'exports.handler = async (event) => event.length' });
    const kind = { 'x-fc-invocation-type': 'Async' };
    await expect(invoke(Buffer.alloc(128 * 1024 + 1), kind)).rejects.toMatchObject(
      refused('EntityTooLarge', 400, /payload size exceeds maximum allowed size \(131072 bytes\)/),
    );
    expect((await invoke(Buffer.alloc(128 * 1024 + 1))).data).toBe('131073');
    expect((await invoke(Buffer.alloc(128 * 1024), kind)).headers).toHaveProperty('x-fc-request-id');
    emulator.setBehaviours({ fcTooLargeStatus: 413 });
    await expect(invoke(Buffer.alloc(32 * 1024 * 1024 + 1))).rejects.toMatchObject(refused('EntityTooLarge', 413));
    await fc.idle();
    expect(fc.invocations.map(({ result }) => result)).toEqual(['131073', '131072']);
  });

  test('names an unknown kind of invocation, or an invalid id of a task', async () => {
    const { invoke } = await aPlatform();
    await expect(invoke('', { 'x-fc-invocation-type': 'Later' })).rejects.toMatchObject(
      refused('InvalidArgument', 400),
    );
    const task = { 'x-fc-invocation-type': 'Async', 'x-fc-async-task-id': '2026-11-22' };
    await expect(invoke('', task)).rejects.toMatchObject(refused('InvalidArgument', 400, "'2026-11-22'"));
  });

  test('exceeds the concurrency, and no request is queued', async () => {
    const { invoke, emulator, fc } = await aPlatform({ config: { concurrencyConfig: { reservedConcurrency: 0 } } });
    await expect(invoke('')).rejects.toMatchObject(refused('ResourceExhausted', 429));
    emulator.setBehaviours({ fcThrottleCode: 'ResourceThrottled' });
    await expect(invoke('')).rejects.toMatchObject(refused('ResourceThrottled', 429));
    expect(fc.invocations).toEqual([]);
  });

  test('has the other shapes of an error as well', async () => {
    const { newer, emulator } = await aPlatform();
    const call = () => newer.post('/functions/none/invocations', '');
    emulator.setBehaviours({ fcErrorBody: 'errorCode' });
    await expect(call()).rejects.toMatchObject({
      name: 'FCundefinedError',
      message: expect.stringMatching('not exist'),
    });
    emulator.setBehaviours({ fcErrorBody: 'Code' });
    await expect(call()).rejects.toMatchObject({
      name: 'FCundefinedError',
      message: expect.stringMatching(/failed with 404\. requestid: 1-\S+, message: undefined\.$/),
    });
  });
});

describe('the latency', () => {
  test('is that of calls: for all actions, or for this action', async () => {
    const clock = aStoppedClock();
    const { invoke } = await aPlatform({ clock, latencyMs: { InvokeFunction: 30, '*': 10 } });
    const reply = invoke('');
    expect(await clock.waits()).toEqual([30]);
    clock.pass(30);
    expect((await reply).data).toBe('done');
  });
});

describe('faults', () => {
  test('affect invocations as they affect other calls, before or after the effect', async () => {
    const { invoke, emulator, fc } = await aPlatform();
    const action = 'InvokeFunction';
    emulator.setFaults([
      { action, fault: { kind: 'error', status: 500, code: 'InternalServerError' } },
      { action, fault: { kind: 'html', status: 502 } },
      { action, fault: { kind: 'reset', when: 'before' } },
      { action, fault: { kind: 'no-effect' } },
      { action, fault: { kind: 'reset', when: 'after' } },
    ]);
    const kind = { 'x-fc-invocation-type': 'Async' };
    await expect(invoke('', kind)).rejects.toMatchObject(refused('InternalServerError', 500));
    await expect(invoke('', kind)).rejects.toMatchObject({ message: expect.stringMatching('failed with 502') });
    await expect(invoke('', kind)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await invoke('', kind)).headers).toHaveProperty('x-fc-request-id');
    expect(fc.invocations).toHaveLength(0);
    await expect(invoke('', kind)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(fc.invocations).toHaveLength(1);
    expect(emulator.calls.map(({ code, fault }) => [code, fault])).toEqual([
      ['InternalServerError', 'error'],
      ['html', 'html'],
      ['reset', 'reset'],
      ['OK', 'no-effect'],
      ['reset', 'reset'],
    ]);
  });
});
