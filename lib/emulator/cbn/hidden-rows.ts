/** Rows that a listing shows, and those that only their state keeps from being shown. */
export type Sifted<T> = { readonly shown: T[]; readonly hidden: T[] };

/**
 * Parts rows by a state that a listing asks for; undefined asks for none. To look for what is not in that state yet is a
 * look at it all the same: a client that waits for `Active` would else wait for ever.
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
