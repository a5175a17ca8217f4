import { cutTo, widthOf, wrap } from './text-width.ts';

/** One line of a table: its cells, and a sentence that stands under them when there is no room beside them. */
export type Row = {
  readonly cells: readonly string[];
  readonly detail: string;
  readonly paint: (text: string) => string;
};

export type Column = {
  readonly title: string;
  /** Where there is no room for all of it, the text is cut; undefined: never, because people copy it. */
  readonly mayBeCut?: true;
};

/** `columns`: how wide a line may be; Infinity for a file or a pipe, where nothing is cut or wrapped. */
export type TableStyle = {
  readonly columns: number;
  readonly head: (text: string) => string;
  readonly dim: (text: string) => string;
};

const GAP = 2;
/** A sentence in less room than this stands below its row. */
const DETAIL_WIDTH_MIN = 40;
/** A column that may be cut keeps this much beside a sentence, and the least where the sentence stands below. */
const CUT_WIDTH = 24;
const CUT_WIDTH_MIN = 12;
const INDENT = '  ';

/**
 * Rows in columns, without borders. The sentence stands in a last column where the width allows it, else on lines of its
 * own. Where not even the cells fit beside each other, each row is a paragraph. So no line is wider than the style allows.
 *
 * @param rows printable text without colour; the first cell is painted
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

/** How wide each column is when nothing is cut. */
const naturalWidths = (columns: readonly Column[], rows: readonly Row[]): readonly number[] =>
  columns.map(({ title }, at) =>
    rows.reduce((width, { cells }) => Math.max(width, widthOf(cells[at] ?? '')), title.length),
  );

/** All columns with the gaps between them. */
const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + GAP, -GAP);

/** How wide columns are when none of them is cut: what a caller needs to know to choose among them. */
export const widthOfColumns = (columns: readonly Column[], rows: readonly Row[]): number =>
  total(naturalWidths(columns, rows).map((width, at) => (columns[at]?.mayBeCut ? Math.min(width, CUT_WIDTH) : width)));

/** The widths with as much cut as needed, and no column to less than `least`; undefined when that does not suffice. */
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
  /** Undefined: the sentences stand below their rows. */
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

/** What would be a row: its first two cells on one line if they fit, and the rest below. */
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
