import type { ConnectionId } from '../../core/domain/estate.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { Mode, Narrowing, Policy, PolicyOrigin } from '../../core/domain/policy.ts';
import { refuseUnknownSwitches } from '../../policy/deploy-switches.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import type { Problem } from '../../report/text/summary.ts';
import { type SweepDeps, sweep } from '../../sweep/run-sweep.ts';
import { allOf } from '../../wiring/access/all-of.ts';
import { openAccess } from '../../wiring/access/open-access.ts';
import { createDeps } from '../../wiring/create-sweep-deps.ts';
import { openPolicyStore } from '../../wiring/open-policy-store.ts';
import type { Answer } from '../formats.ts';
import type { Io } from '../io.ts';
import { createOutput, type Output } from '../output.ts';
import type { RunOptions } from '../run-options.ts';
import { type OpenPlan, openPlan } from '../saved-plan/open-plan.ts';
import { untilStopped } from './interrupt.ts';
import { resolveScope, type Scope } from './resolve-scope.ts';
import { createRunWatcher } from './run-watcher.ts';
import { sayUnusedPolicy } from './unused-policy.ts';

/** The state of a command: its policy, its scope, its credentials and its watcher. */
export type CliSession = {
  readonly policy: Policy;
  readonly origin: PolicyOrigin;
  readonly scope: Scope;
  /** The saved plan of a sweep. Undefined without a saved plan. */
  readonly plan: OpenPlan | undefined;
  /** The scope of a run in this mode, optionally narrowed to some connections. */
  readonly parts: (mode: Mode, connections?: readonly ConnectionId[]) => readonly Narrowing[];
  readonly names: ReadonlyMap<ConnectionId, string>;
  /** Runs over these parts. Writes to the cloud as far as they allow. */
  readonly run: (parts: readonly Narrowing[], onPlanned?: SweepDeps['onPlanned']) => Promise<RunResult>;
  /** Runs a task that only reads, with the dependencies of a run. */
  readonly read: <T>(task: (deps: SweepDeps) => Promise<T>, store?: 'without a store') => Promise<T>;
  readonly output: Output;
  /** A run's result, with the problems and names that this session saw. */
  readonly toAnswer: (result: RunResult) => Extract<Answer, { kind: 'run' }>;
};

/**
 * Checks everything that can be checked before the first call to the cloud.
 *
 * @throws ConfigError for a wrong policy, scope, endpoint or log level, or for missing credentials
 */
export function openSession(options: RunOptions, io: Io): CliSession {
  const { env, readFile } = io;
  const output = createOutput(io, options);
  const [{ origin, scope, plan }, access] = allOf(
    () => {
      const { policy: loaded, origin } = loadPolicy({ env, file: options.policy, store: options.store, readFile });
      sayUnusedPolicy(options, io, output);
      if (options.plan === undefined) {
        return { origin, scope: resolveScope(loaded, options, env), plan: undefined };
      }
      const plan = openPlan(options.plan, options.maxAge, origin, io);
      return { origin, scope: plan.scopeIn(loaded), plan };
    },
    () => openAccess(options, io),
    () => refuseUnknownSwitches(env),
  );
  const { policy } = scope;
  const names = new Map<ConnectionId, string>();
  let problems: readonly Problem[] = [];

  const watched = async <T>(
    writes: boolean,
    task: (deps: SweepDeps) => Promise<T>,
    stored: Pick<Policy, 'store'> = policy,
  ): Promise<T> => {
    const { clock } = io;
    const deadlineMs = Number.POSITIVE_INFINITY;
    const store = await openPolicyStore(stored, { clock, deadlineMs });
    // Without credentials the run can only fail, so it fails at once.
    await access.credentials();
    const watcher = createRunWatcher(io);
    const { journalOf: journal, screen, onReading } = watcher;
    try {
      return await untilStopped(io, watcher, writes, (stopAsked) => {
        const wired = createDeps({ env, ...access, policy, journal, deadlineMs, clock, store, stopAsked });
        return task({ ...wired, onReading }).finally(wired.close);
      });
    } finally {
      screen.close();
      problems = watcher.problems;
      for (const [id, name] of watcher.names) {
        names.set(id, name);
      }
    }
  };

  return {
    policy,
    origin,
    scope,
    plan,
    parts: (mode, connections) => plan?.parts(policy, mode, connections) ?? [scope.narrow(mode, connections)],
    names,
    read: (task, store) => watched(false, task, store === undefined ? policy : { store: undefined }),
    run: (parts, onPlanned) => {
      const { defaultRegion, isWhole } = scope;
      const resultMax = Number.POSITIVE_INFINITY;
      const asked = { policy, origin, parts, isWhole, defaultRegion, plan: plan?.swept };
      const request = { ...asked, refused: [], notes: [], resultMax };
      return watched(
        parts.some(({ mode }) => mode !== 'plan'),
        (deps) => sweep(request, { ...deps, onPlanned }),
      );
    },
    output,
    toAnswer: (result) => ({ kind: 'run', result, background: { policy, problems } }),
  };
}
