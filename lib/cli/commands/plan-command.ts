import type { OutcomeKind, RunResult } from '../../core/domain/outcome.ts';
import { type PlanEntry, toPlanEntry } from '../../core/saved-plan/saved-plan.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { count } from '../../report/text/summary.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../run-options.ts';
import { openPlanFile } from '../saved-plan/plan-file.ts';
import { type CliSession, openSession } from '../session/open-session.ts';

/** Shows the steps of a sweep. Changes nothing, in every mode of the policy. */
export async function planCommand(options: RunOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const file = openPlanFile(options.out, io);
  const entries: PlanEntry[] = [];
  const ran = await session.run(session.parts('plan'), (judged) => entries.push(toPlanEntry(judged)));
  const saved = file?.save(ran, entries);
  const result = saved?.origin === undefined ? ran : { ...ran, plan: saved.origin };
  session.output.answer({ ...session.toAnswer(result), hints: toHints(result, options, io.invokedAs) });
  if (saved !== undefined) {
    session.output.say(saved.sentence);
  }
  sayMissing(options, session, result);
  if (saved?.failure !== undefined) {
    throw saved.failure;
  }
  return exitCodeOf(result, options.failOn);
}

/** Reports requested ids that are nowhere in scope: they are mistyped, or the connection no longer exists. */
export function sayMissing(options: RunOptions, session: CliSession, { outcomes }: RunResult): void {
  const seen = new Set([...session.names.keys(), ...outcomes.map(({ connectionId }) => connectionId)]);
  const missing = (options.connection ?? []).filter((id) => !seen.has(id));
  if (missing.length > 0) {
    session.output.say(`Not found where this run looked: ${missing.join(', ')}`);
  }
}

/** The flags of this plan, so that a hinted command has the same scope. */
const narrowed = ({ policy, store, account = [], region = [] }: RunOptions): readonly string[] => [
  ...(policy === undefined ? [] : ['--policy', quoted(policy)]),
  ...(store === undefined ? [] : ['--store', quoted(store)]),
  ...account.flatMap((id) => ['--account', id]),
  ...region.flatMap((id) => ['--region', id]),
];

const connections = ({ connection = [] }: RunOptions): readonly string[] =>
  connection.flatMap((id) => ['--connection', id]);

/** The arguments that carry out this plan. A saved plan already has the scope. */
const sweepArguments = ({ plan }: RunResult, options: RunOptions): readonly string[] => {
  const { policy, store } = options;
  return plan === undefined
    ? [...narrowed(options), ...connections(options)]
    : ['--plan', quoted(plan.file), ...narrowed({ ...(policy && { policy }), ...(store && { store }) })];
};

/** Quotes a path for a shell. Ids need no quotes. */
const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${toPrintable(path).replaceAll("'", "'\\''")}'`;

/** The outcomes that a person is likely to ask about, the likeliest first. */
const HINTED: readonly OutcomeKind[] = ['planned', 'blocked', 'held', 'deferred', 'waiting', 'unknown', 'protected'];

function toHints(result: RunResult, options: RunOptions, command: string): readonly string[] {
  const { counts, outcomes } = result;
  const [first] = HINTED.flatMap((kind) => outcomes.filter(({ outcome }) => outcome === kind));
  if (first === undefined) {
    return [];
  }
  return [
    ...(counts.planned > 0
      ? [
          `Delete ${count(counts.planned, 'connection')}:  ${[command, 'sweep', ...sweepArguments(result, options)].join(' ')}`,
        ]
      : []),
    `Why?  ${[command, 'explain', first.connectionId, ...narrowed(options)].join(' ')}`,
  ];
}
