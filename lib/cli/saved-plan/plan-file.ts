import { ConfigError } from '../../core/domain/errors.ts';
import type { PlanOrigin, RunResult } from '../../core/domain/outcome.ts';
import { type PlanEntry, toSavedPlan } from '../../core/saved-plan/saved-plan.ts';
import { toFileProblem } from '../../core/store/file-problem.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { count } from '../../report/text/summary.ts';
import { toReadableText } from '../../store/document-text.ts';
import { type Io, UnwritableOutput } from '../io.ts';

/** The file that `plan --out` writes. */
export type PlanFile = {
  /**
   * Writes the plan, whole or not at all. An incomplete run writes no plan, because nobody knows whether the unread
   * connections are due.
   */
  readonly save: (result: RunResult, entries: readonly PlanEntry[]) => Saved;
};

/**
 * `sentence`: for a person. `origin`: undefined if the plan was not written. `failure`: the reason of a failed write.
 */
type Saved = {
  readonly sentence: string;
  readonly origin?: PlanOrigin;
  readonly failure?: UnwritableOutput;
};

/** Only the owner may read the file, because it names connections, owners' tags and accounts. */
const MODE = 0o600;

/**
 * @param path undefined: the plan is not saved
 * @throws ConfigError if the file is already known to be unwritable
 */
export function openPlanFile(path: string | undefined, io: Io): PlanFile | undefined {
  if (path === undefined) {
    return undefined;
  }
  const problemOf = (error: unknown) => `--out ${JSON.stringify(path)} cannot be written: ${toFileProblem(error)}`;
  try {
    io.checkWritable(path);
  } catch (error) {
    throw new ConfigError(problemOf(error));
  }
  const name = toPrintable(path);
  return {
    save: (result, entries) => {
      if (result.status === 'incomplete') {
        return { sentence: `${name} was not written: ${whatIsMissing(result)}` };
      }
      const plan = toSavedPlan(result.startedAt, result.policy.hash, entries);
      const { text, sha256 } = toReadableText(plan);
      try {
        io.writeFile(path, text, MODE);
      } catch (error) {
        const failure = new UnwritableOutput(problemOf(error));
        return { sentence: `${name} was not written`, failure };
      }
      const origin = { file: path, sha256, madeAt: plan.madeAt };
      const later = entries.length - result.counts.planned;
      const waiting = later > 0 ? `, ${later} of them once the change window opens` : '';
      return {
        sentence: `${name}: a plan of ${count(entries.length, 'connection')}${waiting}, sha256 ${sha256}`,
        origin,
      };
    },
  };
}

function whatIsMissing({ regions, notStored }: RunResult): string {
  const unread = regions
    .filter(({ listing }) => listing === 'unread')
    .map(({ accountId, regionId }) => `${regionId} of account ${accountId}`);
  if (unread.length > 0) {
    return toPrintable(`${unread.join(', ')} could not be read`);
  }
  return notStored === undefined ? 'not everything could be read' : 'the result of its run could not be stored';
}
