// Whole runs on a real clock, over HTTP: the built function, and scripts that use the same SDK, each program in a process of
// its own. The emulator runs in another process, so CPU time counts only the sweeping process.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withEmulator } from './emulator-process.mjs';

const OURS = 'vco-sweeper';
const ORPHANS = 1_000;
/** The sequential script needs a quarter of a second for each connection. */
const ORPHANS_SEQUENTIAL = 60;
const ROUNDS = 3;
const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'eu-central-1', 'ap-southeast-1'];
const LATENCY_MS = 20;
const LIMITS = { callsPerDeletion: 2.6, cpuMsPerDeletion: 2 };

/**
 * A deleted connection stays readable for up to three reads. This is the default, because real connections do not
 * vanish at once.
 */
const BEHAVIOURS = { detachPolls: null, detachMs: 300, detachSecondPolls: 0, detachSecondMs: 0, deleteReads: 'random' };

/**
 * A detach of the bench takes 300 ms. Real detaches take tens of seconds, and production polls every 5 s. So the
 * interval is a sixth of a detach in both clouds, here 50 ms. `recheck.maxAge` keeps its default of 10 s, because the calls
 * themselves are as slow as real calls. Limits of a run and the pace are lifted, so that only the engine and the client
 * are measured.
 */
const POLICY = {
  mode: 'sweep',
  regions: REGIONS,
  rules: { unassociated: '0s', 'tunnels-down': '0s' },
  limits: { perRun: 1_000_000, perRegionShare: 1 },
  wait: { pollInterval: '50ms', detachTimeout: '10m', deleteTimeout: '10m' },
  pace: { describePerMinute: 1e9, writePerMinute: 1e9, concurrency: 1e6 },
};

const CONTENDERS = [
  { contender: OURS, orphans: ORPHANS, args: ['scripts/bench/http/sweeper.cjs'] },
  { contender: 'all at once', orphans: ORPHANS, args: ['scripts/bench/http/script.cjs', 'unbounded'] },
  { contender: 'sequential', orphans: ORPHANS_SEQUENTIAL, args: ['scripts/bench/http/script.cjs', 'sequential'] },
];

/** @returns rows for a table, each with the round of the median CPU time, and the limits that must be kept */
export async function benchHttp({ rounds = ROUNDS } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
  try {
    const measured = CONTENDERS.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, subject] of CONTENDERS.entries()) {
        measured[index].push(await measure(subject, folder));
      }
    }
    const rows = measured.map(median);
    return { rows, checks: toChecks(rows.find(({ contender }) => contender === OURS)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ contender, orphans, args }, folder) {
  const estate = join(folder, `${orphans}.json`);
  writeFileSync(estate, JSON.stringify(createEstate(orphans)));
  const options = ['--estate', estate, '--latency', String(LATENCY_MS), '--limits', 'off'];
  return await withEmulator(options, async ({ url, credentials }) => {
    await control(url, 'behaviours', { method: 'PUT', body: JSON.stringify(BEHAVIOURS) });
    const { seconds, cpuMs } = await run(args, url, credentials);
    const calls = await control(url, 'calls');
    const { vpnConnections } = await control(url, 'estate');
    return {
      contender,
      orphans,
      calls: calls.length,
      callsByAction: countByAction(calls),
      callsPerDeletion: calls.length / orphans,
      cpuMsPerDeletion: cpuMs / orphans,
      seconds,
      left: vpnConnections.filter(({ State }) => State !== 'deleted').length,
    };
  });
}

async function run(args, url, credentials) {
  const { stderr } = await promisify(execFile)(process.execPath, [...execArguments(), ...args], {
    maxBuffer: 1e9,
    // Only the needed part of the environment, because a policy or an endpoint would change the measurement.
    env: {
      PATH: process.env.PATH,
      ALIBABA_CLOUD_VPC_ENDPOINT: url,
      ALIBABA_CLOUD_CBN_ENDPOINT: url,
      ALIBABA_CLOUD_STS_ENDPOINT: url,
      SWEEP_POLICY: JSON.stringify(POLICY),
      BENCH_BUNDLE: resolve('dist/sweep/index.js'),
      BENCH_CREDENTIALS: JSON.stringify(credentials),
      BENCH_REGIONS: REGIONS.join(','),
    },
  });
  return JSON.parse(stderr);
}

/** For a profile: `BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=prof' npm run bench -- --only http`. */
const execArguments = () => (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter((text) => text !== '');

async function control(url, path, options) {
  const response = await fetch(`${url}/_emulator/${path}`, options);
  if (!response.ok) {
    throw new Error(`the emulator refused ${path}: ${await response.text()}`);
  }
  return await response.json();
}

/** Every other connection of a region is attached to its transit router, and its tunnel is down. */
function createEstate(orphans) {
  return {
    regions: REGIONS.map((RegionId) => ({ RegionId })),
    accounts: [{ accountId: '1000000000000001', keys: [{ accessKeyId: 'bench', accessKeySecret: 'bench' }] }],
    transitRouters: REGIONS.map((RegionId) => ({ TransitRouterId: `tr-${RegionId}`, RegionId })),
    vpnConnections: Array.from({ length: orphans }, (_, index) => {
      const regionId = REGIONS[index % REGIONS.length];
      const isAttached = Math.floor(index / REGIONS.length) % 2 === 0;
      return {
        VpnConnectionId: `vco-${index}`,
        regionId,
        CreateTime: Date.now() - 1_000 * 3_600_000,
        ...(isAttached ? { TransitRouterId: `tr-${regionId}`, Status: 'ike_sa_not_established' } : {}),
      };
    }),
  };
}

function countByAction(calls) {
  const counts = {};
  for (const { action } of calls) {
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

const median = (rows) => rows.toSorted((a, b) => a.cpuMsPerDeletion - b.cpuMsPerDeletion)[Math.floor(rows.length / 2)];

function toChecks({ orphans, left, callsPerDeletion, cpuMsPerDeletion }) {
  const name = `${orphans} orphans over HTTP`;
  const atMost = (what, value, most) => ({
    what: `${name}: ${what}`,
    value: value.toFixed(2),
    limit: `at most ${most}`,
    ok: value <= most,
  });
  return [
    { what: `${name}: left`, value: left, limit: '0', ok: left === 0 },
    atMost('calls a deletion', callsPerDeletion, LIMITS.callsPerDeletion),
    atMost('CPU ms a deletion', cpuMsPerDeletion, LIMITS.cpuMsPerDeletion),
  ];
}
