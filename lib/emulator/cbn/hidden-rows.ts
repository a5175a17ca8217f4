/** The rows that a listing shows, and the rows that it hides only because of their state. */
export type Sifted<T> = { readonly shown: T[]; readonly hidden: T[] };

/**
 * Parts rows by the state that a listing asks for, if any.
 *
 * A search for a later state counts as a read of the hidden rows. Otherwise a client that waits for `Active` would wait
 * for ever.
 */
export function siftByState<T>(
  rows: readonly T[],
  wanted: string | undefined,
  stateOf: (row: T) => unknown,
): Sifted<T> {
  const shown: T[] = [];
  const hidden: T[] = [];
  for (const row of rows) {
    (wanted === undefined || stateOf(row) === wanted ? shown : hidden).push(row);
  }
  return { shown, hidden };
}
