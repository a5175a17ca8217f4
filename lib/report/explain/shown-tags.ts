import type { Tags } from '../../core/domain/estate.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { TAG_DETACHED, TAG_EXPIRES, TAG_ORPHAN, TAG_SEEN } from '../../core/domain/tag-names.ts';
import { isKeepKey } from '../../core/guards/keep-tag.ts';
import { isSameText } from '../../core/text/normal-form.ts';

const OWN: readonly string[] = [TAG_ORPHAN, TAG_SEEN, TAG_DETACHED, TAG_EXPIRES];

/** Tags for a report: of those that mean nothing to the sweeper only the key, since a value may be anything. */
export function showTags(tags: Tags | 'unread', policy: Policy): readonly string[] | 'unread' {
  if (tags === 'unread') {
    return tags;
  }
  const isMeant = (key: string): boolean =>
    OWN.includes(key) || isKeepKey(key) || policy.protect.tags.some((entry) => isSameText(entry.key, key));
  return [...tags].map(([key, value]) => (isMeant(key) ? `${key}=${value}` : key)).sort();
}
