// The costs of a store: whole runs with a store compared with runs without it, the memory of a plan of a big estate,
// and a restore.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withEmulator } from './emulator-process.mjs';
import { MEGABYTES_MAX, measure } from './estate.mjs';
import { nameOf, runBundled } from './runs.mjs';

const MORE_CALLS_MAX = 1.5;
const MORE_TIME_MAX = 15;
const PLANNED = 100_000;
const RESTORE_SECONDS_MAX = 5;
const HOUR_MS = 3_600_000;

/** @returns rows for a table, and the limits that must be kept */
export async function benchStore() {
  const rows = await runBundled('test/bench/store-main.ts');
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-bench-'));
  try {
    const plan = await measurePlan(join(folder, 'plan'));
    const restoreSeconds = await measureRestore(join(folder, 'restore'));
    return { rows, plan, restoreSeconds, checks: toChecks(rows, plan, restoreSeconds) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const cli = async (args, env = {}) =>
  await promisify(execFile)(process.execPath, [resolve('dist/cli/index.js'), ...args], {
    maxBuffer: 1e8,
    env: { PATH: process.env.PATH, ...env },
  });

async function measurePlan(folder) {
  await cli(['store', 'init', folder]);
  const plan = await measure(PLANNED, { SWEEP_STORE: folder });
  const [path = ''] = readdirSync(join(folder, 'results'), { recursive: true }).filter((name) =>
    name.endsWith('.json'),
  );
  const { counts, outcomes, sha256 } = JSON.parse(readFileSync(join(folder, 'results', path), 'utf8'));
  const stored = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const isWhole = stored === plan.connections && outcomes.length === stored - counts.kept && sha256.length === 64;
  return { ...plan, outcomes: outcomes.length, isWhole };
}

/** A connection with two tunnels, and every kind of resource that an attachment can have. */
const ESTATE = {
  regions: [{ RegionId: 'cn-hangzhou' }],
  customerGateways: [{ CustomerGatewayId: 'cgw-1', IpAddress: '192.0.2.1' }],
  transitRouters: [{ TransitRouterId: 'tr-1' }],
  routeTables: [{ TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' }],
  attachments: [{ TransitRouterAttachmentId: 'tr-attach-1', VpnId: 'vco-bench', TransitRouterId: 'tr-1' }],
  associations: [{ TransitRouterAttachmentId: 'tr-attach-1', TransitRouterRouteTableId: 'vtb-1' }],
  propagations: [{ TransitRouterAttachmentId: 'tr-attach-1', TransitRouterRouteTableId: 'vtb-1' }],
  routeEntries: [
    {
      TransitRouterRouteTableId: 'vtb-1',
      TransitRouterRouteEntryId: 'rte-1',
      TransitRouterRouteEntryDestinationCidrBlock: '10.9.0.0/16',
      TransitRouterRouteEntryNextHopId: 'tr-attach-1',
    },
  ],
  vcoRouteEntries: [{ VpnConnectionId: 'vco-bench', RouteDest: '10.9.0.0/16', NextHop: 'vco-bench', Weight: 100 }],
  vpnConnections: [
    {
      VpnConnectionId: 'vco-bench',
      CreateTime: Date.now() - 1_000 * HOUR_MS,
      TransitRouterId: 'tr-1',
      Status: 'ike_sa_not_established',
      TunnelOptions: [1, 2].map(() => ({ CustomerGatewayId: 'cgw-1', Status: 'ike_sa_not_established' })),
    },
  ],
};

/** The command as a person runs it, with the policy's default times, measured as a whole process. */
async function measureRestore(folder) {
  await cli(['store', 'init', folder]);
  const estate = join(folder, 'estate.json');
  writeFileSync(estate, JSON.stringify(ESTATE));
  return await withEmulator(['--estate', estate], async ({ url, credentials }) => {
    const env = {
      ALIBABA_CLOUD_VPC_ENDPOINT: url,
      ALIBABA_CLOUD_CBN_ENDPOINT: url,
      ALIBABA_CLOUD_STS_ENDPOINT: url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: credentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials.accessKeySecret,
      ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou',
      SWEEP_STORE: folder,
    };
    const policy = { rules: { 'tunnels-down': '0s' }, detach: { force: true }, limits: { perRegionShare: 1 } };
    await cli(['sweep', '--yes'], { ...env, SWEEP_POLICY: JSON.stringify(policy) });
    const startedMs = performance.now();
    const { stdout } = await cli(['restore', 'vco-bench', '--yes', '--json'], env);
    const seconds = (performance.now() - startedMs) / 1_000;
    const { restored, done } = JSON.parse(stdout);
    if (!restored || done.length < 6) {
      throw new Error(`the restore did only this: ${done.join('; ')}`);
    }
    return seconds;
  });
}

function toChecks(rows, plan, restoreSeconds) {
  return [
    ...pairsOf(rows).flatMap(({ name, stored, moreCalls, moreTime }) => {
      const isDone = stored.left === 0 && stored.backups === stored.task.orphans;
      return [
        { what: `${name}, with a store: all deleted, each with a backup`, value: isDone, limit: 'true', ok: isDone },
        atMost(`${name}, with a store: more calls a deletion`, moreCalls, MORE_CALLS_MAX),
        atMost(`${name}, with a store: more time, %`, moreTime, MORE_TIME_MAX),
      ];
    }),
    atMost(`${PLANNED} connections in plan, with a store: MB resident at the peak`, plan.megabytes, MEGABYTES_MAX),
    {
      what: `${PLANNED} connections: the stored result is whole`,
      value: plan.isWhole,
      limit: 'true',
      ok: plan.isWhole,
    },
    atMost('seconds to restore one connection', restoreSeconds, RESTORE_SECONDS_MAX),
  ];
}

const atMost = (what, value, most) => ({ what, value: value.toFixed(2), limit: `at most ${most}`, ok: value <= most });

/** The runs with a store, each with the run of the same task without a store. */
export const pairsOf = (rows) =>
  rows
    .filter(({ hasStore }) => hasStore)
    .map((stored) => {
      const name = nameOf(stored.task);
      const plain = rows.find(({ task, hasStore }) => !hasStore && nameOf(task) === name);
      const moreCalls = (stored.calls - plain.calls) / stored.task.orphans;
      return { name, plain, stored, moreCalls, moreTime: 100 * (stored.seconds / plain.seconds - 1) };
    });
