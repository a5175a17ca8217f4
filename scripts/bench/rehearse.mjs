// Time and memory of `export` and of a rehearsal of 30 nights: the built command line, in a separate process. Most
// orphans are due within the nights, and no limit keeps them.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withEmulator } from './emulator-process.mjs';

const NIGHTS = 30;
/** The limits of a rehearsal for each number of connections. */
const LIMITS = [
  { connections: 2_000, seconds: 20, megabytes: 600 },
  { connections: 10_000, seconds: 120, megabytes: 600 },
];
const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'eu-central-1', 'ap-southeast-1'];
const POLICY = {
  regions: REGIONS,
  rules: { unassociated: '2d', 'tunnels-down': '7d', unrouted: '7d' },
  detach: { force: true },
  limits: { perRun: 500, perRegionShare: 1 },
  pace: { describePerMinute: 1e9 },
};

// The process of the command line reports its memory at its end.
const SCRIPT = `
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write('\\n' + JSON.stringify({ megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }));
  });
  process.argv.splice(1, 0, process.env.BENCH_CLI);
  require(process.env.BENCH_CLI);
`;

/** @returns rows for a table, and the limits that must be kept */
export async function benchRehearse() {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
  try {
    const rows = [];
    for (const { connections } of LIMITS) {
      rows.push(await measure(connections, folder));
    }
    const checks = rows.flatMap((row, at) => checksOf(row, LIMITS[at]));
    return { rows, checks };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// A rehearsal never waits, so it is measured by its CPU time. Wall time would include other work of the machine.
const checksOf = ({ connections, cpuSeconds, megabytes }, limits) => {
  const what = `${NIGHTS} nights of ${connections} connections`;
  return [
    {
      what: `${what}: seconds of CPU`,
      value: cpuSeconds.toFixed(1),
      limit: `at most ${limits.seconds}`,
      ok: cpuSeconds <= limits.seconds,
    },
    {
      what: `${what}: MB resident at the peak`,
      value: megabytes.toFixed(0),
      limit: `at most ${limits.megabytes}`,
      ok: megabytes <= limits.megabytes,
    },
  ];
};

async function measure(connections, folder) {
  const [policy, estate] = [join(folder, 'policy.json'), join(folder, 'estate.yaml')];
  writeFileSync(policy, JSON.stringify(POLICY));
  const args = ['--connections', String(connections), '--regions', REGIONS.join(','), '--limits', 'off'];
  const exported = await withEmulator(args, (access) =>
    command(['export', '--policy', policy, '--out', estate], {
      ALIBABA_CLOUD_VPC_ENDPOINT: access.url,
      ALIBABA_CLOUD_CBN_ENDPOINT: access.url,
      ALIBABA_CLOUD_STS_ENDPOINT: access.url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: access.credentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: access.credentials.accessKeySecret,
    }),
  );
  const rehearsal = ['rehearse', '--policy', policy, '--estate', estate, '--nights', String(NIGHTS), '--json'];
  const { out, ...taken } = await command(rehearsal, {});
  const { totals } = JSON.parse(out);
  if (totals.connections !== connections || totals.nights !== NIGHTS || totals.deleted < connections / 5) {
    throw new Error(`not the rehearsal that was meant: ${JSON.stringify(totals)}`);
  }
  return { connections, exportSeconds: exported.seconds, deleted: totals.deleted, ...taken };
}

async function command(args, env) {
  const startedMs = performance.now();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', SCRIPT, ...args], {
    maxBuffer: 1e9,
    env: { PATH: process.env.PATH, BENCH_CLI: resolve('dist/cli/index.js'), ...env },
  }).catch((error) => {
    throw new Error(`${args[0]} failed: ${error.stderr}`);
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  return { out: stdout, seconds, ...JSON.parse(stderr.trim().split('\n').at(-1)) };
}
