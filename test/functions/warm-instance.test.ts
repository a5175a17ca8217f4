import { spawn } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { ACCOUNT, REGION } from '../support/builders.ts';
import { startFunctionCompute } from '../support/function-compute.ts';

/** The suite makes few runs. `WARM_RUNS=300 npx vitest run test/functions/warm-instance.test.ts` is the long run. */
const RUNS = Number(process.env.WARM_RUNS ?? 3);
const REGIONS = Array.from({ length: 30 }, (_, at) => `xx-region-${at + 10}`);
const KEY = { accessKeyId: 'LTAIwarm', accessKeySecret: 'warm-secret' };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A process that makes several runs, as a warm instance does, and then reports its open resources. */
const SCRIPT = `
  const sockets = new Set();
  require('node:diagnostics_channel').subscribe('net.client.socket', ({ socket }) => sockets.add(socket));
  const { handler } = require(process.env.TEST_BUNDLE);
  const context = JSON.parse(process.env.TEST_CONTEXT);
  (async () => {
    const endings = [];
    for (let run = 0; run < Number(process.env.TEST_RUNS); run += 1) {
      await handler(Buffer.from('{}'), context).then(
        (answer) => endings.push(JSON.parse(answer).status ?? 'dispatched'),
        (error) => endings.push(error.message),
      );
    }
    const open = [...sockets].filter((socket) => !socket.destroyed).length;
    const { maxRSS } = process.resourceUsage();
    process.stderr.write('LEFT ' + JSON.stringify({ endings, made: sockets.size, open, maxRSS }));
    process.exit(0);
  })();
`;

type Left = {
  readonly endings: readonly string[];
  /** Number of sockets that were opened. `open` counts the sockets still open after the last run. */
  readonly made: number;
  readonly open: number;
  /** The greatest memory use, in kB. */
  readonly maxRSS: number;
};

async function live(bundle: string, runs: number, env: Readonly<Record<string, string>>): Promise<Left> {
  const context = { requestId: '1-2-3', region: REGION, accountId: ACCOUNT, credentials: KEY };
  const child = spawn(process.execPath, ['-e', SCRIPT], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      TEST_BUNDLE: resolve(bundle, 'index.js'),
      TEST_CONTEXT: JSON.stringify({ ...context, function: { timeout: 600 } }),
      TEST_RUNS: String(runs),
      ...env,
    },
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  await new Promise((settle) => child.on('close', settle));
  const left: Left = JSON.parse(text.slice(text.indexOf('LEFT ') + 5));
  if (process.env.WARM_RUNS !== undefined) {
    process.stdout.write(`${bundle}: ${runs} runs made ${left.made} sockets, ${left.open} open, ${left.maxRSS} kB\n`);
  }
  return left;
}

const endpoints = (url: string) =>
  Object.fromEntries(['VPC', 'CBN', 'STS', 'RESOURCEDIRECTORY'].map((name) => [`ALIBABA_CLOUD_${name}_ENDPOINT`, url]));

async function startCloud() {
  const vpnConnections = REGIONS.map((regionId, at) => ({ VpnConnectionId: `vco-${at}`, regionId }));
  const estate = {
    accounts: [{ accountId: ACCOUNT, keys: [KEY] }],
    regions: REGIONS.map((RegionId) => ({ RegionId })),
    vpnConnections,
  };
  const cloud = await startEmulator({ estate: parseEstate(JSON.stringify(estate), 'test'), seed: 1, limits: 'off' });
  stops.push(cloud.close);
  return endpoints(cloud.url);
}

const pace = { describePerMinute: 600_000, writePerMinute: 60_000 };

test('runs of a warm sweep over thirty regions leave no socket open', { timeout: 600_000 }, async () => {
  const policy = JSON.stringify({ mode: 'mark', regions: REGIONS, pace });
  const left = await live('dist/sweep', RUNS, { ...(await startCloud()), SWEEP_POLICY: policy, LOG_LEVEL: 'silent' });
  expect(new Set(left.endings)).toEqual(new Set(['complete']));
  expect(left.made).toBeGreaterThanOrEqual(RUNS);
  expect(left.open).toBe(0);
});

test('failing runs of a warm sweep leave no socket open either', async () => {
  const env = { ...(await startCloud()), SWEEP_POLICY: JSON.stringify({ regions: ['xx-nowhere-1'], pace }) };
  const left = await live('dist/sweep', 2, { ...env, LOG_LEVEL: 'silent' });
  expect(left).toMatchObject({ endings: [expect.stringContaining('incomplete'), expect.any(String)], open: 0 });
  expect(left.made).toBeGreaterThan(0);
});

test('runs of a warm dispatcher leave no socket open', { timeout: 600_000 }, async () => {
  const fc = await startFunctionCompute(undefined, KEY);
  stops.push(fc.close);
  const env = { ...(await startCloud()), ALIBABA_CLOUD_FC_ENDPOINT: fc.url, LOG_LEVEL: 'silent' };
  const left = await live('dist/dispatch', RUNS, { ...env, SWEEP_POLICY: JSON.stringify({ regions: 'all', pace }) });
  expect(new Set(left.endings)).toEqual(new Set(['dispatched']));
  expect(fc.invoked.length).toBe(RUNS * REGIONS.length);
  expect(left.open).toBe(0);
});

test('if the listings of a cloud never end, a sweep stays within the memory of the function', async () => {
  const caller = { RequestId: '6F0E1D2C-0000-4000-8000-000000000001', AccountId: ACCOUNT, IdentityType: 'Account' };
  const server = createServer((request, response) => {
    let form = '';
    request.on('data', (chunk) => {
      form += String(chunk);
    });
    request.on('end', () =>
      form.includes('Action=GetCallerIdentity') ? response.end(JSON.stringify(caller)) : sendForEver(response),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  stops.push(() => new Promise((closed) => server.close(() => closed())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...endpoints(url), SWEEP_POLICY: JSON.stringify({ regions: REGIONS, pace }), LOG_LEVEL: 'silent' };
  const { endings, open, maxRSS } = await live('dist/sweep', 1, env);
  expect(endings).toEqual([expect.stringContaining('ReplyTooLarge')]);
  expect(open).toBe(0);
  // The memory of the function.
  expect(maxRSS).toBeLessThan(512 * 1024);
});

function sendForEver(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const fill = () => {
    let takesMore = true;
    while (takesMore && !response.destroyed) {
      takesMore = response.write(chunk);
    }
  };
  response.writeHead(200).on('drain', fill);
  fill();
}
