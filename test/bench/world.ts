import { createCloudApi } from '../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../lib/cloud/client/endpoints.ts';
import type { Transport } from '../../lib/cloud/client/transport.ts';
import type { RunResult } from '../../lib/core/domain/outcome.ts';
import type { Store } from '../../lib/core/store/store.ts';
import { createEmulator } from '../../lib/emulator/create-emulator.ts';
import type { Emulator } from '../../lib/emulator/emulator-types.ts';
import type { EstateFile } from '../../lib/emulator/estate/estate-schema.ts';
import { defineEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { sweep } from '../../lib/sweep/run-sweep.ts';
import { flatten } from '../support/flatten.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const VERSIONS = { vpc: '2016-04-28', cbn: '2017-09-12', sts: '2015-04-01' } as const;
const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'eu-central-1', 'ap-southeast-1'];
const ACCOUNT = '1000000000000001';
const START_MS = Date.parse('2026-11-01T00:00:00Z');

export type Task = {
  readonly orphans: number;
  /** How many of them are attached to a transit router, 0 to 1. */
  readonly attached: number;
  readonly regions: number;
  readonly limits: boolean;
  /**
   * Transit routers of the region, each with a connection in use. Default: none with a connection in use, and with
   * limits as few as the quota of attachments allows, otherwise a single transit router for all.
   */
  readonly transitRouters?: number;
  /** The quota of attachments counts, also without limits. */
  readonly hasQuota?: true;
  /** With limits: in compressed time nevertheless, in which few readings become older than `recheck.maxAge`. */
  readonly isCompressed?: true;
};

/** In milliseconds of the bench. */
type Times = {
  /** How much faster than the cloud's the bench's time passes. */
  readonly tempo: number;
  readonly latencyMs: number;
  readonly detachMs: number;
  /** The time between two looks of a script. */
  readonly pollMs: number;
  /** The time after which a script repeats a throttled call. */
  readonly retryMs: number;
};

/** A second of the bench is a minute of the cloud. */
const COMPRESSED: Times = { tempo: 60, latencyMs: 20, detachMs: 300, pollMs: 100, retryMs: 1_000 };
/**
 * Limits count real seconds and minutes. In compressed time, a call would take a good part of a second, and the limits
 * of a second would be out of proportion to it.
 */
const OWN: Times = { tempo: 1, latencyMs: 200, detachMs: 30_000, pollMs: 10_000, retryMs: 60_000 };

export const timesOf = ({ limits, isCompressed }: Task): Times => (limits && !isCompressed ? OWN : COMPRESSED);

/** The interval of the sweeper's polls in compressed time. */
const SWEEPER_POLL_MS = 50;
/** A run that has not ended by then counts as endless. */
const DEADLINE_MS = 4 * 3_600_000;

/**
 * A cloud and one clock for the measurement of a contender. All times of the cloud are `tempo` times the bench's.
 */
export class BenchWorld {
  readonly clock = new VirtualClock(START_MS);
  readonly emulator: Emulator;
  readonly regions: readonly string[];
  calls = 0;
  throttled = 0;
  readonly times: Times;
  readonly limits: boolean;
  /** Nobody may delete these. */
  readonly #used: readonly string[];

  constructor(task: Task) {
    this.times = timesOf(task);
    this.limits = task.limits;
    const { tempo, latencyMs, detachMs } = this.times;
    this.#used = usedIn(task);
    this.regions = REGIONS.slice(0, task.regions);
    this.emulator = createEmulator({
      estate: defineEstate(createEstate(task, this.regions)),
      clock: this.clock,
      seed: 1,
      limits: task.limits ? 1 : 'off',
      latencyMs: latencyMs * tempo,
      behaviours: {
        detachPolls: null,
        detachMs: detachMs * tempo,
        detachSecondPolls: 0,
        detachSecondMs: 0,
        deleteReads: 0,
      },
    });
  }

  /** A request of any contender. Answers the status and body. */
  async call(service: keyof typeof VERSIONS, action: string, params: Readonly<Record<string, string>>) {
    this.calls += 1;
    const reply = await this.emulator.call({
      accountId: ACCOUNT,
      version: VERSIONS[service],
      action,
      params: { ...params },
    });
    if (reply.status === 400 && /Throttling/.test(String((reply.body as { Code?: string }).Code))) {
      this.throttled += 1;
    }
    return reply;
  }

  readonly transport: Transport = ({ service, action, params }) => this.call(service, action, flatten(params));

  /** Milliseconds of the bench since it began. */
  elapsedMs(): number {
    return (this.clock.now() - START_MS) / this.times.tempo;
  }

  /** @param ms milliseconds of the bench */
  sleep(ms: number): Promise<void> {
    return this.clock.sleep(ms * this.times.tempo);
  }

  /** How many orphans are still to be deleted. Throws when a connection in use was deleted. */
  left(): number {
    const there = this.emulator.estate.vpnConnections.filter(({ State }) => State !== 'deleted');
    const ids = new Set(there.map(({ VpnConnectionId }) => VpnConnectionId));
    const lost = this.#used.find((id) => !ids.has(id));
    if (lost !== undefined) {
      throw new Error(`${lost} is in use, and was deleted`);
    }
    return there.length - this.#used.length;
  }
}

const usedIn = ({ transitRouters = 0 }: Task): readonly string[] =>
  Array.from({ length: transitRouters }, (_, index) => `vco-used-${index}`);

/**
 * A region. Each transit router has a connection in use, and some of them have an orphan bound to them as well. The
 * rest of the orphans are bound to nothing.
 */
function createRoutersEstate(task: Task, regions: readonly string[]): EstateFile {
  const [RegionId = ''] = regions;
  const transitRouters = Array.from({ length: task.transitRouters ?? 0 }, (_, index) => `tr-${index}`);
  const common = { regionId: RegionId, CreateTime: START_MS - 1_000 * 3_600_000 };
  return {
    regions: [{ RegionId }],
    accounts: [{ accountId: ACCOUNT, keys: [{ accessKeyId: 'bench', accessKeySecret: 'bench' }] }],
    transitRouters: transitRouters.map((TransitRouterId) => ({ TransitRouterId, RegionId })),
    vpnConnections: [
      ...usedIn(task).map((VpnConnectionId, index) => ({
        VpnConnectionId,
        ...common,
        TransitRouterId: transitRouters[index] ?? '',
        Status: 'ipsec_sa_established' as const,
      })),
      ...Array.from({ length: task.orphans }, (_, index) => ({
        VpnConnectionId: `vco-${index}`,
        ...common,
        ...(index < task.orphans * task.attached
          ? {
              TransitRouterId: transitRouters[index % transitRouters.length] ?? '',
              Status: 'ike_sa_not_established' as const,
            }
          : {}),
      })),
    ],
  };
}

/** The published quota of VPN attachments for each transit router. */
const ATTACHMENTS_MAX = 50;

/** In each region. */
export const transitRoutersOf = ({ orphans, attached, regions, limits, hasQuota }: Task): number =>
  limits || hasQuota ? Math.max(1, Math.ceil((orphans * attached) / regions / ATTACHMENTS_MAX)) : 1;

function createEstate(task: Task, regions: readonly string[]): EstateFile {
  if (task.transitRouters !== undefined) {
    return createRoutersEstate(task, regions);
  }
  const count = transitRoutersOf(task);
  return {
    regions: regions.map((RegionId) => ({ RegionId })),
    accounts: [{ accountId: ACCOUNT, keys: [{ accessKeyId: 'bench', accessKeySecret: 'bench' }] }],
    transitRouters: regions.flatMap((RegionId) =>
      Array.from({ length: count }, (_, index) => ({ TransitRouterId: `tr-${RegionId}-${index}`, RegionId })),
    ),
    vpnConnections: Array.from({ length: task.orphans }, (_, index) => {
      const regionId = regions[index % regions.length] ?? '';
      const inRegion = Math.floor(index / regions.length);
      const isAttached = inRegion % 2 < 2 * task.attached;
      const router = `tr-${regionId}-${Math.floor(inRegion / 2) % count}`;
      return {
        VpnConnectionId: `vco-${index}`,
        regionId,
        CreateTime: START_MS - 1_000 * 3_600_000,
        ...(isAttached ? { TransitRouterId: router, Status: 'ike_sa_not_established' } : {}),
      };
    }),
  };
}

/** The sweeper as it is, with the limits of a run lifted and its times in the cloud's. */
export async function runSweeper(world: BenchWorld, store?: Store): Promise<RunResult> {
  const { clock } = world;
  const deadlineMs = START_MS + DEADLINE_MS * world.times.tempo;
  const policy = parsePolicy(
    JSON.stringify({
      mode: 'sweep',
      regions: world.regions,
      rules: { unassociated: '0s', 'tunnels-down': '0s' },
      limits: { perRun: 1_000_000, perRegionShare: 1 },
      ...timesFor(world.times, world.limits),
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
    deadlineMs,
    observer: {
      onCall: (action) => {
        calls[action] = (calls[action] ?? 0) + 1;
      },
      onRetry: () => undefined,
    },
    transport: world.transport,
  });
  return await sweep(
    {
      policy,
      origin: { source: 'SWEEP_POLICY', hash: '' },
      parts: request.parts,
      isWhole: request.whole,
      defaultRegion: world.regions[0],
      refused: request.refused,
      notes: request.notes,
    },
    {
      api,
      clock,
      journal: () => undefined,
      calls: () => calls,
      runId: 'bench',
      deadlineMs,
      store,
    },
  );
}

/** The policy's times in the cloud's, and its pace. In the cloud's own times everything has its default. */
function timesFor({ tempo }: Times, limits: boolean) {
  if (tempo === 1) {
    return {};
  }
  return {
    recheck: { maxAge: `${10 * tempo}s` },
    wait: { pollInterval: `${SWEEPER_POLL_MS * tempo}ms`, detachTimeout: '10h', deleteTimeout: '10h' },
    // Compressed calls take long beside the limits, so more of them are under way at the same time.
    pace: limits ? { concurrency: 32 } : { describePerMinute: 1e9, writePerMinute: 1e9, concurrency: 1e6 },
  };
}
