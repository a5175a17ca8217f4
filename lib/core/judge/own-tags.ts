import type { AttachmentId, Connection, Tags } from '../domain/estate.ts';
import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from '../domain/tag-names.ts';
import { ceilToSecond, floorToSecond, toIso, toIsoSeconds } from '../domain/time.ts';
import type { RuleName } from '../rules/all-rules.ts';
import { type Clocks, VOID } from './claims.ts';

/** The two tags of a mark. */
export const MARK_TAGS = [TAG_ORPHAN, TAG_SEEN] as const;
export const hasMarkTags = (tags: Tags): boolean => MARK_TAGS.some((key) => tags.has(key));

/**
 * The tags that overwrite a mark which cannot be removed, the best first. `seen` alone would do, but a run
 * that overlaps may renew it.
 */
export const VOID_MARK: readonly Tags[] = [new Map(MARK_TAGS.map((key) => [key, VOID])), new Map([[TAG_SEEN, VOID]])];
export const VOID_NOTE: readonly Tags[] = [new Map([[TAG_DETACHED, VOID]])];

/** The longest value a tag may have (TagResources). */
export const TAG_VALUE_LENGTH_MAX = 128;
/** So many tags a resource may have (TagResources). */
const TAGS_MAX = 20;

/**
 * The value of the tag that says since when each rule has held. Later moments are kept: a clock may start late, and never
 * early. A value that would be too long leaves out the clocks that are due last.
 *
 * @param dueFirst the rules of these clocks, the one that is due first before the others
 */
export function toMarkText(clocks: Clocks, dueFirst: readonly RuleName[]): string {
  const parts = dueFirst.flatMap((rule) => {
    const sinceMs = clocks.get(rule);
    return sinceMs === undefined ? [] : [`${rule} ${toIsoSeconds(ceilToSecond(sinceMs))}`];
  });
  while (parts.join(', ').length > TAG_VALUE_LENGTH_MAX) {
    parts.pop();
  }
  return parts.join(', ');
}

/** The value of the tag that says when a run last saw it so, and when a step on it last failed. */
export function toSeenText(seenMs: number, triedMs: number | undefined): string {
  const seen = toIsoSeconds(floorToSecond(seenMs));
  return triedMs === undefined ? seen : `${seen} tried ${toIsoSeconds(floorToSecond(triedMs))}`;
}

/** The value of a detach note. With milliseconds: runs tell their notes apart by them. */
export const toNoteText = (atMs: number, attachmentId: AttachmentId): string => `${toIso(atMs)} ${attachmentId}`;

/** How many of its owner's tags have to go before `seen` fits on a connection that has a detach note; 0: it fits. */
export const countTagsOverSeen = (tags: Tags): number =>
  tags.has(TAG_SEEN) ? 0 : Math.max(0, tags.size + 1 - TAGS_MAX);

/** How many of its owner's tags have to go before the sweeper's own fit on a connection; 0: they fit. */
export function countTagsOver({ tags }: Connection, isBound: boolean): number {
  if (tags === 'unread') {
    return 0;
  }
  // On an unbound connection a note that cannot be removed takes a place like any other tag.
  const ours = isBound ? [...MARK_TAGS, TAG_DETACHED] : MARK_TAGS;
  const others = tags.size - ours.filter((key) => tags.has(key)).length;
  return Math.max(0, others + ours.length - TAGS_MAX);
}
