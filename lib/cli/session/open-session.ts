import type { ConnectionId } from '../../core/domain/estate.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { Narrowing, Policy, PolicyOrigin } from '../../core/domain/policy.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { type SweepDeps, sweep } from '../../sweep/run-sweep.ts';
import { createDeps, readCredentials } from '../../wiring/create-sweep-deps.ts';
import { openPolicyStore } from '../../wiring/open-policy-store.ts';
import type { Answer } from '../formats.ts';
import type { Io } from '../io.ts';
import { createOutput, type Output } from '../output.ts';
import type { RunOptions } from '../run-options.ts';
import { untilStopped } from './interrupt.ts';
import { resolveScope, type Scope } from './resolve-scope.ts';
import { createRunWatcher } from './run-watcher.ts';
import { stopAfterInterrupt } from './stop-after-interrupt.ts';
import { sayUnusedPolicy } from './unused-policy.ts';

/** One command at work: policy and scope settled, credentials read, somebody watching. */
export type CliSession = {
  readonly policy: Policy;
  readonly origin: PolicyOrigin;
  readonly scope: Scope;
  readonly names: ReadonlyMap<ConnectionId, string>;
  /** A run over these parts. Writes to the cloud as far as they allow. */
  readonly run: (parts: readonly Narrowing[]) => Promise<RunResult>;
  /** Something that only reads, given what a run needs. */
  readonly read: <T>(task: (deps: SweepDeps) => Promise<T>) => Promise<T>;
  readonly output: Output;
  /** A run's result, with what this session saw in its runs. */
  readonly toAnswer: (result: RunResult) => Extract<Answer, { kind: 'run' }>;
};

/**
 * Settle everything that can be wrong before the first call to the cloud.
 *
 * @throws ConfigError for a wrong policy, scope, endpoint, log level, or missing credentials
 */
export function openSession(options: RunOptions, io: Io): CliSession {
  const { env, readFile } = io;
  const { policy: loaded, origin } = loadPolicy({ env, file: options.policy, store: options.store, readFile });
  const output = createOutput(io, options);
  sayUnusedPolicy(options, io, output);
  const scope = resolveScope(loaded, options, io.env);
  const { policy } = scope;
  const credentials = readCredentials(io.env);
  const names = new Map<ConnectionId, string>();
  let problems: readonly string[] = [];

  const watched = async <T>(writes: boolean, task: (deps: SweepDeps) => Promise<T>): Promise<T> => {
    const { clock } = io;
    const deadlineMs = Number.POSITIVE_INFINITY;
    const store = await openPolicyStore(policy, { clock, deadlineMs });
    const watcher = createRunWatcher(io);
    const { journalOf: journal, screen, onReading } = watcher;
    try {
      const wired = createDeps({ env: io.env, credentials, policy, journal, deadlineMs, clock, store });
      const deps = { ...wired, onReading };
      return await untilStopped(io, watcher, writes, (isStopped) =>
        task(writes ? { ...deps, api: stopAfterInterrupt(deps.api, isStopped) } : deps).finally(deps.close),
      );
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
    names,
    read: (task) => watched(false, task),
    run: (parts) => {
      const { defaultRegion, isWhole } = scope;
      const resultMax = Number.POSITIVE_INFINITY;
      const request = { policy, origin, parts, isWhole, defaultRegion, refused: [], notes: [], resultMax };
      return watched(
        parts.some(({ mode }) => mode !== 'plan'),
        (deps) => sweep(request, deps),
      );
    },
    output,
    toAnswer: (result) => ({ kind: 'run', result, background: { policy, problems } }),
  };
}
