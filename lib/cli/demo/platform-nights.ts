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

/** The end of a sweep, as the platform records it. */
export type SweepEnd = {
  readonly accountId: string;
  readonly regionId: string;
  /** Undefined if the platform gave up. */
  readonly result: RunResult | undefined;
  /** The reason for a missing result. Empty if the sweep has a result. */
  readonly problem: string;
  /** The number of attempts. */
  readonly attempts: number;
};

export type Night = { readonly dispatched: DispatchResult; readonly sweeps: readonly SweepEnd[] };

/** An emulated cloud of several accounts, with the dispatcher and the sweep deployed in the first. */
export type Platform = {
  readonly emulator: RunningEmulator;
  readonly regions: readonly string[];
  readonly refusing: readonly string[];
  /** Sends a tick of the timer, and waits for everything that follows from it. */
  readonly tick: (atMs: number) => Promise<Night>;
  /** Makes everything in the estate older by this time. */
  readonly pass: (ms: number) => void;
};

/**
 * Starts the platform. It runs the built packages in separate processes that communicate only over HTTP.
 *
 * @param refused the number of accounts, counted from the last, that do not let the sweep assume its role
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
        // An invocation that finds no free process waits twice as long each time.
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

/**
 * A day of grace, like the default. The share limit is high because the regions are small, and polls are short because
 * the emulated cloud is quick.
 */
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

/**
 * The error of the function, as its caller sees it, without the id of the run. If the run read nothing, its zero counts
 * are left out.
 */
function problemOf({ result = '{}', status }: Invocation): string {
  const { errorMessage = status } = JSON.parse(result) as { errorMessage?: string };
  return errorMessage.replace(/^run \S+ is incomplete: (\{("[\w-]+":0,?)*\}; )?/, '');
}

const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Makes the estate older, because functions use the clock of this machine and signatures must be fresh. */
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
