import type { PageData } from '../page-data.ts';
import { button, clipped, html, said } from './dom.ts';
import type { Row } from './page-rows.ts';
import type { PageState, SortKey } from './page-state.ts';
import { formatNumber, reasonOf, toneOf, whenOf } from './page-words.ts';
import { rowDetail } from './row-detail.ts';

export const PAGE_ROWS = 100;

type Column = { readonly key: SortKey; readonly label: string; readonly cell: (row: Row, nowMs: number) => Node };

const COLUMNS: readonly Column[] = [
  { key: 'outcome', label: 'Outcome', cell: ({ outcome }) => badge(outcome) },
  { key: 'name', label: 'Connection', cell: ({ name, id }) => connectionCell(name, id) },
  { key: 'owner', label: 'Owner', cell: ({ owner }) => (owner === null ? dash('no owner') : clipped(owner)) },
  { key: 'region', label: 'Region', cell: ({ region, account }) => placeCell(region, account) },
  { key: 'rule', label: 'Rule', cell: ({ rule }) => (rule === null ? dash('no rule') : clipped(rule)) },
  { key: 'when', label: 'Deletion', cell: (row, nowMs) => whenCell(row, nowMs) },
  { key: 'reason', label: 'Reason', cell: (row) => html('span', { class: 'reason' }, clipped(reasonOf(row))) },
];

const badge = (outcome: string): Node => html('span', { class: `badge tone-${toneOf(outcome)}` }, outcome);

const dash = (means: string): Node =>
  html(
    'span',
    { class: 'none' },
    html('span', { 'aria-hidden': 'true' }, '–'),
    html('span', { class: 'unseen' }, means),
  );

function connectionCell(name: string | null, id: string): Node {
  const shown = name ? clipped(name, 'name') : html('span', { class: 'name none' }, 'no name');
  return html('span', {}, shown, ' ', clipped(id, 'id mono'));
}

const placeCell = (region: string, account: string): Node =>
  html('span', {}, said(region, 'region'), ' ', said(account, 'id mono'));

function whenCell(row: Row, nowMs: number): Node {
  const text = whenOf(row, nowMs);
  return text === '' ? dash('no date') : html('span', {}, text);
}

export type ConnectionTable = {
  readonly element: HTMLElement;
  /** Shows a page of sorted rows. */
  readonly show: (found: readonly Row[], state: PageState, rowsMax?: number) => void;
  /** Closes the open row, and opens this row if it is visible. */
  readonly open: (id: string) => void;
};

export type TableEvents = {
  readonly sort: (key: SortKey) => void;
  readonly toggle: (id: string) => void;
  readonly announce: (text: string) => void;
};

export function connectionTable(data: PageData, events: TableEvents): ConnectionTable {
  const nowMs = Date.parse(data.report.madeAt);
  const heads = COLUMNS.map(({ key, label }) => {
    const sort = button(label, () => events.sort(key));
    return html('th', { scope: 'col', class: `col-${key}` }, sort);
  });
  const body = html('tbody');
  const first = html('th', { scope: 'col', class: 'col-open' }, html('span', { class: 'unseen' }, 'Details'));
  const element = html(
    'table',
    { class: 'connections' },
    html('caption', { class: 'unseen' }, 'Connections'),
    html('thead', {}, html('tr', {}, first, ...heads)),
    body,
  );
  const opened = new Map<string, { readonly row: Row; readonly toggle: HTMLElement; readonly line: HTMLElement }>();

  const open = (id: string): void => {
    for (const detail of body.querySelectorAll('tr.opened')) {
      detail.remove();
    }
    for (const [shownId, { row, toggle, line }] of opened) {
      const isOpen = shownId === id;
      toggle.setAttribute('aria-expanded', String(isOpen));
      if (isOpen) {
        const cell = html('td', { colspan: COLUMNS.length + 1 }, rowDetail(row, data, events.announce));
        line.after(html('tr', { class: 'opened' }, cell));
      }
    }
  };

  const lineOf = (row: Row): HTMLElement => {
    const label = row.name ? `${row.name.slice(0, 80)}, ${row.id}` : row.id;
    const toggle = button('', () => events.toggle(row.id), { class: 'toggle', 'aria-label': `Details of ${label}` });
    const cells = COLUMNS.map(({ key, cell }) => html('td', { class: `col-${key}` }, cell(row, nowMs)));
    const line = html('tr', { class: 'row' }, html('td', { class: 'col-open' }, toggle), ...cells);
    // The whole line is a larger target for a mouse, in addition to the button. Text can still be selected and copied.
    line.addEventListener('click', ({ target }) => {
      const isButton = target instanceof Element && target.closest('button') !== null;
      if (!isButton && getSelection()?.isCollapsed !== false) {
        events.toggle(row.id);
      }
    });
    opened.set(row.id, { row, toggle, line });
    return line;
  };

  return {
    element,
    open,
    show: (found, state, rowsMax = PAGE_ROWS) => {
      const start = rowsMax > PAGE_ROWS ? 0 : (state.page - 1) * PAGE_ROWS;
      opened.clear();
      body.replaceChildren(...found.slice(start, start + rowsMax).map(lineOf));
      for (const [index, head] of heads.entries()) {
        showOrder(head, COLUMNS[index]?.key === state.sort, state.isDescending);
      }
      open(state.open);
    },
  };
}

function showOrder(head: HTMLElement, isSorted: boolean, isDescending: boolean): void {
  if (isSorted) {
    head.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
  } else {
    head.removeAttribute('aria-sort');
  }
}

export type Pager = { readonly element: HTMLElement; readonly show: (found: number, page: number) => void };

/** The range of the visible rows, and buttons for other pages. */
export function pager(turn: (page: number) => void): Pager {
  let current = 1;
  const previous = button('Previous', () => turn(current - 1));
  const next = button('Next', () => turn(current + 1));
  const where = html('span', {});
  const element = html('nav', { class: 'pager', 'aria-label': 'Pages of the table' }, previous, where, next);
  return {
    element,
    show: (found, page) => {
      current = page;
      const pages = pagesOf(found);
      where.textContent = `Page ${formatNumber(page)} of ${formatNumber(pages)}`;
      previous.disabled = page <= 1;
      next.disabled = page >= pages;
      element.hidden = pages === 1;
    },
  };
}

export const pagesOf = (found: number): number => Math.max(1, Math.ceil(found / PAGE_ROWS));
