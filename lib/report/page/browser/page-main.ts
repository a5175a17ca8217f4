import type { PageData } from '../page-data.ts';
import { connectionTable, PAGE_ROWS, pager, pagesOf } from './connection-table.ts';
import { deletionChart } from './deletion-chart.ts';
import { html, section } from './dom.ts';
import { filterBar } from './filter-bar.ts';
import { type Row, unpackRows } from './page-rows.ts';
import { isNarrowed, narrowed, type PageState, parseAddress, type SortKey, START, toAddress } from './page-state.ts';
import { count, formatNumber } from './page-words.ts';
import { queryRows } from './row-query.ts';
import { attention } from './sections/attention-section.ts';
import { leftoversSection } from './sections/leftovers-section.ts';
import { sources } from './sections/sources-section.ts';
import { pageHeader, totals } from './sections/status-section.ts';

/** A printed list is longer than a list on the screen, but still limited. */
const PRINT_ROWS_MAX = 1_000;

function readData(): PageData {
  return JSON.parse(document.getElementById('data')?.textContent ?? '');
}

function start(data: PageData): void {
  const rows = unpackRows(data);
  const nowMs = Date.parse(data.report.madeAt);
  let state = START;
  let found: readonly Row[] = [];
  const live = html('p', { class: 'found', role: 'status' });
  const told = html('p', { class: 'unseen', role: 'status' });

  const show = (): void => {
    found = queryRows(rows, state, nowMs);
    state = { ...state, page: Math.min(state.page, pagesOf(found.length)) };
    filters.show(state);
    table.show(found, state);
    table.element.hidden = found.length === 0;
    none.hidden = found.length > 0;
    none.textContent = rows.length === 0 ? nothingListed(data) : 'No connection matches.';
    live.textContent = foundText(found.length, rows.length, state);
    pages.show(found.length, state.page);
  };
  const move = (to: PageState, isTyping = false): void => {
    state = to;
    show();
    keepAddress(state, isTyping);
  };
  const showRows = (filter: Partial<PageState>): void => {
    move({ ...START, sort: state.sort, isDescending: state.isDescending, ...filter });
    list.scrollIntoView({ block: 'start' });
    heading(list)?.focus({ preventScroll: true });
  };
  const sort = (key: SortKey): void => {
    move(narrowed(state, { sort: key, isDescending: state.sort === key && !state.isDescending }));
  };
  const toggle = (id: string): void => {
    state = { ...state, open: state.open === id ? '' : id };
    table.open(state.open);
    keepAddress(state, true);
  };
  const turn = (page: number): void => {
    move({ ...state, page, open: '' });
    list.scrollIntoView({ block: 'start' });
  };

  const filters = filterBar(rows, () => state, move);
  const announce = (text: string): void => {
    told.textContent = text;
  };
  const table = connectionTable(data, { sort, toggle, announce });
  const pages = pager(turn);
  const none = html('p', { class: 'calm' });
  const list = section('connections', 'Connections', filters.element, live, table.element, none, pages.element, told);
  heading(list)?.setAttribute('tabindex', '-1');
  document.body.append(
    pageHeader(data, Date.now()),
    html(
      'main',
      {},
      totals(data, rows, showRows),
      attention(data, rows, showRows),
      deletionChart(rows, nowMs),
      list,
      leftoversSection(data),
      sources(data),
    ),
  );
  document.title = `vco-sweeper: ${data.report.status}, ${data.report.madeAt.slice(0, 10)}`;
  const showAddress = (): void => {
    const asked = parseAddress(location.hash);
    const place = asked.open === '' ? -1 : queryRows(rows, asked, nowMs).findIndex(({ id }) => id === asked.open);
    state = place === -1 ? asked : { ...asked, page: Math.floor(place / PAGE_ROWS) + 1 };
    show();
  };
  showAddress();
  goToTable(list, state);

  addEventListener('popstate', showAddress);
  addEventListener('beforeprint', () => {
    table.show(found, state, PRINT_ROWS_MAX);
    live.textContent = printText(found.length);
  });
  addEventListener('afterprint', show);
}

const heading = (list: HTMLElement): HTMLElement | null => list.querySelector('h2');

/** A link to a row or to a filter scrolls to the table. */
function goToTable(list: HTMLElement, state: PageState): void {
  if (state.open !== '' || isNarrowed(state)) {
    list.scrollIntoView({ block: 'start' });
  }
}

/** While a person types or opens rows in sequence, the "back" button still leads to the earlier view. */
function keepAddress(state: PageState, isPassing: boolean): void {
  const url = `#${toAddress(state)}`;
  if (isPassing) {
    history.replaceState(null, '', url);
  } else {
    history.pushState(null, '', url);
  }
}

function foundText(found: number, all: number, { page }: PageState): string {
  if (found === 0) {
    return all === 0 ? '' : `0 of ${count(all, 'connection')}`;
  }
  const first = (page - 1) * PAGE_ROWS + 1;
  const last = Math.min(found, page * PAGE_ROWS);
  const rows = found <= PAGE_ROWS ? '' : `${formatNumber(first)}–${formatNumber(last)} of `;
  return found === all
    ? `${rows}${count(found, 'connection')}`
    : `${rows}${formatNumber(found)} that match, of ${count(all, 'connection')}`;
}

const nothingListed = ({ report: { places } }: PageData): string =>
  places.some(({ listing }) => listing === 'unread')
    ? 'No connection is listed, and not every place was read.'
    : 'No connection is listed: all are in use, or there is none.';

const printText = (found: number): string =>
  found <= PRINT_ROWS_MAX
    ? count(found, 'connection')
    : `The first ${formatNumber(PRINT_ROWS_MAX)} of ${count(found, 'connection')}. Filter for fewer, or use the CSV.`;

start(readData());
