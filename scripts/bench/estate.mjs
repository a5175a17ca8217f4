// Memory and time to list and judge an estate: the built function in plan mode, in a fresh process, against the emulator
// over HTTP in another process.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { withEmulator } from './emulator-process.mjs';

const SIZES = [1_000, 10_000, 100_000];
const REGION_COUNT = 30;
export const MEGABYTES_MAX = 250;
const GROWTH_MAX = 11;

const SCRIPT = `
  const { handler } = require(process.env.BENCH_BUNDLE);
  const startedMs = Date.now();
  const context = { requestId: 'bench', region: 'cn-r0', credentials: JSON.parse(process.env.BENCH_CREDENTIALS) };
  handler(Buffer.from('{}'), context).then((answer) => {
    const { status, counts } = JSON.parse(answer);
    const seconds = (Date.now() - startedMs) / 1000;
    process.stderr.write(JSON.stringify({ status, counts, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
  });
`;

/** @returns rows for a table, and the limits that must be kept */
export async function benchEstate() {
  const rows = [];
  for (const connections of SIZES) {
    rows.push(await measure(connections));
  }
  const [, middle, large] = rows;
  const growth = large.seconds / middle.seconds;
  return {
    rows,
    checks: [
      {
        what: `${SIZES[2]} connections: MB resident at the peak`,
        value: large.megabytes.toFixed(0),
        limit: `at most ${MEGABYTES_MAX}`,
        ok: large.megabytes <= MEGABYTES_MAX,
      },
      {
        what: `time for ${SIZES[2]} beside ${SIZES[1]}`,
        value: growth.toFixed(1),
        limit: `at most ${GROWTH_MAX}`,
        ok: growth <= GROWTH_MAX,
      },
    ],
  };
}

/**
 * Lists and judges this number of connections in mode plan.
 *
 * @param env further variables of the function
 */
export async function measure(connections, env = {}) {
  const regions = Array.from({ length: REGION_COUNT }, (_, index) => `cn-r${index}`);
  const args = ['--connections', String(connections), '--regions', regions.join(','), '--limits', 'off'];
  const { status, counts, seconds, megabytes } = await withEmulator(args, (access) => judge(access, regions, env));
  const judged = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (status !== 'complete' || judged < connections) {
    throw new Error(`${judged} of ${connections} judged, and the run ended ${status}`);
  }
  return { connections: judged, seconds, megabytes };
}

async function judge({ url, credentials }, regions, env) {
  const policy = { mode: 'plan', regions, pace: { describePerMinute: 1e9 } };
  const { stderr } = await promisify(execFile)(process.execPath, ['-e', SCRIPT], {
    maxBuffer: 1e9,
    env: {
      PATH: process.env.PATH,
      ALIBABA_CLOUD_VPC_ENDPOINT: url,
      ALIBABA_CLOUD_CBN_ENDPOINT: url,
      ALIBABA_CLOUD_STS_ENDPOINT: url,
      LOG_LEVEL: 'error',
      SWEEP_POLICY: JSON.stringify(policy),
      BENCH_BUNDLE: resolve('dist/sweep/index.js'),
      BENCH_CREDENTIALS: JSON.stringify(credentials),
      ...env,
    },
  });
  return JSON.parse(stderr);
}
