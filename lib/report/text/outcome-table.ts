import type { ConnectionId } from '../../core/domain/estate.ts';
import type { Outcome, OutcomeKind } from '../../core/domain/outcome.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { describeOutcome } from '../describe-outcome.ts';
import { formatMoment, shortenMoments } from './moment-text.ts';
import { paintOutcome, paletteOf, type ReportStyle } from './report-style.ts';
import { type Column, type Row, toTable } from './table.ts';

/** What a report needs besides the result, to be readable. */
export type Background = {
  readonly policy: Policy;
  /** A result names connections by id only. */
  readonly names: ReadonlyMap<ConnectionId, string>;
  readonly startedMs: number;
};

/** What a person looks for first stands first. */
const ORDER: readonly OutcomeKind[] = [
  'failed',
  'blocked',
  'deleted',
  'already-gone',
  'planned',
  'held',
  'deferred',
  'marked',
  'waiting',
  'cleared',
  'unknown',
  'protected',
  'kept',
];

const NAME: Column = { title: 'NAME', widthMax: 24 };
const SHORT: readonly Column[] = [{ title: 'OUTCOME' }, { title: 'CONNECTION' }, NAME, { title: 'REGION' }];
const LONG: readonly Column[] = [...SHORT, { title: 'RULE' }, { title: 'SINCE' }];
/** From this width on, rule and since have columns of their own. */
const LONG_COLUMNS_MIN = 140;

/** One row for each outcome; a table for each account when there are several. */
export function toOutcomeTable(outcomes: readonly Outcome[], background: Background, style: ReportStyle): string {
  const palette = paletteOf(style);
  const long = style.columns >= LONG_COLUMNS_MIN;
  const accounts = [...new Set(outcomes.map(({ accountId }) => accountId))].sort();
  return accounts
    .map((accountId) => {
      const rows = outcomes
        .filter((outcome) => outcome.accountId === accountId)
        .toSorted(inOrder)
        .map((outcome): Row => toRow(outcome, background, long, paintOutcome(palette, outcome.outcome)));
      const title = accounts.length > 1 ? `${palette.bold(`Account ${toPrintable(accountId)}`)}\n` : '';
      const heads = { columns: style.columns, head: palette.bold, dim: palette.dim };
      return title + toTable(long ? LONG : SHORT, rows, 'WHAT HAPPENS', heads);
    })
    .join('\n\n');
}

function toRow(outcome: Outcome, background: Background, long: boolean, paint: (text: string) => string): Row {
  const { connectionId, regionId, rule, since } = outcome;
  const happens = describeOutcome(outcome, background.policy, background.startedMs);
  const sinceText = since === null ? '' : formatMoment(Date.parse(since));
  const short = [outcome.outcome, connectionId, background.names.get(connectionId) ?? '', regionId];
  const cells = long ? [...short, rule ?? '', sinceText] : short;
  const lead = [...(rule === null ? [] : [rule]), ...(sinceText === '' ? [] : [`since ${sinceText}`])].join(' ');
  const detail = long || lead === '' ? happens : `${lead}: ${happens}`;
  return { cells: cells.map(toPrintable), detail: toPrintable(shortenMoments(detail)), paint };
}

function inOrder(a: Outcome, b: Outcome): number {
  const kind = ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome);
  if (kind !== 0) {
    return kind;
  }
  const since = (a.since ?? '9').localeCompare(b.since ?? '9');
  return since !== 0 ? since : a.connectionId < b.connectionId ? -1 : 1;
}
