import type { ConnectionRecord, CustomerGateway } from '../estate/estate-types.ts';
import type { Context } from '../operation.ts';

/** The tags that a read shows now: the switch says how far reads lag behind tag writes. */
export const shownTags = (
  { store, behaviours, nowMs }: Context,
  row: ConnectionRecord | CustomerGateway,
): Readonly<Record<string, string>> => store.tagHistory.shown(row, nowMs - behaviours.tagReadLagMs);
