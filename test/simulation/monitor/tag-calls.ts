import type { Call } from '../world/shown.ts';

/** The connections that a tag call is about. */
export const idsOf = ({ params }: Call): readonly string[] =>
  Object.entries(params).flatMap(([name, value]) => (/^ResourceId\.\d+$/.test(name) ? [value] : []));

/** The keys that a call removes. */
export const keysOf = ({ params }: Call): readonly string[] =>
  Object.entries(params).flatMap(([name, value]) => (/^TagKey\.\d+$/.test(name) ? [value] : []));

/** The tags that a call writes. */
export function tagsOf({ params }: Call): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (let index = 1; params[`Tag.${index}.Key`] !== undefined; index += 1) {
    tags[params[`Tag.${index}.Key`] ?? ''] = params[`Tag.${index}.Value`] ?? '';
  }
  return tags;
}

/** Whether a call removes a tag, or makes it void. */
export const isGone = (call: Call, key: string): boolean =>
  call.action === 'UnTagResources' ? keysOf(call).includes(key) : tagsOf(call)[key] === 'void';
