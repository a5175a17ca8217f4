import Table from 'cli-table3';
import { cutTo, widthOf, wrap } from './text-width.ts';

/** One line of a table: its cells, and a sentence that stands under them when there is no room beside them. */
export type Row = {
  readonly cells: readonly string[];
  readonly detail: string;
  readonly paint: (text: string) => string;
};

export type Column = {
  readonly title: string;
  /** Longer text is cut; undefined: never, because people copy it. */
  readonly widthMax?: number;
};

type Cell = string | { readonly content: string; readonly colSpan: number };

const GAP = 2;
const DETAIL_WIDTH_MIN = 40;

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const;

/**
 * Rows in columns, without borders. The sentence stands in a last column where the width allows it, else on lines of
 * its own; so a row is never wider than `columns`, unless what may not be cut is.
 *
 * @param rows printable text without colour; the first cell is painted
 */
export function toTable(
  columns: readonly Column[],
  rows: readonly Row[],
  detailTitle: string,
  style: { readonly columns: number; readonly head: (text: string) => string; readonly dim: (text: string) => string },
): string {
  const widths = columns.map(({ title, widthMax }, at) => {
    const widest = Math.max(title.length, ...rows.map(({ cells }) => widthOf(cells[at] ?? '')));
    return Math.min(widest, widthMax ?? widest);
  });
  const used = widths.reduce((sum, width) => sum + width + GAP, 0);
  const room = style.columns - used;
  const beside = room >= DETAIL_WIDTH_MIN;
  const [first = 0] = widths;
  // Sentences below span all columns but the first, so the last one takes what is left of the width.
  const below = Math.max(used, style.columns) - first - GAP;
  const stretched = widths.map((width, at) => (at === widths.length - 1 ? width + Math.max(0, room) : width) + GAP);

  const titles = [...columns.map(({ title }) => title), ...(beside ? [detailTitle] : [])];
  const table = new Table({
    head: titles.map(style.head),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
    colWidths: beside ? [...widths.map((width) => width + GAP), room + GAP] : stretched,
  });
  for (const { cells, detail, paint } of rows) {
    const shown = widths
      .map((width, at) => cutTo(cells[at] ?? '', width))
      .map((cell, at) => (at === 0 ? paint(cell) : cell));
    if (beside) {
      table.push([...shown, wrap(detail, room).join('\n')]);
      continue;
    }
    table.push([...shown]);
    const line: Cell[] = ['', { content: wrap(detail, below).map(style.dim).join('\n'), colSpan: widths.length - 1 }];
    table.push(line);
  }
  return trimLines(table.toString());
}

const trimLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
