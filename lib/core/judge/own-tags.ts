import type { AttachmentId, Connection, Tags } from '../domain/estate.ts';
import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from '../domain/tag-names.ts';
import { ceilToSecond, floorToSecond, toIso, toIsoSeconds } from '../domain/time.ts';
import type { RuleName } from '../rules/all-rules.ts';
import { type Clocks, VOID } from './claims.ts';

/** The two tags of a mark. */
export const MARK_TAGS = [TAG_ORPHAN, TAG_SEEN] as const;
export const hasMarkTags = (tags: Tags): boolean => MARK_TAGS.some((key) => tags.has(key));

/**
 * The tags that overwrite a mark that cannot be removed, the best first. `seen` alone would be enough, but an
 * overlapping run may renew it.
 */
export const VOID_MARK: readonly Tags[] = [new Map(MARK_TAGS.map((key) => [key, VOID])), new Map([[TAG_SEEN, VOID]])];
export const VOID_NOTE: readonly Tags[] = [new Map([[TAG_DETACHED, VOID]])];

/** The longest value a tag may have (TagResources). */
export const TAG_VALUE_LENGTH_MAX = 128;
/** The most tags that a resource may have (TagResources). */
const TAGS_MAX = 20;

/**
 * The value of the tag with the moment since when each rule has held. Moments are rounded up, because a clock may start
 * late but never early. If the value would be too long, the clocks that are due last are left out.
 *
 * @param dueFirst the rules of these clocks, in the order in which they are due
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

/**
 * The value of the tag with the time when a run last saw the connection in its state, and when a step on it last
 * failed.
 */
export function toSeenText(seenMs: number, triedMs: number | undefined): string {
  const seen = toIsoSeconds(floorToSecond(seenMs));
  return triedMs === undefined ? seen : `${seen} tried ${toIsoSeconds(floorToSecond(triedMs))}`;
}

/**
 * The value of a detach note. Runs tell their notes apart by its time: after the milliseconds come digits of the run, because
 * two runs may write in the same millisecond.
 */
export const toNoteText = (atMs: number, attachmentId: AttachmentId, runId: string): string =>
  `${toIso(atMs).replace('Z', `${digitsOf(runId)}Z`)} ${attachmentId}`;

const DIGITS = 6;

/** Digits that almost never agree for two runs. */
function digitsOf(runId: string): string {
  const add = (sum: number, character: string) => (31 * sum + (character.codePointAt(0) ?? 0)) % 10 ** DIGITS;
  return String([...runId].reduce(add, 0)).padStart(DIGITS, '0');
}

/**
 * How many owner's tags must be removed to make room for `seen` on a connection with a detach note. 0: there is room.
 */
export const countTagsOverSeen = (tags: Tags): number =>
  tags.has(TAG_SEEN) ? 0 : Math.max(0, tags.size + 1 - TAGS_MAX);

/** How many owner's tags must be removed to make room for the sweeper's own tags. 0: there is room. */
export function countTagsOver({ tags }: Connection, isBound: boolean): number {
  if (tags === 'unread') {
    return 0;
  }
  // A note on an unbound connection that cannot be removed takes a place like any other tag.
  const ours = isBound ? [...MARK_TAGS, TAG_DETACHED] : MARK_TAGS;
  const others = tags.size - ours.filter((key) => tags.has(key)).length;
  return Math.max(0, others + ours.length - TAGS_MAX);
}
