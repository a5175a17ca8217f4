import type { DispatchResult } from '../../core/domain/dispatch-result.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import type { Invocation } from '../../emulator/fc/invocation.ts';
import { generateEstate } from '../../emulator/generate/generate-estate.ts';
import { startEmulator } from '../../emulator/start-emulator.ts';
import type { Io } from '../io.ts';

const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'eu-central-1', 'ap-southeast-1'];
const ROLE = 'vco-sweeper';
const SEED = 11;
const CONNECTIONS_EACH = 15;

/** Names as in `s.yaml`. */
const SWEEP = 'vco-sweeper';
const DISPATCHER = 'vco-sweeper-dispatch';

/** How one sweep ended, as the platform has it. */
export type SweepEnd = {
  readonly accountId: string;
  readonly regionId: string;
  /** Undefined: the platform gave it up. */
  readonly result: RunResult | undefined;
  /** Why; empty when it has a result. */
  readonly problem: string;
  /** How often it was run. */
  readonly attempts: number;
};

export type Night = { readonly dispatched: DispatchResult; readonly sweeps: readonly SweepEnd[] };

/** An emulated cloud of several accounts, with the dispatcher and the sweep deployed in the first. */
export type Platform = {
  readonly emulator: RunningEmulator;
  readonly regions: readonly string[];
  readonly refusing: readonly string[];
  /** A tick of the timer, and all that comes of it. */
  readonly tick: (atMs: number) => Promise<Night>;
  /** As if so much time had gone by since everything that is in the estate. */
  readonly pass: (ms: number) => void;
};

/**
 * Start it. What runs are the built packages, in processes of their own, with nothing but HTTP between them.
 *
 * @param refused so many accounts, the last ones, do not let the sweep in
 */
export async function startPlatform(accounts: number, refused: number, io: Io): Promise<Platform> {
  const estate = generateEstate({
    seed: SEED,
    connections: CONNECTIONS_EACH * accounts * REGIONS.length,
    regions: REGIONS,
    accounts,
    owners: accounts,
    variety: 'usual',
    nowMs: io.clock.now(),
  });
  const refusing = estate.accounts.slice(accounts - refused);
  for (const { roles } of refusing) {
    for (const role of roles) {
      role.trusted = [];
    }
  }
  const common = {
    environmentVariables: { SWEEP_POLICY: JSON.stringify(policyFor(estate.accounts)) },
    asyncInvokeConfig: { maxAsyncRetryAttempts: 1 },
  };
  const emulator = await startEmulator({
    estate,
    limits: 'off',
    functions: [
      {
        functionName: SWEEP,
        code: io.packageFolder('sweep'),
        // What finds no free process waits twice as long each time.
        concurrencyConfig: { reservedConcurrency: 12 },
        ...common,
      },
      { functionName: DISPATCHER, code: io.packageFolder('dispatch'), ...common },
    ],
  });
  return {
    emulator,
    regions: REGIONS,
    refusing: refusing.map(({ accountId }) => accountId),
    tick: (atMs) => tick(emulator, atMs),
    pass: (ms) => moveBack(emulator, ms),
  };
}

/** A day of grace, as by default; regions are small, so a few orphans are much; polls suit a cloud that is quick. */
const policyFor = (accounts: readonly { readonly accountId: string }[]) => ({
  mode: 'sweep',
  regions: REGIONS,
  accounts: accounts.map(({ accountId }) => ({ roleArn: `acs:ram::${accountId}:role/${ROLE}` })),
  rules: { unassociated: '24h', 'tunnels-down': '24h', unrouted: '24h' },
  limits: { perRegionShare: 0.8 },
  detach: { force: true },
  wait: { pollInterval: '50ms', detachTimeout: '20s', deleteTimeout: '20s' },
  pace: { describePerMinute: 60_000, writePerMinute: 60_000 },
});

async function tick({ fc }: RunningEmulator, atMs: number): Promise<Night> {
  const before = new Set(fc.invocations);
  const invocation = fc.tick(DISPATCHER, new Date(atMs), { triggerName: 'nightly' });
  await fc.idle();
  if (invocation.status !== 'Succeeded') {
    throw new Error(`the dispatcher failed: ${problemOf(invocation)}`);
  }
  const dispatched: DispatchResult = JSON.parse(invocation.result ?? '');
  const sweeps = dispatched.scopes.flatMap(({ accountId, regionId, requestId }) => {
    const started = fc.invocations.find((one) => !before.has(one) && one.requestId === requestId);
    if (started === undefined || accountId === null || regionId === null) {
      return [];
    }
    return [{ accountId, regionId, ...endOf(started) }];
  });
  return { dispatched, sweeps };
}

function endOf(invocation: Invocation): Pick<SweepEnd, 'result' | 'problem' | 'attempts'> {
  const { status, attempts, result } = invocation;
  return status === 'Succeeded'
    ? { result: JSON.parse(result ?? ''), problem: '', attempts }
    : { result: undefined, problem: problemOf(invocation), attempts };
}

/** What the function threw, as its caller gets to see it; without the run's id, and counts where nothing was read. */
function problemOf({ result = '{}', status }: Invocation): string {
  const { errorMessage = status } = JSON.parse(result) as { errorMessage?: string };
  return errorMessage.replace(/^run \S+ is incomplete: (\{("[\w-]+":0,?)*\}; )?/, '');
}

const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Functions run by this machine's clock, and signatures have to be fresh: so it is the estate that grows older. */
function moveBack({ estate }: RunningEmulator, ms: number): void {
  const earlier = (text: string) => text.replace(MOMENT, (iso) => new Date(Date.parse(iso) - ms).toISOString());
  for (const connection of estate.vpnConnections) {
    connection.CreateTime -= ms;
    for (const [key, value] of Object.entries(connection.tags)) {
      if (key.startsWith('vco-sweeper:')) {
        connection.tags[key] = earlier(value);
      }
    }
  }
}
