export const FILTERS = ['outcome', 'rule', 'account', 'region', 'owner', 'when'] as const;
export type FilterName = (typeof FILTERS)[number];

const SORT_KEYS = ['outcome', 'name', 'owner', 'region', 'rule', 'when', 'reason'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** What of the report is shown. All of it is in the address, so that a link shows the same. An empty text is no filter. */
export type PageState = Readonly<Record<FilterName, string>> & {
  readonly search: string;
  readonly sort: SortKey;
  readonly isDescending: boolean;
  /** From 1. */
  readonly page: number;
  /** The connection whose row is open; empty for none. */
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

/** The state that an address stands for; what it does not say, or says wrongly, is as at the start. Pure. */
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

/** The part of an address after `#`; empty for the state at the start. Pure. */
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

/** Another search or filter begins at the first page, with no row open. */
export const narrowed = (state: PageState, change: Partial<PageState>): PageState => ({
  ...state,
  page: 1,
  open: '',
  ...change,
});

export const isNarrowed = (state: PageState): boolean =>
  state.search.trim() !== '' || FILTERS.some((name) => state[name] !== '');
