import { ApiError, invalid } from '../gateway/api-error.ts';
import type { RequestParams } from '../gateway/params.ts';

/** The most tags that a call may name, and a resource may hold. */
export const TAGS_MAX = 20;

/** Throws `ApiError` for a tag that the service does not take. */
export function checkTag(key: string, value: string): void {
  if (key.length > 128 || /^(aliyun|acs:)/i.test(key) || /https?:\/\//i.test(key)) {
    throw new ApiError(400, 'InvalidTagKey', 'The specified tag key is not valid.');
  }
  if (value.length > 128 || /https?:\/\//i.test(value)) {
    throw new ApiError(400, 'InvalidTagValue', 'The specified tag value is not valid.');
  }
}

/** The tags that a new resource begins with. */
export function newTags(params: RequestParams, name = 'Tag'): Record<string, string> {
  const tags = params.tags(name);
  if (tags.length > TAGS_MAX) {
    throw invalid(name);
  }
  for (const { Key, Value } of tags) {
    checkTag(Key, Value ?? '');
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']));
}
