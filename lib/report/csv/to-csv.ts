import { stringify } from 'csv-stringify/sync';
import type { Outcome, RunResult } from '../../core/domain/outcome.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { ReportDigest } from '../digest/report-digest.ts';

type CsvColumn = {
  readonly name: string;
  /** What the documents say of it. */
  readonly holds: string;
  readonly textOf: (outcome: Outcome, runId: string) => string | null;
};

/** The columns in their order. Other people's scripts count on both: a new column comes last, and none is renamed. */
export const CSV_COLUMNS: readonly CsvColumn[] = [
  { name: 'connectionId', holds: '`vco-…`', textOf: ({ connectionId }) => connectionId },
  { name: 'name', holds: 'its name', textOf: ({ name }) => name },
  { name: 'owner', holds: 'the value of the tag `report.ownerTag`', textOf: ({ owner }) => owner },
  { name: 'accountId', holds: 'the account it is in', textOf: ({ accountId }) => accountId },
  { name: 'regionId', holds: 'the region it is in', textOf: ({ regionId }) => regionId },
  { name: 'outcome', holds: 'how it ended', textOf: ({ outcome }) => outcome },
  { name: 'rule', holds: 'the rule by which it is an orphan, or `half-done`', textOf: ({ rule }) => rule },
  { name: 'since', holds: 'since when, by its mark', textOf: ({ since }) => since },
  { name: 'dueAt', holds: 'when its grace is over', textOf: ({ dueAt }) => dueAt },
  { name: 'heldUntil', holds: 'until when it is held', textOf: ({ heldUntil }) => heldUntil },
  { name: 'createdAt', holds: 'when it was created', textOf: ({ createdAt }) => createdAt },
  {
    name: 'transitRouterId',
    holds: 'the transit router it was bound to',
    textOf: ({ attachedTo }) => attachedTo?.transitRouterId ?? null,
  },
  { name: 'cenId', holds: 'the CEN of that', textOf: ({ attachedTo }) => attachedTo?.cenId ?? null },
  { name: 'reason', holds: 'why it ended so', textOf: ({ reason }) => reason },
  { name: 'evidence', holds: 'what that rests on, with `; ` between', textOf: ({ evidence }) => evidence.join('; ') },
  { name: 'code', holds: "the cloud's error code, or one of ours", textOf: ({ code }) => code },
  { name: 'requestId', holds: 'the id of the request that failed', textOf: ({ requestId }) => requestId },
  { name: 'runId', holds: 'the run', textOf: (_outcome, runId) => runId },
  { name: 'backup', holds: 'its backup, by the path in the store', textOf: ({ backup }) => backup },
];

/** A spreadsheet takes a cell that begins so for a formula; Numbers takes the full-width signs for the plain ones. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

const NAMES = CSV_COLUMNS.map(({ name }) => name);

/**
 * A line for each outcome below a line of names, as RFC 4180 has it. Pure.
 *
 * A text that a spreadsheet would compute gets a `'` in front. Characters that a terminal or an editor would obey are
 * escaped as in a report, so a cell never breaks a line.
 */
export const toCsv = (outcomes: readonly Outcome[], { runId }: RunResult): string =>
  toLines([NAMES, ...outcomes.map((outcome) => toCells(outcome, runId))]);

/** So many lines are in one piece. */
const PIECE_LINES = 1_000;

/** The same of a report, where each connection has the run that said the last word on it. In pieces. Pure. */
export function* reportCsvPieces({ outcomes }: Pick<ReportDigest, 'outcomes'>): Generator<string, void> {
  yield toLines([NAMES]);
  for (let at = 0; at < outcomes.length; at += PIECE_LINES) {
    yield toLines(outcomes.slice(at, at + PIECE_LINES).map((outcome) => toCells(outcome, outcome.runId)));
  }
}

const toCell = (text: string): string => `${FORMULA.test(text) ? "'" : ''}${toPrintable(text)}`;

const toLines = (rows: readonly (readonly string[])[]): string => stringify([...rows], { record_delimiter: 'windows' });

const toCells = (outcome: Outcome, runId: string): readonly string[] =>
  CSV_COLUMNS.map(({ textOf }) => toCell(textOf(outcome, runId) ?? ''));
