import { ConfigError } from '../core/domain/errors.ts';
import { toFileProblem } from '../core/store/file-problem.ts';
import { toPrintable } from '../core/text/printable.ts';
import { toCsv } from '../report/csv/to-csv.ts';
import { count } from '../report/text/summary.ts';
import { filtersOf, selectOutcomes } from '../report/view/view.ts';
import type { Answer } from './formats.ts';
import { type Io, UnwritableOutput } from './io.ts';
import type { ViewOptions } from './view-options.ts';

/** Writes a command's answer as CSV, and says how many connections that were and how many are not in it. */
export type CsvFile = (answer: Answer) => string;

/**
 * The file that `--csv` names; undefined without one. It is written when the answer is there, all at once.
 *
 * @throws ConfigError when it is known now that the file cannot be written: a run is not to find that out at its end
 */
export function openCsv(options: ViewOptions, io: Io): CsvFile | undefined {
  const { csv: path } = options;
  if (path === undefined) {
    return undefined;
  }
  const problemOf = (error: unknown) => `--csv ${JSON.stringify(path)} cannot be written: ${toFileProblem(error)}`;
  try {
    io.checkWritable(path);
  } catch (error) {
    throw new ConfigError(problemOf(error));
  }
  return (answer) => {
    if (answer.kind !== 'run') {
      return `${toPrintable(path)} was not written: this answer lists no connections`;
    }
    const { result } = answer;
    const shown = selectOutcomes(result.outcomes, options);
    try {
      io.writeFile(path, toCsv(shown, result));
    } catch (error) {
      throw new UnwritableOutput(problemOf(error));
    }
    const hidden = result.outcomes.length - shown.length;
    const { outcomesOmitted = 0 } = result;
    return [
      `${toPrintable(path)}: ${count(shown.length, 'connection')}`,
      ...(hidden > 0 ? [`${hidden} hidden by ${filtersOf(options).join(', ')}`] : []),
      ...(outcomesOmitted > 0 ? [`${outcomesOmitted} more that the function left out`] : []),
    ].join('; ');
  };
}
