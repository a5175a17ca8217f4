import type { Tags } from './estate.ts';
import { RULE_NAMES, type RuleName } from './options.ts';
import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from './tag-names.ts';
import { parseInstant, toIso } from './time.ts';

/**
 * What the tags say of how long a connection has been an orphan.
 *
 * `broken`: there is a mark, and it proves nothing (malformed, in the future, or with a gap): the clock starts again.
 */
export type Mark =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'valid'; readonly rule: RuleName; readonly sinceMs: number; readonly seenMs: number };

/** No run takes longer: the platform's limit for one invocation. */
const RUN_MS_MAX = 86_400_000;

export const MARK_TAGS = [TAG_ORPHAN, TAG_SEEN] as const;
export const hasMarkTags = (tags: Tags): boolean => MARK_TAGS.some((key) => tags.has(key));

/** Read the mark of a connection. Pure; never throws. A gap longer than `maxGapMs` up to now breaks it. */
export function readMark(tags: Tags, nowMs: number, maxGapMs: number): Mark {
  if (!hasMarkTags(tags)) return { kind: 'none' };
  const orphan = parseOrphanTag(tags);
  const seenMs = parseInstant(tags.get(TAG_SEEN) ?? '');
  if (!orphan) return { kind: 'broken', reason: `tag ${TAG_ORPHAN} is missing or malformed` };
  if (seenMs === undefined) return { kind: 'broken', reason: `tag ${TAG_SEEN} is missing or malformed` };
  if (orphan.sinceMs > nowMs) return { kind: 'broken', reason: `tag ${TAG_ORPHAN} is in the future` };
  if (seenMs > nowMs) return { kind: 'broken', reason: `tag ${TAG_SEEN} is in the future` };
  // A run writes both: its `seen` is when it began, its `since` when it had looked.
  if (orphan.sinceMs - seenMs > RUN_MS_MAX)
    return { kind: 'broken', reason: `tag ${TAG_SEEN} is from before the mark` };
  if (nowMs - seenMs > maxGapMs) {
    return { kind: 'broken', reason: `last seen so ${toIso(seenMs)}, longer ago than marks.maxGap` };
  }
  return { kind: 'valid', ...orphan, seenMs };
}

/** Rule and since of a well-formed orphan tag, whatever its age: for reports. */
export function parseOrphanTag(tags: Tags): { rule: RuleName; sinceMs: number } | undefined {
  const [, name, time] = /^(\S+) (\S+)$/.exec(tags.get(TAG_ORPHAN) ?? '') ?? [];
  const rule = RULE_NAMES.find((known) => known === name);
  const sinceMs = parseInstant(time ?? '');
  return rule === undefined || sinceMs === undefined ? undefined : { rule, sinceMs };
}

/** The two tags of a mark that starts at `sinceMs`, for a run whose one `seen` value is `seenMs`. */
export const toMarkTags = (rule: RuleName, sinceMs: number, seenMs: number): Tags =>
  new Map([
    [TAG_ORPHAN, `${rule} ${toIso(sinceMs)}`],
    [TAG_SEEN, toIso(seenMs)],
  ]);

export const toSeenTags = (seenMs: number): Tags => new Map([[TAG_SEEN, toIso(seenMs)]]);

/** When the sweeper began to detach the connection; undefined when it did not, or too long ago to be sure. */
export function readDetached(
  tags: Tags,
  nowMs: number,
  maxGapMs: number,
): { atMs: number; attachmentId: string } | undefined {
  const [, time, attachmentId] = /^(\S+) (tr-attach-\S+)$/.exec(tags.get(TAG_DETACHED) ?? '') ?? [];
  const atMs = parseInstant(time ?? '');
  if (atMs === undefined || attachmentId === undefined || atMs > nowMs || nowMs - atMs > maxGapMs) return undefined;
  return { atMs, attachmentId };
}

export const toTrace = (atMs: number, attachmentId: string): string => `${toIso(atMs)} ${attachmentId}`;
