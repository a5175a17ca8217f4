import type { Clock } from '../../core/domain/cloud-api.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';
import type { Journal } from '../../core/domain/journal.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { Mode, Policy } from '../../core/domain/policy.ts';
import type { RunningEmulator } from '../../emulator/emulator-types.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { hashPolicy } from '../../policy/policy-hash.ts';
import type { Kept } from '../../report/kept-digest.ts';
import { initStore } from '../../store/init-store.ts';
import { openStore } from '../../store/open-store.ts';
import { sweep } from '../../sweep/run-sweep.ts';
import type { RestoreResult } from '../../undo/restore/run-restore.ts';
import { createDeps } from '../../wiring/create-sweep-deps.ts';
import type { Io } from '../io.ts';
import { createOutput } from '../output.ts';
import { createProgress } from '../session/progress.ts';
import { createScreen } from '../session/screen.ts';
import { restoreOne } from './demo-restore.ts';

/** `detach.hold` of the demo, in hours. */
export const HOLD_HOURS = 48;

/** A day of grace, like the default. Polls are close together because the emulated cloud is quick. */
const POLICY = `
regions: all
rules: { unassociated: 24h, tunnels-down: 24h, unrouted: 24h }
detach: { hold: ${HOLD_HOURS}h }
wait: { pollInterval: 50ms, detachTimeout: 20s, deleteTimeout: 20s }
pace: { describePerMinute: 60000, writePerMinute: 60000 }
`;

export type DemoRun = {
  readonly result: RunResult;
  /** Untouched connections, by id. */
  readonly kept: ReadonlyMap<string, Kept>;
  readonly names: ReadonlyMap<string, string>;
  /** The number of connections that the sweep detached from their transit router. */
  readonly detached: number;
};

export type DemoRuns = {
  readonly policy: Policy;
  readonly run: (mode: Mode) => Promise<DemoRun>;
  /** Does the work of the command `restore` after a "yes". */
  readonly restore: (connectionId: ConnectionId) => Promise<RestoreResult>;
  /** Advances the time of the sweeper. Signatures and the emulator stay in the present. */
  readonly pass: (ms: number) => void;
};

/** Runs on an emulator, with their own clock and a store in the folder. */
export async function createDemoRuns(emulator: RunningEmulator, folder: string, io: Io): Promise<DemoRuns> {
  const policy = parsePolicy(POLICY, 'the policy of the demo');
  const origin = { source: 'the demo', hash: hashPolicy(policy) };
  let aheadMs = 0;
  const clock: Clock = { now: () => io.clock.now() + aheadMs, sleep: io.clock.sleep };
  await initStore(folder);
  const store = await openStore(folder, { clock, deadlineMs: Number.POSITIVE_INFINITY });
  const env = {
    ALIBABA_CLOUD_VPC_ENDPOINT: emulator.url,
    ALIBABA_CLOUD_CBN_ENDPOINT: emulator.url,
    ALIBABA_CLOUD_STS_ENDPOINT: emulator.url,
  };

  const run = async (mode: Mode): Promise<DemoRun> => {
    const progress = createProgress();
    const screen = createScreen(createOutput(io).log, io.clock, progress.status);
    const kept = new Map<string, Kept>();
    const names = new Map<string, string>();
    let detached = 0;
    const journal: Journal = (event, fields) => {
      progress.journal(event, fields);
      screen.update();
      if (event === 'detach.done') {
        detached += 1;
      }
      if (event !== 'connection.judged' || fields.connectionId === undefined) {
        return;
      }
      const { connectionId, name, verdict, reason, outcome } = fields;
      if (typeof name === 'string') {
        names.set(connectionId, name);
      }
      if (isKept(outcome)) {
        kept.set(connectionId, { verdict: String(verdict), reason: String(reason) });
      }
    };
    const deadlineMs = Number.POSITIVE_INFINITY;
    const deps = createDeps({ env, credentials: emulator, policy, journal: () => journal, deadlineMs, clock, store });
    const parts = [{ mode, regions: undefined, connections: undefined }];
    try {
      const request = { policy, origin, parts, isWhole: true, defaultRegion: undefined, refused: [], notes: [] };
      const result = await sweep(request, deps);
      return { result, kept, names, detached };
    } finally {
      deps.close();
      screen.close();
    }
  };
  return {
    policy,
    run,
    restore: (connectionId) => restoreOne(connectionId, { env, emulator, policy, clock, store }),
    pass: (ms) => {
      aheadMs += ms;
    },
  };
}

const isKept = (outcome: unknown): boolean => outcome === 'kept' || outcome === 'protected' || outcome === 'unknown';
