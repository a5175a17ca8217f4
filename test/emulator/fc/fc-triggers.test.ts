import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from 'vitest';
import { A, B, KEY } from '../emulator-support.ts';
import { aPackage, aPlatform, cleanUp, only } from './fc-support.ts';

afterEach(cleanUp);

const ECHO = 'exports.handler = async (event) => event';
const json = (text: string | undefined): unknown => JSON.parse(text ?? '');

const cloudEvent = { id: 'event-1', source: 'acs.vpc', specversion: '1.0', type: 'vpc:ActionTrail:ApiCall', data: {} };

describe("a timer's tick", () => {
  test('reaches the function asynchronously, as exactly the event that a timer sends', async () => {
    const { fc } = await aPlatform({ source: ECHO });
    const tick = fc.tick('probe', '2026-11-22T19:30:00Z', { triggerName: 'nightly', payload: '{"mode":"plan"}' });
    expect(tick).toMatchObject({ type: 'Async', source: 'timer', functionName: 'probe' });
    await fc.idle();
    expect(tick).toMatchObject({ status: 'Succeeded' });
    expect(tick.result).toBe(
      '{"triggerTime":"2026-11-22T19:30:00Z","triggerName":"nightly","payload":"{\\"mode\\":\\"plan\\"}"}',
    );
    expect(fc.invocations).toEqual([tick]);
  });

  test('has a name and no payload unless the trigger has a payload, and its time in whole seconds', async () => {
    const { fc } = await aPlatform({ source: ECHO });
    const tick = fc.tick('probe', new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)));
    await fc.idle();
    expect(json(tick.result)).toEqual({ triggerTime: '2026-01-02T03:04:05Z', triggerName: 'timer', payload: '' });
  });

  test('for a function there is not, or with a payload too long, is an error that says so', async () => {
    const { fc } = await aPlatform();
    expect(() => fc.tick('none', new Date(0))).toThrow('function "none" is not registered; registered: probe');
    expect(() => fc.tick('probe', new Date(0), { payload: 'x'.repeat(131_072) })).toThrow('131072 bytes');
    expect(fc.invocations).toEqual([]);
  });
});

describe('a function that invokes another function with the credentials of its context', () => {
  /** A small dispatcher: it starts a task for each region, named for the tick. */
  const source = `
    const FC = require(${JSON.stringify(createRequire(import.meta.url).resolve('@alicloud/fc2'))});
    exports.handler = async (event, { accountId, region, credentials }) => {
      const { accessKeyId: accessKeyID, accessKeySecret, securityToken } = credentials;
      const endpoint = process.env.ALIBABA_CLOUD_FC_ENDPOINT;
      const client = new FC(accountId, { accessKeyID, accessKeySecret, securityToken, region, endpoint });
      client.version = '2023-03-30';
      const tick = JSON.parse(event).triggerTime.replace(/\\W/g, '');
      const start = (name) => client.post('/functions/worker/invocations', name, {
        'x-fc-invocation-type': 'Async', 'x-fc-async-task-id': 'sweep_' + tick + '_' + name,
      }).then(() => 'started', (error) => error.code);
      return Promise.all(['a', 'b', 'c'].map(start));
    };
  `;

  test('starts each task once, even if the same tick comes again', async () => {
    const { fc } = await aPlatform({ source, functions: [{ functionName: 'worker', code: aPackage(ECHO) }] });
    const [first, again, next] = ['2026-11-22T19:30:00Z', '2026-11-22T19:30:00Z', '2026-11-23T19:30:00Z'];
    const results = [];
    for (const at of [first, again, next]) {
      const tick = fc.tick('probe', at);
      await fc.idle();
      results.push(json(tick.result));
    }
    const known = 'StatefulAsyncInvocationAlreadyExists';
    expect(results).toEqual([
      ['started', 'started', 'started'],
      [known, known, known],
      ['started', 'started', 'started'],
    ]);
    const worked = fc.invocations.filter(({ functionName }) => functionName === 'worker');
    expect(worked.map(({ result }) => result).sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  test('may do only the actions of its role', async () => {
    const roles = [{ name: 'dispatcher', trusted: [], allow: ['sts:*'] }];
    const { fc } = await aPlatform({
      source,
      estate: { accounts: [{ accountId: A, keys: [KEY], roles }] },
      config: { role: 'dispatcher' },
      functions: [{ functionName: 'worker', code: aPackage(ECHO) }],
    });
    const tick = fc.tick('probe', '2026-11-22T19:30:00Z');
    await fc.idle();
    expect(json(tick.result)).toEqual(['AccessDenied', 'AccessDenied', 'AccessDenied']);
  });
});

describe('events', () => {
  test('reach the function as EventBridge delivers them, as a single event or as several events', async () => {
    const { fc } = await aPlatform({ source: ECHO });
    const one = fc.event('probe', cloudEvent);
    const several = fc.event('probe', [cloudEvent, cloudEvent]);
    await fc.idle();
    expect(json(one.result)).toEqual(cloudEvent);
    expect(json(several.result)).toEqual([cloudEvent, cloudEvent]);
    expect(one).toMatchObject({ source: 'event', type: 'Async' });
  });
});

describe('the owner of the emulator', () => {
  test('can invoke a function without a signature, and gets its result', async () => {
    const { fc } = await aPlatform({ source: ECHO, config: { serviceName: 'jobs' } });
    expect(await fc.invoke('jobs$probe', 'hello')).toMatchObject({
      status: 'Succeeded',
      result: 'hello',
      type: 'Sync',
    });
  });

  test('sees the registered functions, with only the names of their environment', async () => {
    const { fc } = await aPlatform({ config: { environmentVariables: { TOKEN: 'canary' } } });
    expect(fc.functions).toMatchObject([{ id: 'probe', accountId: A, environmentVariables: ['TOKEN'] }]);
    expect(JSON.stringify(fc.functions)).not.toContain('canary');
  });
});

describe('the control endpoint', () => {
  async function controlled() {
    const platform = await aPlatform({ source: ECHO });
    const ask = async (method: string, name: string, body?: unknown) => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const reply = await fetch(`${platform.emulator.url}/_emulator/${name}`, init);
      return { status: reply.status, body: JSON.parse(await reply.text()) };
    };
    return { ...platform, ask };
  }

  test('sends ticks and events, and shows and forgets their results', async () => {
    const { ask, fc } = await controlled();
    const tick = { functionName: 'probe', triggerTime: '2026-11-22T19:30:00Z', triggerName: 'nightly', payload: 'p' };
    expect(await ask('PUT', 'tick', tick)).toMatchObject({
      status: 200,
      body: { functionName: 'probe', type: 'Async' },
    });
    expect(await ask('PUT', 'event', { functionName: 'probe', event: cloudEvent })).toMatchObject({ status: 200 });
    await fc.idle();
    const { body } = await ask('GET', 'invocations');
    const { functionName: _name, ...event } = tick;
    expect(body.map(({ result }: { result: string }) => json(result))).toEqual([event, cloudEvent]);
    expect(body).toMatchObject([{ log: expect.stringMatching(/^FC Invoke Start RequestId: /) }, {}]);
    expect((await ask('GET', 'functions')).body).toMatchObject([{ id: 'probe', handler: 'index.handler' }]);
    expect((await ask('DELETE', 'invocations')).status).toBe(200);
    expect((await ask('GET', 'invocations')).body).toEqual([]);
  });

  test('a tick without a time happens now', async () => {
    const { ask, fc } = await controlled();
    const before = Math.floor(Date.now() / 1000) * 1000;
    await ask('PUT', 'tick', { functionName: 'probe' });
    await fc.idle();
    const { triggerTime } = json(only(fc.invocations).result) as { triggerTime: string };
    expect(Date.parse(triggerTime)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(triggerTime)).toBeLessThanOrEqual(Date.now());
  });

  test.each([
    ['tick', 'without a function', {}, 'tick: functionName: is missing'],
    ['tick', 'for one there is not', { functionName: 'none' }, 'function "none" is not registered'],
    ['tick', 'with a long payload', { functionName: 'probe', payload: 'x'.repeat(131_072) }, '131072 bytes'],
    ['event', 'with an unknown key', { functionName: 'probe', event: {}, more: 1 }, 'event: more: unknown key'],
  ])('PUT %s %s is refused, and nothing is invoked', async (name, _what, body, message) => {
    const { ask, fc } = await controlled();
    expect(await ask('PUT', name, body)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(message) },
    });
    expect(fc.invocations).toEqual([]);
  });
});

describe('a registration is refused', () => {
  const code = () => aPackage(ECHO);
  test.each<[string, Record<string, unknown>, string]>([
    ['without code there', { code: 'no/such/folder' }, 'function more: code: neither index.js nor index.mjs is in'],
    ['without its handler there', { handler: 'main.handler' }, 'neither main.js nor main.mjs is in'],
    ['with an unknown key', { memory: 128 }, 'functions: [1].memory: unknown key; allowed are functionName'],
    ['with odd memory', { memorySize: 200 }, 'functions: [1].memorySize: 200 is not allowed'],
    ['with no time', { timeout: 0 }, 'functions: [1].timeout: 0 is not allowed; it must be at least 1'],
    ['with a role that is not there', { role: 'none' }, `role: account ${A} has no role none`],
    ['with a role of another account', { role: `acs:ram::${B}:role/x` }, 'has no role'],
    ['with a reserved variable', { environmentVariables: { FC_X: '1' } }, 'environmentVariables.FC_X: '],
    ['with too many variables', { environmentVariables: { X: 'x'.repeat(4096) } }, 'longer than 4 KB'],
    ['under a name that is taken', { functionName: 'probe' }, 'function probe: given twice'],
  ])('%s', async (_what, config, message) => {
    const functions = [{ functionName: 'more', code: code(), ...config }];
    await expect(aPlatform({ functions })).rejects.toThrow(message);
  });
});
