import type { ConnectionId } from '../../core/domain/estate.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { Narrowing, Policy } from '../../core/domain/policy.ts';
import { loadPolicy } from '../../policy/load-policy.ts';
import { toJsonLine } from '../../report/text/printable.ts';
import { reportRun } from '../../report/text/run-report.ts';
import { type SweepDeps, sweep } from '../../sweep/run-sweep.ts';
import { createDeps, readCredentials } from '../../wiring/create-sweep-deps.ts';
import { type Io, styleOf } from '../io.ts';
import type { RunOptions } from '../run-options.ts';
import { untilStopped } from './interrupt.ts';
import { resolveScope, type Scope } from './resolve-scope.ts';
import { createRunWatcher } from './run-watcher.ts';
import { stopAfterInterrupt } from './stop-after-interrupt.ts';
import { sayUnusedPolicy } from './unused-policy.ts';

/** One command at work: policy and scope settled, credentials read, somebody watching. */
export type CliSession = {
  readonly policy: Policy;
  readonly scope: Scope;
  readonly names: ReadonlyMap<ConnectionId, string>;
  /** A run over these parts. Writes to the cloud as far as they allow. */
  readonly run: (parts: readonly Narrowing[]) => Promise<RunResult>;
  /** Something that only reads, given what a run needs. */
  readonly read: <T>(task: (deps: SweepDeps) => Promise<T>) => Promise<T>;
  /** The result on standard output, for a person or as JSON. */
  readonly print: (result: RunResult) => void;
  /** A sentence for the person at the terminal, on standard error. */
  readonly say: (text: string) => void;
};

/**
 * Settle everything that can be wrong before the first call to the cloud.
 *
 * @throws ConfigError for a wrong policy, scope, endpoint, log level, or missing credentials
 */
export function openSession(options: RunOptions, io: Io): CliSession {
  const loaded = loadPolicy({ env: io.env, file: options.policy, readFile: io.readFile });
  sayUnusedPolicy(options, io);
  const scope = resolveScope(loaded, options, io.env);
  const { policy } = scope;
  const credentials = readCredentials(io.env);
  const names = new Map<ConnectionId, string>();
  let problems: readonly string[] = [];

  const watched = async <T>(writes: boolean, task: (deps: SweepDeps) => Promise<T>): Promise<T> => {
    const watcher = createRunWatcher(io);
    const { journalOf: journal, screen } = watcher;
    try {
      const deadlineMs = Number.POSITIVE_INFINITY;
      const deps = createDeps({ env: io.env, credentials, policy, journal, deadlineMs, clock: io.clock });
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
    scope,
    names,
    read: (task) => watched(false, task),
    run: (parts) => {
      const request = { policy, parts, defaultRegion: scope.defaultRegion, refused: [], notes: [] };
      return watched(
        parts.some(({ mode }) => mode !== 'plan'),
        (deps) => sweep(request, deps),
      );
    },
    print: (result) =>
      io.stdout.write(
        options.json ? `${toJsonLine(result)}\n` : reportRun(result, { policy, names, problems }, styleOf(io)),
      ),
    say: (text) => io.stderr.write(`${text}\n`),
  };
}
