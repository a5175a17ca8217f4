import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import { startClock } from '../../../lib/wiring/machine-clock.ts';
import { envOf, type Ran, run } from '../cli-harness.ts';

let pressStop = (): void => undefined;

const LINE = /^emulator url=(http:\/\/127\.0\.0\.1:\d+) accessKeyId=(\S+) accessKeySecret=(\S+)\n$/;

/** Serves an emulator, runs a task once its line appears, then stops it. */
async function serving(
  args: string[],
  visit: (env: Record<string, string>) => Promise<void>,
  files: Record<string, string> = {},
  { onErr }: { readonly onErr?: (err: string) => unknown } = {},
): Promise<Ran> {
  let visited = Promise.resolve();
  const ran = await run(['emulator', ...args], {
    files,
    clock: startClock(),
    onWrite: (out, err, stop) => {
      if (err !== '') {
        onErr?.(err);
        return;
      }
      const [, url = '', accessKeyId = '', accessKeySecret = ''] = LINE.exec(out) ?? [];
      visited = visit(envOf(url, { accessKeyId, accessKeySecret })).finally(stop);
    },
  });
  await visited;
  return ran;
}

test('prints a line with its address and key, serves until it is stopped, and exits with 0', async () => {
  let planned: Ran | undefined;
  const ran = await serving(['--connections', '3', '--seed', '5', '--limits', 'off'], async (env) => {
    planned = await run(['plan', '--json'], { env, clock: startClock() });
  });
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(LINE);
  expect(JSON.parse(planned?.out ?? '')).toMatchObject({ status: 'complete', regions: [{ connections: 1 }] });
});

test('the port is closed when the command has ended', async () => {
  let url = '';
  await serving([], async (env) => {
    url = env.ALIBABA_CLOUD_VPC_ENDPOINT ?? '';
  });
  await expect(fetch(url)).rejects.toThrow();
});

test('--estate serves a file, --faults adds faults, --save writes the remaining estate', async () => {
  const files: Record<string, string> = {
    'estate.yaml': 'vpnConnections: [{ VpnConnectionId: vco-one, Name: one }]',
    'faults.yaml':
      '- { action: GetCallerIdentity, times: always, fault: { kind: error, status: 403, code: Forbidden } }',
  };
  let planned: Ran | undefined;
  const args = ['--estate', 'estate.yaml', '--faults', 'faults.yaml', '--save', 'left.json'];
  const { code } = await serving(
    args,
    async (env) => {
      planned = await run(['plan'], { env, clock: startClock() });
    },
    files,
  );
  expect(code).toBe(0);
  expect(planned?.code).toBe(4);
  expect(parseEstate(files['left.json'] ?? '', 'left.json').vpnConnections.map((one) => one.VpnConnectionId)).toEqual([
    'vco-one',
  ]);
  expect(JSON.parse(files['left.json'] ?? '')).toBeTypeOf('object');
});

test('--function and --functions run code packages, and a tick starts them', async () => {
  const files = { 'functions.yaml': '- { functionName: other, code: dist/sweep, role: null }' };
  let log = '';
  const { code, err } = await serving(
    ['--functions', 'functions.yaml', '--function', 'sweep=dist/sweep', '--connections', '3'],
    async ({ ALIBABA_CLOUD_VPC_ENDPOINT: url = '' }) => {
      const ask = async (method: string, name: string, body?: string): Promise<unknown> =>
        (await fetch(`${url}/_emulator/${name}`, body === undefined ? { method } : { method, body })).json();
      expect(await ask('GET', 'functions')).toMatchObject([{ id: 'other', role: null }, { id: 'sweep' }]);
      await ask('PUT', 'tick', '{"functionName":"sweep"}');
      while (!log.includes('FC Invoke End')) {
        log = JSON.stringify(await ask('GET', 'invocations'));
      }
    },
    files,
  );
  expect(code).toBe(0);
  expect(err).toMatch(/^sweep 1-[\w-]+: \w+/);
  expect(log).toContain('run.finished');
});

describe('the two commands of docs/dispatch.md', () => {
  const docs = readFileSync('docs/dispatch.md', 'utf8');
  const [, command = ''] = /npx vco-sweeper emulator ([^`]*)\n```/.exec(docs) ?? [];
  const [, body = ''] = /_emulator\/tick -d '([^']*)'/.exec(docs) ?? [];
  const files = { 'docs/local-platform.yaml': readFileSync('docs/local-platform.yaml', 'utf8') };
  const args = command.replace('--port 8765', '').replaceAll('\\\n', ' ').trim().split(/\s+/);

  /** Sends the tick twice. Returns the lines of the first terminal about all invocations. */
  const ticked = async (changed: (arg: string) => string) => {
    const told = () => lines.filter((line) => !line.startsWith('vco-sweeper-dispatch'));
    let lines: readonly string[] = [];
    const seen = { onErr: (err: string) => (lines = err.split('\n').filter(Boolean)) };
    const tick = async (url: string, ended: number) => {
      await fetch(`${url}/_emulator/tick`, { method: 'PUT', body });
      while (lines.length < ended) {
        await new Promise((next) => setTimeout(next, 20));
      }
    };
    const { code } = await serving(
      args.map(changed),
      async ({ ALIBABA_CLOUD_VPC_ENDPOINT: url = '' }) => {
        await tick(url, 13);
        await tick(url, 14);
      },
      files,
      seen,
    );
    expect(code).toBe(0);
    return { sweeps: told(), dispatches: lines.filter((line) => !told().includes(line)) };
  };

  test('sweep three accounts in four regions, each place once', async () => {
    const { sweeps, dispatches } = await ticked((arg) => arg);
    expect(sweeps).toHaveLength(12);
    for (const line of sweeps) {
      expect(line).toMatch(/^vco-sweeper sweep_20261122T193000Z_100000000000000[123]_\S+: Succ/);
    }
    expect(sweeps.filter((line) => / [1-9]\d* deleted/.test(line)).length).toBeGreaterThan(8);
    expect(dispatches.map((line) => line.replace(/ 1-[\w-]+/, ''))).toEqual([
      'vco-sweeper-dispatch: Succeeded, 12 started',
      'vco-sweeper-dispatch: Succeeded, 12 already-started',
    ]);
  });

  test('end eight sweeps well without the third account, and fail four with the reason', async () => {
    const { sweeps } = await ticked((arg) => (arg === '3' ? '2' : arg));
    const failed = sweeps.filter((line) => !line.includes(': Succeeded'));
    expect([sweeps.length, failed.length]).toEqual([12, 4]);
    for (const line of failed) {
      expect(line).toMatch(/_1000000000000003_\S+: Failed, run .*1000000000000003: AssumeRole \S+ \(Create the role/);
    }
  });
});

test.each([
  ['more owners than accounts', ['--owners', '2'], /--owners 2 is more than there are: --accounts 1/],
  ['a function without a folder', ['--function', 'sweep'], /"sweep" is not a function's name and folder/],
  ['a folder without code', ['--function', 'sweep=lib'], /function sweep: code: neither index\.js nor/],
  ['a file that is no list', ['--functions', 'one.yaml'], /^vco-sweeper: one\.yaml: not a list of functions\n$/],
  ['a missing file', ['--functions', 'none.yaml'], /--functions "none\.yaml" cannot be read/],
])('%s is refused with exit code 2', async (_what, args, message) => {
  const { code, err } = await run(['emulator', ...args], { files: { 'one.yaml': 'functionName: sweep' } });
  expect(err).toMatch(message);
  expect(code).toBe(2);
});

test('a generated estate is the same for the same seed', async () => {
  const save = async (seed: string) => {
    const files: Record<string, string> = {};
    await serving(['--seed', seed, '--connections', '5', '--save', 'e.yaml'], async () => undefined, files);
    return parseEstate(files['e.yaml'] ?? '', 'e.yaml').vpnConnections.map(({ VpnConnectionId }) => VpnConnectionId);
  };
  expect(await save('3')).toEqual(await save('3'));
  expect(await save('3')).not.toEqual(await save('4'));
});

describe('keys', () => {
  const keyOf = async (args: string[], files: Record<string, string> = {}) => {
    let key: unknown;
    await serving(
      args,
      async (env) => {
        key = [env.ALIBABA_CLOUD_ACCESS_KEY_ID, env.ALIBABA_CLOUD_ACCESS_KEY_SECRET];
      },
      files,
    );
    return key;
  };

  test.each([
    ['a generated estate', ['--seed', '3', '--connections', '1']],
    ['a file without keys', ['--estate', 'e.yaml']],
    ['a file with an account without keys', ['--estate', 'bare.yaml']],
  ])('of %s differ on each start', async (_what, args) => {
    const files = { 'e.yaml': '{}', 'bare.yaml': 'accounts: [{ accountId: 42 }]' };
    const [one, other] = [await keyOf(args, files), await keyOf(args, files)];
    expect(one).toEqual([expect.stringMatching(/^LTAI/), expect.stringMatching(/^canary-secret-[0-9a-f]{30}$/)]);
    expect(one).not.toEqual(other);
  });

  test('of a file stay the same, and so do the keys of a saved estate', async () => {
    const files: Record<string, string> = {
      'e.yaml': 'accounts: [{ accountId: 42, keys: [{ accessKeyId: LTAImine, accessKeySecret: mine }] }]',
    };
    expect(await keyOf(['--estate', 'e.yaml'], files)).toEqual(['LTAImine', 'mine']);
    const saved = await keyOf(['--connections', '1', '--save', 'saved.json'], files);
    expect(await keyOf(['--estate', 'saved.json'], files)).toEqual(saved);
  });
});

test.each([
  ['--tls', 'vco-sweeper-emulator.pem'],
  ['--tls=mine.pem', 'mine.pem'],
])('%s serves HTTPS, and writes the certificate to %s', async (option, file) => {
  const files: Record<string, string> = {};
  const { code, out } = await run(['emulator', option, '--connections', '1'], {
    files,
    clock: startClock(),
    onWrite: (_out, _err, stop) => stop(),
  });
  expect(code).toBe(0);
  expect(out).toMatch(
    /^emulator url=https:\/\/127\.0\.0\.1:\d+ accessKeyId=\S+ accessKeySecret=\S+ certificate=\S+\n$/,
  );
  expect(out).toContain(`certificate=${resolve(file)}`);
  expect(Object.keys(files)).toEqual([resolve(file)]);
  expect(files[resolve(file)]).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(files[resolve(file)]).not.toContain('PRIVATE');
});

test('--env prints lines for a shell, and ends its output while the emulator serves', async () => {
  let ended = '';
  let shell = '';
  const { code, out } = await run(['emulator', '--env', '--tls', "it's.pem"], {
    files: {},
    clock: startClock(),
    onWrite: (soFar) => {
      shell = soFar;
    },
    onEndOutput: () => {
      ended = shell;
      pressStop();
    },
    onStart: (stop) => {
      pressStop = stop;
    },
  });
  expect(code).toBe(0);
  expect(ended).toBe(out);
  const { stdout } = spawnSync('sh', ['-c', `${out}env`], {
    encoding: 'utf8',
    env: { ALIBABA_CLOUD_SECURITY_TOKEN: 'old' },
  });
  const env = Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/s)));
  const url = env.ALIBABA_CLOUD_VPC_ENDPOINT ?? '';
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(env).toMatchObject({
    ALIBABA_CLOUD_CBN_ENDPOINT: url,
    ALIBABA_CLOUD_STS_ENDPOINT: url,
    VPC_ENDPOINT: url.replace('https://', ''),
    ALIBABA_CLOUD_ACCESS_KEY_ID: expect.stringMatching(/^LTAI/),
    ALICLOUD_SECRET_KEY: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    NODE_EXTRA_CA_CERTS: resolve("it's.pem"),
    VCO_SWEEPER_EMULATOR_PID: String(process.pid),
  });
  expect(env.ALIBABA_CLOUD_SECURITY_TOKEN).toBeUndefined();
});

test('eval "$(vco-sweeper emulator --env &)" continues at once, and the emulator keeps serving', () => {
  const script = `
    eval "$("$NODE" dist/cli/index.js emulator --env --regions cn-hangzhou --connections 2 &)"
    "$NODE" dist/cli/index.js plan --json
    code=$?
    kill "$VCO_SWEEPER_EMULATOR_PID"
    exit $code
  `;
  const env = { PATH: process.env.PATH, NODE: process.execPath, ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou' };
  const { status, stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env, timeout: 50_000 });
  expect(JSON.parse(stdout)).toMatchObject({ regions: [{ regionId: 'cn-hangzhou', connections: 2 }] });
  expect(status).not.toBe(2);
});

test('an occupied port is refused with exit code 2', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const { code, out, err } = await run(['emulator', '--port', String(port)]);
  other.close();
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^vco-sweeper: the emulator cannot listen: .*taken\n$/);
});

let played: Promise<Ran> | undefined;

/** The demo, played once for all tests that read its story. */
const demo = () => {
  played ??= run(['demo'], { clock: startClock() });
  return played;
};

test('the demo finds, marks, deletes and keeps connections, and shows each step', async () => {
  const { code, out, err } = await demo();
  expect(code).toBe(0);
  expect(err).toBe('');
  expect(out).toMatch(
    /1\. Plan[\s\S]*planned +vco-[\s\S]*waiting +vco-[\s\S]*connections stay, because they are\n +\d+ {2}in use/,
  );
  expect(out).toMatch(/2\. Mark\n\d+ orphans marked/);
  expect(out).toMatch(
    /3\. Sweep, 25h later[\s\S]*blocked +vco-[\s\S]*deleted +vco-[\s\S]*held +vco-[\s\S]*Why was .* deleted\?/,
  );
  const [, alive, inUse] = /all that were in use \((\d+)\s+of\s+(\d+)\)/.exec(out) ?? [];
  expect(Number(alive)).toBeGreaterThan(10);
  expect(alive).toBe(inUse);
});

test('the demo attaches a held connection again, and creates a deleted connection again', async () => {
  const { out, files } = await demo();
  const [, , , sweep = '', held = '', again = '', deleted = '', left = ''] = out.split(/^\d\. /m);
  const [, heldId] = /restore (vco-\w+) --store /.exec(held) ?? [];
  const [, deletedId] = /restore (vco-\w+) --store /.exec(deleted) ?? [];
  for (const id of [heldId, deletedId]) {
    expect(sweep).toMatch(new RegExp(`^held +${id} `, 'm'));
  }
  expect(held).toContain(`${heldId} is restored.`);
  expect(again).not.toContain(heldId);
  expect(again).toMatch(new RegExp(`^deleted +${deletedId} `, 'm'));
  expect(deleted).toMatch(new RegExp(`^${deletedId} is restored as vco-\\w+\\.$`, 'm'));
  expect(deleted).toMatch(/^ {2}- InternetIp of tunnel 1: [\d.]+ before, [\d.]+ now$/m);
  expect(left.replaceAll(/\s+/g, ' ')).toContain('Both connections that somebody missed are attached again');
  const page = Object.values(files).join('');
  expect(page).toContain(heldId);
  expect(page).toContain(deletedId);
});

test('the numbers of the demo add up', async () => {
  const { out } = await demo();
  const [, plan = '', mark = ''] = out.split(/^\d\. /m);
  const [, left = ''] = out.split(/^7\. /m);
  const sumOf = (text: string) =>
    [...text.matchAll(/^ {2} *(\d+) {2}\S/gm)].reduce((sum, [, number]) => sum + Number(number), 0);
  const [, stay] = /(\d+) connections stay, because/.exec(plan) ?? [];
  expect(sumOf(plan)).toBe(Number(stay));
  const marked = [
    ...mark
      .replaceAll(/\s+/g, ' ')
      .matchAll(/(\d+) (?:orphans? marked|are due already|had a mark|was detached|are blocked)/g),
  ];
  expect(Number(stay) + marked.reduce((sum, [, number]) => sum + Number(number), 0)).toBe(60);
  const [, deleted, rest] =
    /(\d+) of 60 connections were deleted[\s\S]*?The\s+(\d+)\s+that\s+are\s+left\s+are/.exec(left) ?? [];
  const created = 1;
  expect(Number(deleted) + Number(rest)).toBe(60 + created);
  expect(sumOf(left)).toBe(Number(rest));
});

test('Ctrl-C ends the demo', async () => {
  const { code } = await run(['demo'], {
    clock: startClock(),
    onWrite: (out, _err, stop) => {
      if (out.includes('1. Plan')) {
        stop();
      }
    },
  });
  expect(code).toBe(130);
});
