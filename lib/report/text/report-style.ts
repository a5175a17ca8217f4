import pc from 'picocolors';
import type { OutcomeKind } from '../../core/domain/outcome.ts';

/** The style of a report: whether it has colours, and its width in columns. */
export type ReportStyle = { readonly color: boolean; readonly columns: number };

export type Paint = (text: string) => string;
export type Palette = {
  readonly dim: Paint;
  readonly bold: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
};

export const paletteOf = ({ color }: Pick<ReportStyle, 'color'>): Palette => pc.createColors(color);

/**
 * Red marks lost or broken connections, yellow marks connections on their way to deletion, and green marks safe
 * connections.
 */
const COLORS: Readonly<Partial<Record<OutcomeKind, 'red' | 'green' | 'yellow'>>> = {
  planned: 'red',
  deleted: 'red',
  'already-gone': 'red',
  failed: 'red',
  held: 'yellow',
  blocked: 'yellow',
  deferred: 'yellow',
  marked: 'yellow',
  waiting: 'yellow',
  unknown: 'yellow',
  cleared: 'green',
  protected: 'green',
  kept: 'green',
};

export const paintOutcome = (palette: Palette, outcome: OutcomeKind): Paint => {
  const color = COLORS[outcome];
  return color === undefined ? (text) => text : palette[color];
};
