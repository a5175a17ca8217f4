import type { Tags } from '../../core/domain/estate.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { TAG_DETACHED, TAG_EXPIRES, TAG_KEEP, TAG_ORPHAN, TAG_SEEN } from '../../core/domain/tag-names.ts';

const OWN: readonly string[] = [TAG_ORPHAN, TAG_SEEN, TAG_DETACHED, TAG_KEEP, TAG_EXPIRES];

/** Tags for a report: of those that mean nothing to the sweeper only the key, since a value may be anything. */
export function showTags(tags: Tags | 'unread', policy: Policy): readonly string[] | 'unread' {
  if (tags === 'unread') {
    return tags;
  }
  const meant = new Set([...OWN, ...policy.protect.tags.map(({ key }) => key)]);
  return [...tags].map(([key, value]) => (meant.has(key) ? `${key}=${value}` : key)).sort();
}
