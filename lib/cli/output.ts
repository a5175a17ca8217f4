import type { OutputConfiguration } from 'commander';
import { toPrintable } from '../core/text/printable.ts';
import type { ReportStyle } from '../report/text/report-style.ts';
import { filtersOf } from '../report/view/view.ts';
import { type Level, parseLevel } from '../wiring/create-log.ts';
import { type Answer, type FormatOptions, formatOf } from './formats.ts';
import type { Io, OutputStream } from './io.ts';
import { openAnswerFile, writeAnswer } from './output-files/answer-file.ts';
import { csvContent } from './output-files/csv-file.ts';
import { PAGE_CONTENT } from './output-files/page-file.ts';
import type { ViewOptions } from './view-options.ts';

/**
 * The output of a command. The command hands over its answer, and the output decides the format, the stream and the
 * style.
 */
export type Output = {
  /**
   * Writes the command's result to standard output and to the files of `--csv` and `--html`. A result that was shown as
   * a preview is not repeated.
   */
  readonly answer: (answer: Answer) => void;
  /** A result that a person needs before a question. A program gets only the last result. */
  readonly preview: (answer: Answer) => void;
  /** Lines on standard output that are the same in every format, for example the lines of a demo. */
  readonly print: (lines: string) => void;
  /** Lines for a person, on standard error. */
  readonly say: (lines: string) => void;
  /** A problem, on standard error, after the program's name. Its text may be hostile. */
  readonly complain: (problem: string) => void;
  /** Standard error, for progress and the log. */
  readonly log: OutputStream;
  /** The present style of standard output, because a terminal may change its size. */
  readonly style: ReportStyle;
  /** Whether a person reads the output and can answer a question. */
  readonly canAsk: boolean;
};

const COLUMNS_MIN = 20;
const HELP_COLUMNS_DEFAULT = 100;

/**
 * The output of a command. A command without formats passes no options.
 *
 * @throws ConfigError for a `--csv` or `--html` that cannot be written
 */
export function createOutput(io: Io, options: FormatOptions & ViewOptions = {}): Output {
  const { stdin, stdout, stderr } = io;
  const { render, isForPeople } = formatOf(options);
  const files = [
    ...openAnswerFile('--csv', options.csv, csvContent(options), io),
    ...openAnswerFile('--html', options.html, PAGE_CONTENT, io),
  ];
  const shown = new Set<Answer>();
  const show = (one: Answer): void => {
    if (!shown.has(one)) {
      shown.add(one);
      stdout.write(render(one, styleOf(io), options));
    }
  };
  const say = (lines: string): void => stderr.write(`${lines}\n`);
  const answer = (one: Answer): void => {
    show(one);
    writeAnswer(files, one, say);
    if (options.csv === undefined && !isForPeople && filtersOf(options).length > 0) {
      say(`--json has every outcome; ${filtersOf(options).join(', ')} would concern the table and --csv`);
    }
  };
  return {
    answer,
    preview: (one) => {
      if (isForPeople) {
        show(one);
      }
    },
    print: (lines) => stdout.write(`${lines}\n`),
    say,
    complain: (problem) => say(`vco-sweeper: ${toPrintable(problem)}`),
    log: stderr,
    get style() {
      return styleOf(io);
    },
    // The plan appears on standard output, and the question on standard error.
    canAsk: stdin.isTTY && stdout.isTTY && stderr.isTTY,
  };
}

/**
 * The style of standard output. It follows `NO_COLOR`, `FORCE_COLOR` and `COLUMNS`. Without a terminal and without
 * `COLUMNS`, lines are not wrapped, so that they are easier to search.
 */
function styleOf({ env, stdout }: Io): ReportStyle {
  const told = Number(env.COLUMNS);
  const columns = stdout.columns ?? (Number.isInteger(told) && told > 0 ? told : Number.POSITIVE_INFINITY);
  return { color: wantsColor(env, stdout.isTTY), columns: Math.max(COLUMNS_MIN, columns) };
}

function wantsColor(env: Io['env'], isTTY: boolean): boolean {
  if (env.NO_COLOR) {
    return false;
  }
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') {
    return env.FORCE_COLOR !== '0';
  }
  return isTTY && env.TERM !== 'dumb';
}

/**
 * The form of the log on standard error: sentences for a person at a terminal, or JSON lines from this level up for a
 * program. A person who sets `LOG_LEVEL` also gets JSON lines.
 *
 * @throws ConfigError for an unknown `LOG_LEVEL`
 */
export function logFormOf({ env, stderr }: Io): 'sentences' | Level {
  if (env.LOG_LEVEL?.trim()) {
    return parseLevel(env.LOG_LEVEL);
  }
  return stderr.isTTY ? 'sentences' : 'warn';
}

/** The streams and widths for the help and the errors of the command line's parser. */
export const helpOutput = ({ stdout, stderr }: Io): OutputConfiguration => ({
  writeOut: stdout.write,
  writeErr: stderr.write,
  outputError: (text, write) => write(text.replace(/^error: /, 'vco-sweeper: ')),
  getOutHelpWidth: () => stdout.columns ?? HELP_COLUMNS_DEFAULT,
  getErrHelpWidth: () => stderr.columns ?? HELP_COLUMNS_DEFAULT,
});
