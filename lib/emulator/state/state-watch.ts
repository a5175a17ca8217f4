import type { Pending } from '../estate/estate-fields.ts';
import type { Table } from './record-table.ts';

export type Changing = { pending?: Pending | undefined };

/** How long a change takes: a count of reads that still show the old state, or time, whichever ends first. */
export type Span = { readonly polls: number | null; readonly ms: number | null };

export const pendingFor = (to: Pending['to'], span: Span, fromMs: number): Pending => ({
  to,
  polls: span.polls,
  atMs: span.ms === null ? null : fromMs + span.ms,
});

export function setPending(row: Changing, pending: Pending | undefined): void {
  if (pending === undefined) {
    delete row.pending;
  } else {
    row.pending = pending;
  }
}

/** The rows of a table that are changing, and the effect of the end of each change. */
export class StateWatch<T extends Changing> {
  readonly #finish: (row: T, atMs: number) => void;
  readonly #rows = new Set<T>();

  constructor(table: Table<T>, finish: (row: T, atMs: number) => void) {
    this.#finish = finish;
    table.onRebuilt((rows) => {
      this.#rows.clear();
      for (const row of rows) {
        this.#add(row);
      }
    });
    table.onChanging((row) => this.#add(row));
  }

  /** Ends the changes that are over, and answers whether there were any. */
  end(nowMs: number): boolean {
    let hasEnded = false;
    for (const row of this.#rows) {
      const endedAtMs = endOf(row, nowMs);
      if (row.pending === undefined || endedAtMs !== undefined) {
        this.#rows.delete(row);
      }
      if (endedAtMs === undefined) {
        continue;
      }
      this.#finish(row, endedAtMs);
      hasEnded = true;
    }
    return hasEnded;
  }

  #add(row: T): void {
    if (row.pending !== undefined) {
      this.#rows.add(row);
    }
  }
}

/** When a change ended. Undefined while it has not ended. */
function endOf({ pending }: Changing, nowMs: number): number | undefined {
  if (pending === undefined) {
    return undefined;
  }
  if (pending.atMs !== null && pending.atMs <= nowMs) {
    return pending.atMs;
  }
  return pending.polls !== null && pending.polls <= 0 ? nowMs : undefined;
}
