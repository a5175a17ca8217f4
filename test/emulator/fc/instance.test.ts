import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { build } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { Capture } from '../../../lib/emulator/fc/capture.ts';
import { A, KEY, REGION } from '../emulator-support.ts';
import { aPackage, aPlatform, aStoppedClock, cleanUp, only, until } from './fc-support.ts';

afterEach(cleanUp);

const json = ({ data }: { data: unknown }) => JSON.parse(String(data));
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const SURROUNDINGS = `exports.handler = async (event, { logger, ...context }) => ({
  context, env: process.env, cwd: process.cwd(), argv: process.argv.length, flags: process.execArgv[0],
  logger: Object.keys(logger).sort(),
})`;

describe('the surroundings of a handler', () => {
  test('is the context of the platform', async () => {
    const { invoke } = await aPlatform({ source: SURROUNDINGS, config: { memorySize: 256, timeout: 30 } });
    const reply = await invoke('');
    expect(json(reply)).toMatchObject({
      context: {
        requestId: reply.headers['x-fc-request-id'],
        region: REGION,
        accountId: A,
        credentials: {
          accessKeyId: expect.stringMatching(/^STS\./),
          accessKeySecret: expect.any(String),
          securityToken: expect.any(String),
        },
        function: { name: 'probe', handler: 'index.handler', memory: 256, timeout: 30 },
        service: { name: '', qualifier: 'LATEST' },
        retryCount: 0,
      },
      flags: '--max-old-space-size=256',
      argv: 1,
      logger: ['debug', 'error', 'info', 'log', 'warn'],
    });
  });

  test('is the environment of the platform with its own variables, and nothing of this process', async () => {
    process.env.FC_TEST_SECRET = 'not for functions';
    const environmentVariables = { SWEEP_MODE: 'mark', ALIBABA_CLOUD_VPC_ENDPOINT: 'http://localhost:1' };
    const code = aPackage(SURROUNDINGS);
    const { invoke, emulator } = await aPlatform({ config: { code, environmentVariables } });
    const { env, cwd, context } = json(await invoke(''));
    delete process.env.FC_TEST_SECRET;
    expect(cwd).toBe(code);
    expect(env).toEqual({
      PATH: process.env.PATH,
      TZ: 'UTC',
      FC_ACCOUNT_ID: A,
      FC_REGION: REGION,
      FC_FUNCTION_NAME: 'probe',
      FC_FUNCTION_HANDLER: 'index.handler',
      FC_FUNCTION_MEMORY_SIZE: '512',
      FC_FUNC_CODE_PATH: `${code}/`,
      FC_INSTANCE_ID: expect.stringMatching(/^c-[0-9a-f]{8}-/),
      FC_CUSTOM_LISTEN_PORT: '9000',
      FC_VER_ID: 'LATEST',
      ALIBABA_CLOUD_ACCESS_KEY_ID: expect.stringMatching(/^STS\./),
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: expect.any(String),
      ALIBABA_CLOUD_SECURITY_TOKEN: expect.any(String),
      ALIBABA_CLOUD_VPC_ENDPOINT: 'http://localhost:1',
      ALIBABA_CLOUD_CBN_ENDPOINT: emulator.url,
      ALIBABA_CLOUD_STS_ENDPOINT: emulator.url,
      ALIBABA_CLOUD_FC_ENDPOINT: emulator.url,
      ALIBABA_CLOUD_RESOURCEDIRECTORY_ENDPOINT: emulator.url,
      SWEEP_MODE: 'mark',
    });
    // The environment has the credentials of the instance's start. The context has the credentials of this invocation.
    expect(context.credentials.accessKeyId).not.toBe(env.ALIBABA_CLOUD_ACCESS_KEY_ID);
  });

  test('names the service for a function of 2.0', async () => {
    const { older } = await aPlatform({ source: SURROUNDINGS, config: { serviceName: 'jobs' } });
    const { context, env } = json(await older.invokeFunction('jobs', 'probe', ''));
    expect(context).toMatchObject({ function: { name: 'probe' }, service: { name: 'jobs', qualifier: 'LATEST' } });
    expect(env).toMatchObject({ FC_SERVICE_NAME: 'jobs', FC_QUALIFIER: 'LATEST', securityToken: expect.any(String) });
  });

  test('are credentials of its role, which the emulator knows and restricts to the actions of the role', async () => {
    const roles = [{ name: 'sweeper', trusted: [], allow: ['vpc:DescribeRegions', 'fc:*'] }];
    const { invoke, emulator } = await aPlatform({
      source: SURROUNDINGS,
      estate: { accounts: [{ accountId: A, keys: [KEY], roles }] },
      config: { role: `acs:ram::${A}:role/sweeper` },
    });
    const { credentials } = json(await invoke('')).context;
    const { v1, CBN, STS, VPC } = await import('../emulator-support.ts');
    const call = async (action: string, version: string) => {
      const common = { Timestamp: `${new Date().toISOString().slice(0, 19)}Z`, SignatureNonce: action };
      const { headers, ...request } = v1(action, {}, { version, key: credentials, common });
      const { host: _host, ...rest } = headers as Record<string, string>;
      const reply = await fetch(emulator.url + request.url, { ...request, headers: rest });
      return { status: reply.status, body: await reply.json() };
    };
    expect(await call('GetCallerIdentity', STS)).toMatchObject({
      status: 200,
      body: { Arn: `acs:ram::${A}:assumed-role/sweeper/probe` },
    });
    expect(await call('DescribeRegions', VPC)).toMatchObject({ status: 200 });
    expect(await call('DescribeCens', CBN)).toMatchObject({ body: { Code: 'Unauthorized' } });
  });

  test('are no credentials without a role', async () => {
    const { invoke } = await aPlatform({ source: SURROUNDINGS, config: { role: null } });
    const { context, env } = json(await invoke(''));
    expect(context).not.toHaveProperty('credentials');
    expect(env).toMatchObject({ ALIBABA_CLOUD_ACCESS_KEY_ID: '', ALIBABA_CLOUD_SECURITY_TOKEN: '' });
  });

  test('may be code in ES modules, in a file of its own name', async () => {
    const esm = 'export const run = async (event) => event + " by " + import.meta.url.split(".").at(-1)';
    const { newer } = await aPlatform({
      functions: [{ functionName: 'esm', code: aPackage(esm, 'main.mjs'), handler: 'main.run' }],
    });
    expect((await newer.post('/functions/esm/invocations', 'run')).data).toBe('run by mjs');
  });
});

describe('an instance', () => {
  const counting = 'let count = 0; exports.handler = async () => ({ pid: process.pid, count: (count += 1) })';

  test('is used again while it is warm, and module state survives', async () => {
    const { invoke } = await aPlatform({ source: counting });
    const first = json(await invoke(''));
    expect(json(await invoke(''))).toEqual({ pid: first.pid, count: 2 });
  });

  test('is new for each invocation when the function says so, and the old instance is gone', async () => {
    const { invoke } = await aPlatform({ source: counting, config: { reuse: false } });
    const first = json(await invoke(''));
    expect(json(await invoke(''))).toMatchObject({ count: 1 });
    await until(() => !isAlive(first.pid));
  });

  test('that died while it was idle is not used again', async () => {
    const source = 'exports.handler = async () => { setTimeout(() => process.exit(0), 20); return process.pid; }';
    const { invoke } = await aPlatform({ source });
    const first = Number((await invoke('')).data);
    await until(() => !isAlive(first));
    const { headers, data } = await invoke('');
    expect(headers).not.toHaveProperty('x-fc-error-type');
    expect(Number(data)).not.toBe(first);
  });

  test('takes a single invocation at a time, so two invocations need two instances', async () => {
    const source = `exports.handler = async (event) => {
      const met = require('node:path').join(__dirname, 'met');
      require('node:fs').writeFileSync(met + event, '');
      const other = met + (event.toString() === 'a' ? 'b' : 'a');
      while (!require('node:fs').existsSync(other)) await new Promise((next) => setTimeout(next, 5));
      return process.pid;
    }`;
    const { invoke } = await aPlatform({ source });
    const [a, b] = await Promise.all([invoke('a'), invoke('b')]);
    expect(a.data).not.toBe(b.data);
  });

  test('that is busy when its time is up is killed, which is an unhandled error', async () => {
    const source = 'exports.handler = async () => { console.log("pid " + process.pid); for (;;); }';
    const { invoke, fc } = await aPlatform({ source, config: { timeout: 1 } });
    const { headers, data } = await invoke('');
    expect(headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(data).toEqual({
      errorMessage: expect.stringMatching(/^Function time out after 1 seconds \(duration: \d+ms/),
    });
    const { log, status } = only(fc.invocations);
    expect(status).toBe('Failed');
    expect(log).toMatch(/FC Invoke End RequestId: 1-\S+, Error: Function time out after 1 seconds/);
    expect(isAlive(Number(/pid (\d+)/.exec(log)?.[1]))).toBe(false);
  });

  test('that needs more memory than it has ends, which is an unhandled error', async () => {
    const source = `exports.handler = async () => {
      const kept = [];
      for (;;) kept.push(new Array(100_000).fill(Math.random()));
    }`;
    const { invoke, fc } = await aPlatform({ source, config: { memorySize: 128 } });
    const { headers, data } = await invoke('');
    expect(headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(data).toMatchObject({ errorMessage: expect.stringMatching(/^Process exited unexpectedly/) });
    expect(only(fc.invocations).log).toMatch(/heap out of memory/);
  });
});

describe('the log of an invocation', () => {
  test('is the output between two lines of the platform, with raw lines unchanged', async () => {
    const source = `exports.handler = async (event, { logger }) => {
      process.stdout.write('{"raw":true}\\n');
      console.log('said %s', 'so');
      logger.error('went wrong');
      process.stdout.write('no newline at the end');
    }`;
    const { invoke, fc } = await aPlatform({ source });
    const { headers } = await invoke('');
    const id = headers['x-fc-request-id'];
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    expect(only(fc.invocations).log.split('\n')).toEqual([
      `FC Invoke Start RequestId: ${id}`,
      '{"raw":true}',
      expect.stringMatching(new RegExp(`^${time} ${id} \\[info\\] said so$`)),
      expect.stringMatching(new RegExp(`^${time} ${id} \\[error\\] went wrong$`)),
      'no newline at the end',
      `FC Invoke End RequestId: ${id}`,
      '',
    ]);
  });

  test('holds the error that was thrown, and the end line says so', async () => {
    const { invoke, fc } = await aPlatform({ source: 'exports.handler = async () => { throw new Error("oops") }' });
    const { headers } = await invoke('');
    const [start, error = '', end] = only(fc.invocations).log.split('\n');
    expect(start).toBe(`FC Invoke Start RequestId: ${headers['x-fc-request-id']}`);
    expect(JSON.parse(error)).toMatchObject({ errorMessage: 'oops', errorType: 'Error' });
    expect(end).toBe(`FC Invoke End RequestId: ${headers['x-fc-request-id']}, Error: Handled function error`);
  });

  test('is its own, whole and in order, even when both streams print a lot', async () => {
    const source = `exports.handler = async (event) => {
      for (let line = 0; line < 5000; line += 1) process.stdout.write(event + ' out ' + line + '\\n');
      process.stderr.write(event + ' err\\n');
    }`;
    const { invoke, fc } = await aPlatform({ source });
    for (const name of ['a', 'b']) {
      await invoke(name);
    }
    for (const [at, name] of ['a', 'b'].entries()) {
      const lines = (fc.invocations[at]?.log ?? '').trim().split('\n').slice(1, -1);
      expect(lines.filter((line) => line !== `${name} err`)).toEqual(
        Array.from({ length: 5000 }, (_, line) => `${name} out ${line}`),
      );
      expect(lines).toHaveLength(5001);
    }
  });

  test('is whole wherever its pieces are cut, and ends where both streams say so', async () => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const capture = new Capture(out, err);
    const marker = '\u0000end 1\u0000';
    let isOver = false;
    const over = capture.until(marker).then(() => {
      isOver = true;
    });
    const turn = () => new Promise((next) => setImmediate(next));
    for (const piece of ['a\u0000', 'end of it\u0000en', 'd 1', '\u0000later']) {
      out.write(piece);
      await turn();
    }
    expect(isOver).toBe(false);
    err.write(marker);
    await over;
    expect(capture.take()).toBe('a\u0000end of itlater');
  });

  test('has no secret that the handler did not print, not even when it was killed', async () => {
    const source = `exports.handler = async (event) => {
      if (event.toString() === 'throw') throw new Error('thrown');
      if (event.toString() === 'exit') process.exit(3);
      return 'fine';
    }`;
    const { invoke, fc, emulator } = await aPlatform({ source });
    for (const event of ['', 'throw', 'exit']) {
      await invoke(event);
    }
    await expect(invoke('', { 'x-fc-invocation-type': 'x' })).rejects.toThrow();
    const shown = JSON.stringify([fc.invocations, fc.functions, emulator.calls]);
    expect(shown).toContain('Process exited');
    expect(shown).not.toMatch(/canary|testsecret/);
  });

  test('is cut when it grows without end', async () => {
    const source =
      'exports.handler = async () => { for (let at = 0; at < 1100; at += 1) process.stdout.write("x".repeat(1000)); }';
    const { invoke, fc } = await aPlatform({ source });
    await invoke('');
    expect(only(fc.invocations).log.length).toBeLessThan(1_001_000);
    expect(only(fc.invocations).log).toMatch(/\n… the rest of the output was left out\nFC Invoke End/);
  });
});

describe('no process outlives the emulator', () => {
  const busy = `
    const { spawn } = require('node:child_process');
    const { writeFileSync } = require('node:fs');
    exports.handler = async () => {
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      console.log('pids ' + process.pid + ' ' + other.pid);
      writeFileSync(require('node:path').join(__dirname, 'pids'), process.pid + ' ' + other.pid + '\\n');
      for (;;);
    };
  `;
  /** The process of the instance and its child process, as soon as they exist. */
  async function pidsIn(code: string): Promise<number[]> {
    const read = () => {
      try {
        return readFileSync(join(code, 'pids'), 'utf8');
      } catch {
        return '';
      }
    };
    await until(() => read().endsWith('\n'));
    return read().trim().split(' ').map(Number);
  }

  test('that is closed: neither a busy process, nor its child process, nor a warm process', async () => {
    const code = aPackage(busy);
    const { invoke, emulator, fc, newer } = await aPlatform({
      config: { code },
      functions: [{ functionName: 'warm', code: aPackage('exports.handler = async () => process.pid') }],
    });
    const warm = Number((await newer.post('/functions/warm/invocations', '')).data);
    await invoke('', { 'x-fc-invocation-type': 'Async' });
    const pids = [...(await pidsIn(code)), warm];
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    await emulator.close();
    await until(() => !pids.some(isAlive));
    await fc.idle();
  });

  test('that is closed while a retry waits, on a clock that stands still', async () => {
    const source = 'exports.handler = async () => { throw new Error("again") }';
    const { invoke, emulator, fc } = await aPlatform({ source, clock: aStoppedClock() });
    await invoke('', { 'x-fc-invocation-type': 'Async' });
    await until(() => only(fc.invocations).status === 'Retrying');
    await emulator.close();
    await fc.idle();
    expect(only(fc.invocations)).toMatchObject({ attempts: 1 });
  });

  test.each(['SIGKILL', 'SIGTERM', 'exit'] as const)('whose process ends by %s', async (how) => {
    const code = aPackage(busy);
    const bundle = join(code, 'emulator.cjs');
    await build({
      stdin: {
        contents: [
          "export { defineEstate } from './estate/parse-estate.ts';",
          "export { startEmulator } from './start-emulator.ts';",
        ].join('\n'),
        resolveDir: 'lib/emulator',
      },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
    const script = `
      const { defineEstate, startEmulator } = require(${JSON.stringify(bundle)});
      const functions = [{ functionName: 'probe', code: ${JSON.stringify(code)} }];
      startEmulator({ estate: defineEstate({}), functions }).then(({ fc }) => fc.invoke('probe', ''));
      process.stdin.once('data', () => process.exit(0));
    `;
    const emulator = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'ignore', 'inherit'] });
    const pids = await pidsIn(code);
    if (how === 'exit') {
      emulator.stdin.write('\n');
    } else {
      emulator.kill(how);
    }
    await once(emulator, 'exit');
    await until(() => !pids.some(isAlive));
  });
});
