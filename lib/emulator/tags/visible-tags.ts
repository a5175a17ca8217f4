import type { Context } from '../operation.ts';

/** Any resource that has tags. */
export type TaggedRow = { tags: Record<string, string> };

/** The tags that a read shows now. The switch says how far reads lag behind tag writes. */
export const shownTags = ({ store, behaviours, nowMs }: Context, row: TaggedRow): Readonly<Record<string, string>> =>
  store.tagHistory.shown(row, nowMs - behaviours.tagReadLagMs);
