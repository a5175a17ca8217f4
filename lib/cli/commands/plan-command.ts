import type { OutcomeKind, RunResult } from '../../core/domain/outcome.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { count } from '../../report/text/summary.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../run-options.ts';
import { type CliSession, openSession } from '../session/open-session.ts';

/** Show what a sweep would do. Changes nothing, whatever the policy's mode. */
export async function planCommand(options: RunOptions, io: Io): Promise<number> {
  const session = openSession(options, io);
  const result = await session.run([session.scope.narrow('plan')]);
  session.output.answer({ ...session.toAnswer(result), hints: toHints(result, options, io.invokedAs) });
  sayMissing(options, session, result);
  return exitCodeOf(result, options.failOn);
}

/** Ids that were asked for and are nowhere in scope: mistyped, or already gone. */
export function sayMissing(options: RunOptions, session: CliSession, { outcomes }: RunResult): void {
  const seen = new Set([...session.names.keys(), ...outcomes.map(({ connectionId }) => connectionId)]);
  const missing = (options.connection ?? []).filter((id) => !seen.has(id));
  if (missing.length > 0) {
    session.output.say(`Not found where this run looked: ${missing.join(', ')}`);
  }
}

/** The flags of this plan, so that what is hinted at is what was shown. */
const narrowed = ({ policy, store, account = [], region = [] }: RunOptions): readonly string[] => [
  ...(policy === undefined ? [] : ['--policy', quoted(policy)]),
  ...(store === undefined ? [] : ['--store', quoted(store)]),
  ...account.flatMap((id) => ['--account', id]),
  ...region.flatMap((id) => ['--region', id]),
];

const connections = ({ connection = [] }: RunOptions): readonly string[] =>
  connection.flatMap((id) => ['--connection', id]);

/** For a shell; ids need it not. */
const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${toPrintable(path).replaceAll("'", "'\\''")}'`;

/** Those that a person is likely to ask about, likeliest first. */
const HINTED: readonly OutcomeKind[] = ['planned', 'blocked', 'deferred', 'waiting', 'unknown', 'protected'];

function toHints({ counts, outcomes }: RunResult, options: RunOptions, command: string): readonly string[] {
  const [first] = HINTED.flatMap((kind) => outcomes.filter(({ outcome }) => outcome === kind));
  if (first === undefined) {
    return [];
  }
  return [
    ...(counts.planned > 0
      ? [
          `Delete ${count(counts.planned, 'connection')}:  ${[command, 'sweep', ...narrowed(options), ...connections(options)].join(' ')}`,
        ]
      : []),
    `Why?  ${[command, 'explain', first.connectionId, ...narrowed(options)].join(' ')}`,
  ];
}
