import type { Connection, CustomerGateway } from '../estate/estate-types.ts';
import type { Context } from '../operation.ts';

/** The tags that a read shows now: the switch says how far reads lag behind tag writes. */
export const shownTags = (
  { store, switches, nowMs }: Context,
  row: Connection | CustomerGateway,
): Readonly<Record<string, string>> => store.tagHistory.shown(row, nowMs - switches.tagReadLagMs);
