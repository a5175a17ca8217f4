export const FILTERS = ['outcome', 'rule', 'account', 'region', 'owner', 'when'] as const;
export type FilterName = (typeof FILTERS)[number];

const SORT_KEYS = ['outcome', 'name', 'owner', 'region', 'rule', 'when', 'reason'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/**
 * The visible part of the report. The address contains the whole state, so that a link shows the same view. An empty
 * text is no filter.
 */
export type PageState = Readonly<Record<FilterName, string>> & {
  readonly search: string;
  readonly sort: SortKey;
  readonly isDescending: boolean;
  /** The number of the page, from 1. */
  readonly page: number;
  /** The connection with the open row. Empty if all rows are closed. */
  readonly open: string;
};

export const START: PageState = {
  outcome: '',
  rule: '',
  account: '',
  region: '',
  owner: '',
  when: '',
  search: '',
  sort: 'outcome',
  isDescending: false,
  page: 1,
  open: '',
};

const PAGE_PATTERN = /^[1-9]\d{0,5}$/;

/** Reads the state from an address. A missing or wrong part keeps its initial value. Pure. */
export function parseAddress(hash: string): PageState {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const textOf = (name: string): string => said.get(name) ?? '';
  const [, minus = '', key = ''] = /^(-?)(.*)$/.exec(textOf('sort')) ?? [];
  const sort = SORT_KEYS.find((name) => name === key);
  return {
    ...START,
    ...Object.fromEntries(FILTERS.map((name) => [name, textOf(name)])),
    search: textOf('q'),
    sort: sort ?? START.sort,
    isDescending: sort !== undefined && minus === '-',
    page: PAGE_PATTERN.test(textOf('page')) ? Number(textOf('page')) : 1,
    open: textOf('open'),
  };
}

/** The part of an address after `#`. Empty for the initial state. Pure. */
export function toAddress(state: PageState): string {
  const isSorted = state.sort !== START.sort || state.isDescending;
  const entries: [string, string][] = [
    ['q', state.search],
    ...FILTERS.map((name): [string, string] => [name, state[name]]),
    ['sort', isSorted ? `${state.isDescending ? '-' : ''}${state.sort}` : ''],
    ['page', state.page === 1 ? '' : String(state.page)],
    ['open', state.open],
  ];
  return new URLSearchParams(entries.filter(([, value]) => value !== '')).toString();
}

/** A new search or filter begins at the first page, with all rows closed. */
export const narrowed = (state: PageState, change: Partial<PageState>): PageState => ({
  ...state,
  page: 1,
  open: '',
  ...change,
});

export const isNarrowed = (state: PageState): boolean =>
  state.search.trim() !== '' || FILTERS.some((name) => state[name] !== '');
