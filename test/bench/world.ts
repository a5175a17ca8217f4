import { createCloudApi } from '../../lib/cloud/api.ts';
import { resolveEndpoints } from '../../lib/cloud/endpoints.ts';
import type { Transport } from '../../lib/cloud/transport.ts';
import type { RunResult } from '../../lib/core/outcome.ts';
import { createEmulator, defineEstate, type Emulator, type EstateFile } from '../../lib/emulator/index.ts';
import { parseEvent } from '../../lib/event.ts';
import { parsePolicy } from '../../lib/policy.ts';
import { sweep } from '../../lib/sweep.ts';
import { flatten } from '../support/flatten.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const VERSIONS = { vpc: '2016-04-28', cbn: '2017-09-12', sts: '2015-04-01' } as const;
const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'eu-central-1', 'ap-southeast-1'];
const ACCOUNT = '1000000000000001';
const START_MS = Date.parse('2026-11-01T00:00:00Z');

/** The limits are counted over a minute; a second of the bench is a minute of the cloud's, so that they count 60-fold. */
export const TEMPO = 60;

export type Task = {
  readonly orphans: number;
  /** How many of them are attached to a transit router, 0 to 1. */
  readonly attached: number;
  readonly regions: number;
  readonly limits: boolean;
};

/** Milliseconds of the bench. */
export const LATENCY_MS = 20;
export const DETACH_MS = 300;
export const POLL_MS = 100;
const SWEEPER_POLL_MS = 50;

/** One cloud, one clock: what a contender is measured on. All times of the cloud's are `TEMPO` times the bench's. */
export class BenchWorld {
  readonly clock = new VirtualClock(START_MS);
  readonly emulator: Emulator;
  readonly regions: readonly string[];
  calls = 0;
  throttled = 0;

  constructor(task: Task) {
    this.regions = REGIONS.slice(0, task.regions);
    this.emulator = createEmulator({
      estate: defineEstate(createEstate(task, this.regions)),
      clock: this.clock,
      seed: 1,
      limits: task.limits ? 1 : 'off',
      latencyMs: LATENCY_MS * TEMPO,
      switches: {
        detachPolls: null,
        detachMs: DETACH_MS * TEMPO,
        detachSecondPolls: 0,
        detachSecondMs: 0,
        deleteReads: 0,
      },
    });
  }

  /** One request; every contender's go through here. Answers the status and body. */
  async call(service: keyof typeof VERSIONS, action: string, params: Readonly<Record<string, string>>) {
    this.calls += 1;
    const reply = await this.emulator.call(ACCOUNT, VERSIONS[service], action, { ...params });
    if (reply.status === 400 && /Throttling/.test(String((reply.body as { Code?: string }).Code))) this.throttled += 1;
    return reply;
  }

  readonly transport: Transport = ({ service, action, params }) => this.call(service, action, flatten(params));

  /** Milliseconds of the bench since it began. */
  elapsedMs(): number {
    return (this.clock.now() - START_MS) / TEMPO;
  }

  left(): number {
    return this.emulator.estate.vpnConnections.filter(({ State }) => State !== 'deleted').length;
  }
}

function createEstate(task: Task, regions: readonly string[]): EstateFile {
  return {
    regions: regions.map((RegionId) => ({ RegionId })),
    accounts: [{ accountId: ACCOUNT, keys: [{ accessKeyId: 'bench', accessKeySecret: 'bench' }] }],
    transitRouters: regions.map((RegionId) => ({ TransitRouterId: `tr-${RegionId}`, RegionId })),
    vpnConnections: Array.from({ length: task.orphans }, (_, index) => {
      const regionId = regions[index % regions.length] ?? '';
      const isAttached = Math.floor(index / regions.length) % 2 < 2 * task.attached;
      return {
        VpnConnectionId: `vco-${index}`,
        regionId,
        CreateTime: START_MS - 1_000 * 3_600_000,
        ...(isAttached ? { TransitRouterId: `tr-${regionId}`, Status: 'ike_sa_not_established' } : {}),
      };
    }),
  };
}

/** The sweeper as it is, with the limits of a run lifted and its times in the cloud's. */
export async function runSweeper(world: BenchWorld, { limits }: Task): Promise<RunResult> {
  const { clock } = world;
  const policy = parsePolicy(
    JSON.stringify({
      mode: 'sweep',
      regions: world.regions,
      rules: { unassociated: '0s', 'tunnels-down': '0s' },
      limits: { perRun: 1_000_000, perRegionShare: 1 },
      recheck: { maxAge: `${10 * TEMPO}s` },
      wait: { pollInterval: `${SWEEPER_POLL_MS * TEMPO}ms`, detachTimeout: '10h', deleteTimeout: '10h' },
      // Limits that count 60-fold leave room for more requests at the same time.
      pace: limits ? { concurrency: 32 } : { describePerMinute: 1e9, writePerMinute: 1e9, concurrency: 1e6 },
    }),
    'bench',
  );
  const request = parseEvent('{}', policy, world.regions[0]);
  const calls: Record<string, number> = {};
  const api = createCloudApi({
    credentials: { accessKeyId: 'bench', accessKeySecret: 'bench' },
    endpoints: resolveEndpoints({}),
    policy,
    clock,
    random: () => 0.5,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: {
      onCall: (action) => {
        calls[action] = (calls[action] ?? 0) + 1;
      },
      onRetry: () => undefined,
    },
    transport: world.transport,
  });
  return await sweep(
    { policy, parts: request.parts, defaultRegion: world.regions[0], refused: request.refused, notes: request.notes },
    {
      api,
      clock,
      journal: () => undefined,
      calls: () => calls,
      runId: 'bench',
      deadlineMs: Number.POSITIVE_INFINITY,
    },
  );
}
