import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { aPackage, aPlatform, aStoppedClock, cleanUp, only, until } from './fc-support.ts';

afterEach(cleanUp);

const later = { 'x-fc-invocation-type': 'Async' };
/** Waits until a file of the event's name is beside the code. */
const WAITING = `
  const { existsSync } = require('node:fs');
  const { join } = require('node:path');
  exports.handler = async (event) => {
    console.log('waits for ' + event);
    while (!existsSync(join(__dirname, event.toString()))) await new Promise((next) => setTimeout(next, 5));
    return event;
  };
`;
/** Fails until this attempt. Each attempt leaves a file. */
const failing = (times: number) => `
  const { readdirSync, writeFileSync } = require('node:fs');
  const { join } = require('node:path');
  exports.handler = async (event, { retryCount, requestId }) => {
    const folder = __dirname;
    writeFileSync(join(folder, 'attempt-' + retryCount), requestId);
    if (retryCount < ${times}) throw new Error('not yet');
    return 'at last';
  };
`;

describe('an asynchronous invocation', () => {
  test('is answered with 202 and nothing else before it ends, and has its result later', async () => {
    const code = aPackage(WAITING);
    const { invoke, fc } = await aPlatform({ config: { code } });
    const { headers, data } = await invoke('go', later);
    expect(data).toBe('');
    expect(headers).not.toHaveProperty('content-type');
    await until(() => only(fc.invocations).status === 'Running');
    expect(only(fc.invocations)).toMatchObject({ requestId: headers['x-fc-request-id'], type: 'Async', log: '' });
    expect(only(fc.invocations)).not.toHaveProperty('result');
    writeFileSync(join(code, 'go'), '');
    await fc.idle();
    expect(only(fc.invocations)).toMatchObject({
      status: 'Succeeded',
      attempts: 1,
      result: 'go',
      endedMs: expect.any(Number),
    });
  });

  test('is taken by the paths of 2.0 too', async () => {
    const { older, fc } = await aPlatform({ config: { serviceName: 'jobs' } });
    const { headers, data } = await older.invokeFunction('jobs', 'probe', '{}', later);
    expect(data).toBe('');
    await fc.idle();
    expect(only(fc.invocations)).toMatchObject({
      requestId: headers['x-fc-request-id'],
      functionName: 'jobs$probe',
      status: 'Succeeded',
    });
  });

  test('is idle if there is nothing to wait for', async () => {
    const { fc } = await aPlatform();
    await fc.idle();
  });
});

describe('the id of a task', () => {
  test.each(['2.0', '3.0'])('used twice by the paths of %s is refused with 409 and run once', async (generation) => {
    const isOlder = generation === '2.0';
    const { older, newer, fc } = await aPlatform({ config: isOlder ? { serviceName: 'jobs' } : {} });
    const invoke = (taskId: string) =>
      isOlder
        ? older.invokeFunction('jobs', 'probe', '', { ...later, 'x-fc-stateful-async-invocation-id': taskId })
        : newer.post('/functions/probe/invocations', '', { ...later, 'x-fc-async-task-id': taskId });
    await invoke('sweep_20261122T1930_a');
    const again = {
      code: 'StatefulAsyncInvocationAlreadyExists',
      message: expect.stringMatching(/failed with 409\..*'sweep_20261122T1930_a'/),
    };
    await expect(invoke('sweep_20261122T1930_a')).rejects.toMatchObject(again);
    await fc.idle();
    await expect(invoke('sweep_20261122T1930_a')).rejects.toMatchObject(again);
    await invoke('sweep_20261122T1930_b');
    await fc.idle();
    expect(fc.invocations).toMatchObject([
      { taskId: 'sweep_20261122T1930_a', attempts: 1 },
      { taskId: 'sweep_20261122T1930_b', attempts: 1 },
    ]);
  });

  test('used twice is refused with 400 where the switch says so', async () => {
    const { newer, emulator } = await aPlatform();
    emulator.setBehaviours({ fcKnownTaskStatus: 400 });
    const invoke = () => newer.post('/functions/probe/invocations', '', { ...later, 'x-fc-async-task-id': 'sweep_a' });
    await invoke();
    await expect(invoke()).rejects.toMatchObject({
      code: 'StatefulAsyncInvocationAlreadyExists',
      message: expect.stringMatching(/failed with 400\./),
    });
  });

  test('belongs to a function, and does not count for a function without tasks', async () => {
    const config = { code: aPackage('exports.handler = async () => 1'), asyncInvokeConfig: { asyncTask: false } };
    const { code } = config;
    const { newer, fc } = await aPlatform({
      functions: [
        { functionName: 'loose', ...config },
        { functionName: 'other', code },
      ],
    });
    const invoke = (name: string) =>
      newer.post(`/functions/${name}/invocations`, '', { ...later, 'x-fc-async-task-id': 'one' });
    await invoke('probe');
    await invoke('other');
    await invoke('loose');
    await invoke('loose');
    await fc.idle();
    expect(fc.invocations.map(({ taskId }) => taskId)).toEqual(['one', 'one', undefined, undefined]);
  });

  test('of an invocation that was refused is free', async () => {
    const { newer, fc } = await aPlatform();
    const task = { ...later, 'x-fc-async-task-id': 'one' };
    const tooLong = 'x'.repeat(131_073);
    await expect(newer.post('/functions/probe/invocations', tooLong, task)).rejects.toMatchObject({
      code: 'EntityTooLarge',
    });
    await newer.post('/functions/probe/invocations', 'x', task);
    await fc.idle();
    expect(fc.invocations).toHaveLength(1);
  });
});

describe('a function error', () => {
  test('is retried after a wait that doubles, with the same request id, until it succeeds', async () => {
    const clock = aStoppedClock();
    const code = aPackage(failing(2));
    const { invoke, fc } = await aPlatform({ clock, config: { code } });
    await invoke('', later);
    expect(await clock.waits()).toEqual([500]);
    expect(only(fc.invocations)).toMatchObject({
      status: 'Retrying',
      attempts: 1,
      errorType: 'HandledInvocationError',
    });
    clock.pass(499);
    expect(existsSync(join(code, 'attempt-1'))).toBe(false);
    clock.pass(1);
    expect(await clock.waits()).toEqual([1000]);
    clock.pass(1000);
    await fc.idle();
    const one = only(fc.invocations);
    expect(one).toMatchObject({ status: 'Succeeded', attempts: 3, result: 'at last' });
    expect(one).not.toHaveProperty('errorType');
    expect(one.log.split('\n').filter((line) => line.startsWith('FC Invoke Start'))).toEqual(
      Array.from({ length: 3 }, () => `FC Invoke Start RequestId: ${one.requestId}`),
    );
  });

  test.each([
    [undefined, 4],
    [0, 1],
    [1, 2],
  ])('with %s retries at most is run no more than %i times, and fails', async (maxAsyncRetryAttempts, attempts) => {
    const clock = aStoppedClock();
    const config = maxAsyncRetryAttempts === undefined ? {} : { asyncInvokeConfig: { maxAsyncRetryAttempts } };
    const { invoke, fc } = await aPlatform({ clock, source: failing(9), config });
    await invoke('', later);
    for (let turn = 1; turn < attempts; turn += 1) {
      const [wait = 0] = await clock.waits();
      clock.pass(wait);
    }
    await fc.idle();
    expect(only(fc.invocations)).toMatchObject({ status: 'Failed', attempts, errorType: 'HandledInvocationError' });
  });

  test('of an event that became too old meanwhile is not retried, because it expired', async () => {
    const clock = aStoppedClock();
    const { invoke, fc } = await aPlatform({
      clock,
      source: failing(9),
      config: { asyncInvokeConfig: { maxAsyncEventAgeInSeconds: 1 } },
    });
    await invoke('', later);
    await clock.waits();
    clock.pass(500);
    expect(await clock.waits()).toEqual([1000]);
    clock.pass(1000);
    await fc.idle();
    expect(only(fc.invocations)).toMatchObject({ status: 'Expired', attempts: 2 });
  });

  test('of a synchronous invocation is not retried', async () => {
    const { invoke, fc } = await aPlatform({ source: failing(1) });
    await invoke('');
    await fc.idle();
    expect(only(fc.invocations)).toMatchObject({ status: 'Failed', attempts: 1 });
  });
});

describe('the concurrency', () => {
  const config = (code: string) => ({ code, concurrencyConfig: { reservedConcurrency: 1 } });

  test('refuses the synchronous invocation that is over it, and takes it when there is room again', async () => {
    const code = aPackage(WAITING);
    const { invoke, fc } = await aPlatform({ config: config(code) });
    const first = invoke('go');
    await until(() => fc.invocations.length === 1);
    await expect(invoke('go')).rejects.toMatchObject({
      code: 'ResourceExhausted',
      message: expect.stringContaining('failed with 429.'),
    });
    writeFileSync(join(code, 'go'), '');
    expect((await first).data).toBe('go');
    expect((await invoke('go')).data).toBe('go');
  });

  test('lets asynchronous invocations wait, longer each time, and no wait counts as an attempt', async () => {
    const clock = aStoppedClock();
    const code = aPackage(WAITING);
    const { invoke, fc } = await aPlatform({ clock, config: config(code) });
    await invoke('one', later);
    await invoke('two', later);
    expect(await clock.waits()).toEqual([500]);
    clock.pass(500);
    expect(await clock.waits()).toEqual([1000]);
    expect(fc.invocations).toMatchObject([{ status: 'Running' }, { status: 'Enqueued', attempts: 0 }]);
    for (const name of ['one', 'two']) {
      writeFileSync(join(code, name), '');
    }
    await until(() => fc.invocations[0]?.status === 'Succeeded');
    clock.pass(1000);
    await fc.idle();
    expect(fc.invocations).toMatchObject([
      { status: 'Succeeded', attempts: 1 },
      { status: 'Succeeded', attempts: 1, result: 'two' },
    ]);
  });

  test('that never has room fails an asynchronous invocation after five hours', async () => {
    const clock = aStoppedClock();
    const { invoke, fc } = await aPlatform({ clock, config: { concurrencyConfig: { reservedConcurrency: 0 } } });
    await invoke('', later);
    let passedMs = 0;
    while (only(fc.invocations).endedMs === undefined) {
      const [wait = 0] = await Promise.race([clock.waits(), fc.idle().then(() => [0])]);
      passedMs += wait;
      clock.pass(wait);
      await new Promise((next) => setImmediate(next));
    }
    expect(only(fc.invocations)).toMatchObject({ status: 'Failed', attempts: 0, errorType: 'ResourceExhausted' });
    expect(passedMs).toBeGreaterThanOrEqual(5 * 3_600_000);
  });
});
