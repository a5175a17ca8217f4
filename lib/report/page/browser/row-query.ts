import type { Row } from './page-rows.ts';
import type { PageState, SortKey } from './page-state.ts';
import { rankOf } from './page-words.ts';

const DAY_MS = 86_400_000;

/** The value of a filter for connections without an owner or a rule. No owner and no rule has this name. */
export const NONE = '(none)';

type Choice<T> = readonly [value: string, label: string, test: T];

/** Groups of outcomes, which come before the single outcomes. */
export const OUTCOME_GROUPS: readonly Choice<readonly string[]>[] = [
  ['attention', 'needs a person: failed or blocked', ['failed', 'blocked']],
  ['gone', 'gone: deleted or already gone', ['deleted', 'already-gone']],
  ['due', 'due: planned or deferred', ['planned', 'deferred']],
  ['clock', 'waiting: marked or waiting', ['marked', 'waiting']],
];

const within =
  (days: number) =>
  ({ removal }: Row, nowMs: number): boolean =>
    removal !== undefined && removal.kind !== 'gone' && removal.atMs <= nowMs + days * DAY_MS;

/** The dates of deletions. Each later choice includes the earlier choices. */
export const WHEN_CHOICES: readonly Choice<(row: Row, nowMs: number) => boolean>[] = [
  ['gone', 'already deleted', ({ removal }) => removal?.kind === 'gone'],
  ['now', 'due now', within(0)],
  ['1d', 'due now or within 24 hours', within(1)],
  ['7d', 'due now or within 7 days', within(7)],
  ['30d', 'due now or within 30 days', within(30)],
  ['later', 'after 30 days', (row, nowMs) => row.removal !== undefined && row.removal.atMs > nowMs + 30 * DAY_MS],
  ['never', 'no date', ({ removal }) => removal === undefined],
];

/** The rows that match the search and the filters, in order. Pure. */
export function queryRows(rows: readonly Row[], state: PageState, nowMs: number): readonly Row[] {
  const words = toSearchable(state.search)
    .split(/\s+/)
    .filter((word) => word !== '');
  const passes = toFilter(state, nowMs);
  const found = rows.filter((row) => passes(row) && words.every((word) => searchableOf(row).includes(word)));
  return found.sort(inOrderOf(state));
}

function toFilter(state: PageState, nowMs: number): (row: Row) => boolean {
  const group = OUTCOME_GROUPS.find(([value]) => value === state.outcome);
  const outcomes = group === undefined ? [state.outcome] : group[2];
  const when = WHEN_CHOICES.find(([value]) => value === state.when);
  const isSame = (wanted: string, value: string | null): boolean => wanted === '' || wanted === (value ?? NONE);
  return (row) =>
    (state.outcome === '' || outcomes.includes(row.outcome)) &&
    isSame(state.rule, row.rule) &&
    isSame(state.account, row.account) &&
    isSame(state.region, row.region) &&
    isSame(state.owner, row.owner) &&
    (when === undefined || when[2](row, nowMs));
}

const searchables = new WeakMap<Row, string>();

/** Ignores letter case and the Unicode form of characters. */
const toSearchable = (text: string): string => text.normalize('NFKC').toLowerCase();

function searchableOf(row: Row): string {
  const known = searchables.get(row);
  if (known !== undefined) {
    return known;
  }
  const { id, name, owner, account, region, outcome, rule, reason, code, request, transitRouter, cen, run } = row;
  const texts = [id, name, owner, account, region, outcome, rule, reason, code, request, transitRouter, cen, run];
  const text = toSearchable(texts.join('\n'));
  searchables.set(row, text);
  return text;
}

const TEXTS: Readonly<Record<Exclude<SortKey, 'outcome' | 'when'>, (row: Row) => string>> = {
  name: ({ name, id }) => name || id,
  owner: ({ owner }) => owner ?? '',
  region: ({ region, account }) => `${region} ${account}`,
  rule: ({ rule }) => rule ?? '',
  reason: ({ reason }) => reason,
};

/** Rows without a value come last in both directions. Ties are ordered by urgency, then by date, then by id. */
function inOrderOf({ sort, isDescending }: PageState): (a: Row, b: Row) => number {
  const sign = isDescending ? -1 : 1;
  if (sort === 'outcome') {
    return (a, b) => sign * (rankOf(a.outcome) - rankOf(b.outcome)) || byDate(a, b) || compare(a.id, b.id);
  }
  if (sort === 'when') {
    return (a, b) => lastIf(isDateless(a), isDateless(b)) || sign * byDate(a, b) || byUrgency(a, b);
  }
  const textOf = TEXTS[sort];
  return (a, b) =>
    lastIf(textOf(a) === '', textOf(b) === '') || sign * compare(textOf(a), textOf(b)) || byUrgency(a, b);
}

const isDateless = ({ removal }: Row): boolean => removal === undefined;
const lastIf = (a: boolean, b: boolean): number => Number(a) - Number(b);
const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

const byDate = (a: Row, b: Row): number =>
  compareNumbers(a.removal?.atMs, b.removal?.atMs) || compareNumbers(a.sinceMs ?? undefined, b.sinceMs ?? undefined);

const compareNumbers = (a: number | undefined, b: number | undefined): number =>
  a === b ? 0 : (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY);

const byUrgency = (a: Row, b: Row): number =>
  rankOf(a.outcome) - rankOf(b.outcome) || byDate(a, b) || compare(a.id, b.id);
