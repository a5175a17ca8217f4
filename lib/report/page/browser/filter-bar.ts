import { toPrintable } from '../../../core/text/printable.ts';
import { button, html } from './dom.ts';
import type { Row } from './page-rows.ts';
import { FILTERS, type FilterName, isNarrowed, narrowed, type PageState, START } from './page-state.ts';
import { formatNumber, rankOf } from './page-words.ts';
import { NONE, OUTCOME_GROUPS, WHEN_CHOICES } from './row-query.ts';

/** A longer list is unusable. The search finds the omitted values. */
const OPTIONS_MAX = 400;
const OPTION_CHARS_MAX = 60;
const SEARCH_DELAY_MS = 120;

type Option = readonly [value: string, label: string];

const LABELS: Readonly<Record<FilterName, string>> = {
  outcome: 'Outcome',
  rule: 'Rule',
  account: 'Account',
  region: 'Region',
  owner: 'Owner',
  when: 'Deletion',
};

export type FilterBar = { readonly element: HTMLElement; readonly show: (state: PageState) => void };

/**
 * Search and filters.
 *
 * @param change receives the choice of a person. `isTyping` is true while more input may follow
 */
export function filterBar(
  rows: readonly Row[],
  current: () => PageState,
  change: (state: PageState, isTyping: boolean) => void,
): FilterBar {
  const selects = new Map(FILTERS.map((name) => [name, selectOf(name, optionsOf(name, rows))]));
  for (const [name, select] of selects) {
    select.addEventListener('change', () => change(narrowed(current(), { [name]: select.value }), false));
  }
  const search = html('input', { type: 'search', id: 'search', autocomplete: 'off', spellcheck: 'false' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => change(narrowed(current(), { search: search.value }), true), SEARCH_DELAY_MS);
  });
  const clear = button('Show all', () => change(narrowed(current(), cleared()), false), { class: 'clear' });
  const element = html(
    'div',
    { class: 'filters', role: 'search' },
    html('div', { class: 'field search' }, html('label', { for: 'search' }, 'Search'), search),
    ...FILTERS.map((name) => fieldOf(name, selects.get(name))),
    clear,
  );
  return {
    element,
    show: (state) => {
      if (search.value !== state.search) {
        search.value = state.search;
      }
      for (const [name, select] of selects) {
        choose(select, state[name]);
      }
      clear.disabled = !isNarrowed(state);
    },
  };
}

const cleared = (): Partial<PageState> => ({
  search: '',
  ...Object.fromEntries(FILTERS.map((name) => [name, START[name]])),
});

/** A filter with a single value offers no choice. */
function fieldOf(name: FilterName, select: HTMLSelectElement | undefined): HTMLElement | undefined {
  if (select === undefined) {
    return undefined;
  }
  const isUseless = select.options.length <= 2 && name !== 'outcome';
  return html('div', { class: 'field', hidden: isUseless }, html('label', { for: select.id }, LABELS[name]), select);
}

const selectOf = (name: FilterName, options: readonly Option[]): HTMLSelectElement =>
  html(
    'select',
    { id: `filter-${name}` },
    html('option', { value: '' }, 'all'),
    ...options.slice(0, OPTIONS_MAX).map(([value, label]) => html('option', { value }, label)),
    options.length > OPTIONS_MAX
      ? html('option', { disabled: true }, `… ${formatNumber(options.length - OPTIONS_MAX)} more: use the search`)
      : undefined,
  );

/** An address may name a value that is not in the list. */
function choose(select: HTMLSelectElement, value: string): void {
  select.value = value;
  if (select.value !== value) {
    select.append(html('option', { value }, toLabel(value)));
    select.value = value;
    select.parentElement?.removeAttribute('hidden');
  }
}

const toLabel = (text: string): string =>
  toPrintable(text.length > OPTION_CHARS_MAX ? `${text.slice(0, OPTION_CHARS_MAX)}…` : text);

function optionsOf(name: FilterName, rows: readonly Row[]): readonly Option[] {
  if (name === 'when') {
    return WHEN_CHOICES.map(([value, label]) => [value, label]);
  }
  const numbers = new Map<string, number>();
  for (const row of rows) {
    const value = row[name] ?? NONE;
    numbers.set(value, (numbers.get(value) ?? 0) + 1);
  }
  const values = [...numbers];
  if (name === 'outcome') {
    const groups = OUTCOME_GROUPS.filter(([, , outcomes]) => outcomes.some((outcome) => numbers.has(outcome)));
    const single = values.sort(([a], [b]) => rankOf(a) - rankOf(b));
    return [...groups.map(([value, label]): Option => [value, label]), ...single.map(withNumber)];
  }
  // Beyond the limit, the rarest values are left out.
  const shown = values.sort(([, a], [, b]) => b - a);
  const listed = shown.slice(0, OPTIONS_MAX).sort(([a], [b]) => Number(a > b) - Number(a < b));
  return [...listed, ...shown.slice(OPTIONS_MAX)].map(withNumber);
}

const withNumber = ([value, number]: readonly [string, number]): Option => [
  value,
  `${toLabel(value)} (${formatNumber(number)})`,
];
