import { countOutcomes, type Outcome } from '../../core/domain/outcome.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { toPrintable } from '../../core/text/printable.ts';
import { describeOutcome } from '../describe-outcome.ts';
import { type GroupKey, groupOutcomes } from '../view/view.ts';
import { listCounts } from './dispatch-table.ts';
import { formatMoment, shortenMoments } from './moment-text.ts';
import { type Palette, paintOutcome, paletteOf, type ReportStyle } from './report-style.ts';
import { count } from './summary.ts';
import { type Column, type Row, toTable, widthOfColumns } from './table.ts';

/** The further facts that a readable report needs besides the result. */
export type Background = {
  readonly policy: Policy;
  readonly startedMs: number;
};

type OutcomeColumn = Column & { readonly textOf: (outcome: Outcome) => string };

const momentOf = (iso: string | null): string => (iso === null ? '' : formatMoment(Date.parse(iso)));

const FIRST: readonly OutcomeColumn[] = [
  { title: 'OUTCOME', textOf: ({ outcome }) => outcome },
  { title: 'CONNECTION', textOf: ({ connectionId }) => connectionId },
  { title: 'NAME', mayBeCut: true, textOf: ({ name }) => name ?? '' },
];
const ACCOUNT: OutcomeColumn = { title: 'ACCOUNT', textOf: ({ accountId }) => accountId };
const REGION: OutcomeColumn = { title: 'REGION', textOf: ({ regionId }) => regionId };
const OWNER: OutcomeColumn = { title: 'OWNER', mayBeCut: true, textOf: ({ owner }) => owner ?? '' };
const RULE: OutcomeColumn = { title: 'RULE', textOf: ({ rule }) => rule ?? '' };
const SINCE: OutcomeColumn = { title: 'SINCE', textOf: ({ since }) => momentOf(since) };
const ROUTER: OutcomeColumn = {
  title: 'TRANSIT ROUTER',
  textOf: ({ attachedTo }) => attachedTo?.transitRouterId ?? '',
};
/** The width of most sentences. A further column is not worth a second line for every row. */
const SENTENCE_WIDTH = 54;
/**
 * Further columns, in the order in which they get room. A column appears only if there is room for it and if an outcome
 * has a value.
 */
const MORE: readonly OutcomeColumn[] = [
  OWNER,
  RULE,
  SINCE,
  { title: 'DUE', textOf: ({ dueAt }) => momentOf(dueAt) },
  { title: 'NOTICE UNTIL', textOf: ({ noticeUntil = null }) => momentOf(noticeUntil) },
  { title: 'HELD UNTIL', textOf: ({ heldUntil }) => momentOf(heldUntil) },
  ROUTER,
  { title: 'CEN', textOf: ({ attachedTo }) => attachedTo?.cenId ?? '' },
  { title: 'CREATED', textOf: ({ createdAt }) => momentOf(createdAt) },
];

/** A row for each outcome, in the given order. If there are several accounts or groups, each has its own table. */
export function toOutcomeTable(
  outcomes: readonly Outcome[],
  background: Background,
  style: ReportStyle,
  groupBy?: GroupKey,
): string {
  const palette = paletteOf(style);
  const accounts = [...new Set(outcomes.map(({ accountId }) => accountId))].sort();
  const table = (members: readonly Outcome[], more: readonly OutcomeColumn[] = []) =>
    toOneTable(members, [...FIRST, ...more, REGION], background, style);
  if (groupBy !== undefined) {
    const more = accounts.length > 1 ? [ACCOUNT] : [];
    return groupOutcomes(outcomes, groupBy)
      .map(({ value, outcomes: members }) => `${groupTitle(groupBy, value, members, palette)}\n${table(members, more)}`)
      .join('\n\n');
  }
  return accounts
    .map((accountId) => {
      const title = accounts.length > 1 ? `${palette.bold(`Account ${toPrintable(accountId)}`)}\n` : '';
      return title + table(outcomes.filter((outcome) => outcome.accountId === accountId));
    })
    .join('\n\n');
}

const GROUP_NAMES = { region: 'Region', owner: 'Owner', rule: 'Rule' } as const;

function groupTitle(key: GroupKey, value: string | null, members: readonly Outcome[], palette: Palette): string {
  const name = value === null ? `No ${key}` : `${GROUP_NAMES[key]} ${toPrintable(value)}`;
  return `${palette.bold(name)}: ${count(members.length, 'connection')} (${listCounts(countOutcomes(members))})`;
}

function toOneTable(
  outcomes: readonly Outcome[],
  fixed: readonly OutcomeColumn[],
  background: Background,
  style: ReportStyle,
): string {
  const palette = paletteOf(style);
  const columns = chooseColumns(outcomes, fixed, style.columns);
  const rows = outcomes.map((outcome) => toRow(outcome, columns, background, palette));
  return toTable(columns, rows, 'WHAT HAPPENS', { columns: style.columns, head: palette.bold, dim: palette.dim });
}

/** The fixed columns, and as many further columns as leave room for a sentence. */
function chooseColumns(
  outcomes: readonly Outcome[],
  fixed: readonly OutcomeColumn[],
  width: number,
): readonly OutcomeColumn[] {
  const cellsOf = (column: OutcomeColumn) => outcomes.map((outcome) => toPrintable(column.textOf(outcome)));
  const useful = MORE.filter((column) => outcomes.some((outcome) => column.textOf(outcome) !== ''));
  let used = 0;
  const chosen: OutcomeColumn[] = [];
  for (const column of [...fixed, ...useful]) {
    const rows = cellsOf(column).map((cell) => ({ cells: [cell], detail: '', paint: String }));
    used += widthOfColumns([column], rows) + 2;
    if (!fixed.includes(column) && used + SENTENCE_WIDTH > width) {
      break;
    }
    chosen.push(column);
  }
  return chosen;
}

/** A value without its own column appears in the sentence. */
function toRow(
  outcome: Outcome,
  columns: readonly OutcomeColumn[],
  { policy, startedMs }: Background,
  palette: Palette,
): Row {
  const missing = (column: OutcomeColumn): string => (columns.includes(column) ? '' : column.textOf(outcome));
  const [rule, since, owner, router] = [RULE, SINCE, OWNER, ROUTER].map(missing);
  const lead = [rule, since && `since ${since}`].filter(Boolean).join(' ');
  const happens = describeOutcome(outcome, policy, startedMs);
  const detail = [
    lead === '' ? happens : `${lead}: ${happens}`,
    ...(router ? [`bound to ${router}`] : []),
    ...(owner ? [`owner ${owner}`] : []),
  ].join('; ');
  return {
    cells: columns.map(({ textOf }) => toPrintable(textOf(outcome))),
    detail: toPrintable(shortenMoments(detail)),
    paint: paintOutcome(palette, outcome.outcome),
  };
}
