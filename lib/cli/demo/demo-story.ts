import type { Outcome, OutcomeKind } from '../../core/domain/outcome.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { digestKept, type Kept } from '../../report/kept-digest.ts';
import { paletteOf } from '../../report/text/report-style.ts';
import { reportOutcomes } from '../../report/text/run-report.ts';
import { count } from '../../report/text/summary.ts';
import { wrap } from '../../report/text/text-width.ts';
import { resultLines } from '../../undo/restore/restore-text.ts';
import type { RestoreResult } from '../../undo/restore/run-restore.ts';
import type { Output } from '../output.ts';
import type { DemoRun } from './demo-runs.ts';

const TEXT_WIDTH_MAX = 100;

/** Orphans that still exist, with the reason. */
const LEFT: Readonly<Partial<Record<OutcomeKind, string>>> = {
  blocked: "route tables are a person's to settle, as the table says",
  marked: 'the grace began with this run',
  waiting: 'inside the grace',
  held: 'detached, and deleted by a later sweep',
  deferred: 'over a limit, and the next run goes on',
  cleared: 'in use again',
  failed: 'the table says why',
};

/** Tells a story on standard output, in sentences that fit the terminal. */
export type Teller = {
  readonly chapter: (title: string, text: string) => void;
  readonly say: (text: string) => void;
  /** Prints the text without changes. */
  readonly lines: (text: string) => void;
};

/** The teller of a run's story. */
export type Story = Omit<Teller, 'lines'> & {
  /** A restore: the command, as a person would type it, and the result. */
  readonly undone: (command: string, result: RestoreResult) => void;
  readonly list: (items: readonly string[]) => void;
  /** Shows some rows of a run, at most the given number for each outcome, and the number of hidden rows. */
  readonly show: (run: DemoRun, most: Readonly<Partial<Record<OutcomeKind, number>>>) => void;
  readonly kept: (run: DemoRun) => void;
  /**
   * The number of remaining connections for each reason, with some further connections. The numbers add up to the
   * estate.
   */
  readonly tally: (run: DemoRun, more: readonly Kept[]) => void;
};

export function createTeller({ style, print: lines }: Output): Teller {
  const palette = paletteOf(style);
  const say = (text: string) => lines(wrap(text, Math.min(style.columns, TEXT_WIDTH_MAX)).join('\n'));
  return {
    chapter: (title, text) => {
      lines(`\n${palette.bold(title)}`);
      if (text !== '') {
        say(text);
      }
    },
    say,
    lines,
  };
}

export function createStory(output: Output, policy: Policy): Story {
  const { style } = output;
  const palette = paletteOf(style);
  const { chapter, say, lines: write } = createTeller(output);
  return {
    chapter,
    say,
    list: (items) => {
      for (const item of items) {
        write(`  - ${toPrintable(item)}`);
      }
    },
    show: ({ result }, most) => {
      const ended = result.outcomes.filter(({ outcome }) => most[outcome] !== undefined);
      const shown = ended.filter((one) => rankOf(one, ended) < (most[one.outcome] ?? 0));
      if (shown.length === 0) {
        return;
      }
      write(`\n${reportOutcomes(shown, { policy, startedAt: result.startedAt }, style)}`);
      if (ended.length > shown.length) {
        write(palette.dim(`… and ${ended.length - shown.length} more`));
      }
    },
    kept: ({ kept }) => {
      write(`\n${count(kept.size, 'connection')} stay, because they are`);
      for (const line of digestKept([...kept.values()])) {
        write(`  ${line}`);
      }
    },
    undone: (command, result) => {
      write(palette.dim(`  $ ${toPrintable(command)}`));
      for (const line of [...result.done.map((step) => `  - ${step}`), ...resultLines(result)]) {
        write(toPrintable(line));
      }
    },
    tally: ({ result, kept }, more) => {
      const orphans = result.outcomes.filter(({ outcome }) => LEFT[outcome] !== undefined);
      const rows = [
        ...kept.values(),
        ...more,
        ...orphans.map(({ outcome }) => ({ verdict: outcome, reason: LEFT[outcome] ?? '' })),
      ];
      for (const line of digestKept(rows)) {
        write(`  ${line}`);
      }
    },
  };
}

/**
 * The position among the connections with the same outcome. A connection of each rule comes first, so that a few rows
 * show every rule.
 */
function rankOf(one: Outcome, all: readonly Outcome[]): number {
  const same = all.filter(({ outcome }) => outcome === one.outcome);
  const turnOf = (other: Outcome) => same.filter(({ rule }) => rule === other.rule).indexOf(other);
  return same.toSorted((a, b) => turnOf(a) - turnOf(b)).indexOf(one);
}
