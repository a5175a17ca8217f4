import { stringify } from 'csv-stringify/sync';
import type { Outcome, RunResult } from '../../core/domain/outcome.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { ReportDigest } from '../digest/report-digest.ts';

type CsvColumn = {
  readonly name: string;
  /** The description in the documents. */
  readonly holds: string;
  readonly textOf: (outcome: Outcome, runId: string) => string | null;
};

/** The columns in order. Other people's scripts rely on names and order, so add a new column last and rename no column. */
export const CSV_COLUMNS: readonly CsvColumn[] = [
  { name: 'connectionId', holds: '`vco-…`', textOf: ({ connectionId }) => connectionId },
  { name: 'name', holds: 'the name of the connection', textOf: ({ name }) => name },
  { name: 'owner', holds: 'the value of the tag `report.ownerTag`', textOf: ({ owner }) => owner },
  { name: 'accountId', holds: 'the account of the connection', textOf: ({ accountId }) => accountId },
  { name: 'regionId', holds: 'the region of the connection', textOf: ({ regionId }) => regionId },
  { name: 'outcome', holds: 'the result for this connection', textOf: ({ outcome }) => outcome },
  { name: 'rule', holds: 'the rule by which the connection is an orphan, or `half-done`', textOf: ({ rule }) => rule },
  { name: 'since', holds: 'the start of the clock, from the mark', textOf: ({ since }) => since },
  { name: 'dueAt', holds: 'the end of the grace', textOf: ({ dueAt }) => dueAt },
  { name: 'heldUntil', holds: 'the end of the hold', textOf: ({ heldUntil }) => heldUntil },
  { name: 'createdAt', holds: 'the time of creation', textOf: ({ createdAt }) => createdAt },
  {
    name: 'transitRouterId',
    holds: 'the transit router of the attachment',
    textOf: ({ attachedTo }) => attachedTo?.transitRouterId ?? null,
  },
  { name: 'cenId', holds: 'the CEN of that transit router', textOf: ({ attachedTo }) => attachedTo?.cenId ?? null },
  { name: 'reason', holds: 'the reason for the outcome', textOf: ({ reason }) => reason },
  {
    name: 'evidence',
    holds: 'the facts behind the reason, separated by `; `',
    textOf: ({ evidence }) => evidence.join('; '),
  },
  { name: 'code', holds: "the error code of the cloud, or the sweeper's own code", textOf: ({ code }) => code },
  { name: 'requestId', holds: 'the id of the failed request', textOf: ({ requestId }) => requestId },
  { name: 'runId', holds: 'the id of the run', textOf: (_outcome, runId) => runId },
  { name: 'backup', holds: 'the path of the backup in the store', textOf: ({ backup }) => backup },
];

/**
 * A spreadsheet treats a cell with this start as a formula. Numbers treats the full-width signs like the plain signs.
 */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

const NAMES = CSV_COLUMNS.map(({ name }) => name);

/**
 * A header line and a line for each outcome, in the format of RFC 4180. Pure.
 *
 * A text that a spreadsheet would compute gets a `'` in front. Control characters are escaped as in a report, so a cell
 * never breaks a line.
 */
export const toCsv = (outcomes: readonly Outcome[], { runId }: RunResult): string =>
  toLines([NAMES, ...outcomes.map((outcome) => toCells(outcome, runId))]);

/** The number of lines in a single piece. */
const PIECE_LINES = 1_000;

/** The CSV of a report, in pieces. The `runId` of a connection is the last run with an outcome for it. Pure. */
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
