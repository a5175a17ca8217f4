import type { Tags } from '../domain/estate.ts';
import { TAG_KEEP } from '../domain/tag-names.ts';
import { parseDayEnd } from '../domain/time.ts';
import { toReading } from '../text/normal-form.ts';

/** The meaning of the tags by which owners keep a connection. */
type Keep = {
  /** Why it may not be touched. Empty if no tag says so. */
  readonly reasons: readonly string[];
  /** Dates of tags that protected it until then. */
  readonly lapsed: readonly string[];
};

/**
 * A key that a person reads as the right key counts as the right key, because a typing mistake must not cost a
 * connection.
 */
export const isKeepKey = (key: string): boolean => key === TAG_KEEP || toReading(key) === TAG_KEEP;

const UNTIL = /^until\s+(\S+)$/i;

/**
 * Read every tag that counts as `vco-sweeper:keep`. Pure. Never throws.
 *
 * Any value protects except two: `false`, and `until <date>` once that day is over in UTC.
 */
export function readKeep(tags: Tags, nowMs: number): Keep {
  const reasons: string[] = [];
  const lapsed: string[] = [];
  for (const [key, value] of tags) {
    if (!isKeepKey(key) || value.toLowerCase() === 'false') {
      continue;
    }
    const [, date = ''] = UNTIL.exec(value) ?? [];
    const endMs = parseDayEnd(date);
    if (endMs !== undefined && endMs <= nowMs) {
      lapsed.push(date);
      continue;
    }
    const name = key === TAG_KEEP ? `tag ${TAG_KEEP}` : `tag ${JSON.stringify(key)}, which reads as ${TAG_KEEP}`;
    reasons.push(endMs === undefined ? name : `${name} until ${date}`);
  }
  return { reasons, lapsed };
}
