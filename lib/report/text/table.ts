import { cutTo, widthOf, wrap } from './text-width.ts';

/** A line of a table: its cells, and a sentence that moves below them if there is no room beside them. */
export type Row = {
  readonly cells: readonly string[];
  readonly detail: string;
  readonly paint: (text: string) => string;
};

export type Column = {
  readonly title: string;
  /** If true, the text may be cut for lack of room. Undefined for texts that people copy. */
  readonly mayBeCut?: true;
};

/** `columns`: the width of a line. Infinity for a file or a pipe, where nothing is cut or wrapped. */
export type TableStyle = {
  readonly columns: number;
  readonly head: (text: string) => string;
  readonly dim: (text: string) => string;
};

const GAP = 2;
/** If a sentence has less room than this, it moves below its row. */
const DETAIL_WIDTH_MIN = 40;
/**
 * The least width of a cut column beside a sentence, and below it the least width if the sentence moves below the row.
 */
const CUT_WIDTH = 24;
const CUT_WIDTH_MIN = 12;
const INDENT = '  ';

/**
 * Rows in columns, without borders. The sentence is the last column if the width allows it. Otherwise it has its own
 * lines. If even the cells do not fit side by side, each row is a paragraph, so no line is wider than the style allows.
 *
 * @param rows printable text without colour. The first cell is painted
 */
export function toTable(
  columns: readonly Column[],
  rows: readonly Row[],
  detailTitle: string,
  style: TableStyle,
): string {
  const natural = naturalWidths(columns, rows);
  const beside = cutToFit(columns, natural, style.columns - DETAIL_WIDTH_MIN - GAP, CUT_WIDTH);
  if (beside !== undefined) {
    return toColumns({ columns, rows, widths: beside, detailTitle }, style);
  }
  const below = cutToFit(columns, natural, style.columns, CUT_WIDTH_MIN);
  return below === undefined
    ? rows.map((row) => toParagraph(row, style)).join('\n')
    : toColumns({ columns, rows, widths: below, detailTitle: undefined }, style);
}

/** The width of each column without cuts. */
const naturalWidths = (columns: readonly Column[], rows: readonly Row[]): readonly number[] =>
  columns.map(({ title }, at) =>
    rows.reduce((width, { cells }) => Math.max(width, widthOf(cells[at] ?? '')), title.length),
  );

/** The width of all columns with their gaps. */
const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + GAP, -GAP);

/** The total width of uncut columns, from which a caller chooses its columns. */
export const widthOfColumns = (columns: readonly Column[], rows: readonly Row[]): number =>
  total(naturalWidths(columns, rows).map((width, at) => (columns[at]?.mayBeCut ? Math.min(width, CUT_WIDTH) : width)));

/** The widths, cut as far as needed, with no column below `least`. Undefined if that is not enough. */
function cutToFit(
  columns: readonly Column[],
  natural: readonly number[],
  room: number,
  least: number,
): readonly number[] | undefined {
  let over = total(natural) - room;
  const widths = natural.map((width, at) => {
    const cut = columns[at]?.mayBeCut ? Math.min(Math.max(0, over), Math.max(0, width - least)) : 0;
    over -= cut;
    return width - cut;
  });
  return over > 0 ? undefined : widths;
}

type Layout = {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly widths: readonly number[];
  /** Undefined if the sentences are below their rows. */
  readonly detailTitle: string | undefined;
};

function toColumns({ columns, rows, widths, detailTitle }: Layout, style: TableStyle): string {
  const [first = 0] = widths;
  const used = total(widths) + GAP;
  const indent = ' '.repeat(detailTitle === undefined ? first + GAP : used);
  const room = style.columns - indent.length;
  const titles = columns.map(({ title }, at) => pad(title, widths[at] ?? 0));
  const head = [...titles, ...(detailTitle === undefined ? [] : [detailTitle])].join(' '.repeat(GAP)).trimEnd();
  const lines = rows.flatMap(({ cells, detail, paint }) => {
    const shown = widths.map((width, at) => pad(cutTo(cells[at] ?? '', width), width));
    const line = [paint(cells[0] ?? '') + (shown[0] ?? '').slice((cells[0] ?? '').length), ...shown.slice(1)].join(
      ' '.repeat(GAP),
    );
    const [beside = '', ...more] = wrap(detail, room);
    return detailTitle === undefined
      ? [line.trimEnd(), ...[beside, ...more].map((text) => indent + style.dim(text))]
      : [`${line}${' '.repeat(GAP)}${beside}`.trimEnd(), ...more.map((text) => indent + text)];
  });
  return [style.head(head), ...lines].join('\n');
}

/** A row as a paragraph: its first two cells on a single line if they fit, and the rest below. */
function toParagraph({ cells, detail, paint }: Row, style: TableStyle): string {
  const [state = '', subject = '', ...others] = cells;
  const room = style.columns - INDENT.length;
  const below = (text: string) => wrap(text, room).map((line) => INDENT + line);
  const fits = widthOf(state) + GAP + widthOf(subject) <= style.columns;
  return [
    ...(fits ? [`${paint(state)}${INDENT}${subject}`] : [paint(state), ...below(subject)]),
    ...below(others.filter((cell) => cell !== '').join(', ')),
    ...wrap(detail, room).map((line) => INDENT + style.dim(line)),
  ].join('\n');
}

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
