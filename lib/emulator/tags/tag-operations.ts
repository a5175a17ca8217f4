import { ApiError, invalid, missing } from '../gateway/api-error.ts';
import { tokenPage } from '../gateway/paging.ts';
import { hasTags } from '../gateway/params.ts';
import type { Context, Operation, ReplyBody } from '../operation.ts';
import { checkTag, TAGS_MAX } from './new-tags.ts';
import { shownTags, type TaggedRow } from './visible-tags.ts';

type TaggedResource = { readonly id: string; readonly row: TaggedRow };

/** How to find the resources of a type: all of the caller's resources, or a resource by its id. */
export type TaggedKind = {
  readonly all: (context: Context) => readonly TaggedResource[];
  readonly get: (context: Context, id: string) => TaggedResource | undefined;
};

/**
 * The tag operations of a service. The keys of `kinds` are its resource types in upper case, because letter case does
 * not matter.
 */
export type TagService = {
  readonly kinds: ReadonlyMap<string, TaggedKind>;
  /** The name of the page size parameter, and its bounds. */
  readonly page: { readonly name: string; readonly fallback: number; readonly max: number };
  readonly notFound: (id: string) => ApiError;
};

function kindOf(context: Context, { kinds }: TagService): TaggedKind {
  const type = context.params.need('ResourceType');
  const kind = kinds.get(type.toUpperCase());
  if (kind === undefined) {
    throw new ApiError(400, 'InvalidInstanceType.NotFound', `The ResourceType ${type} is not supported.`);
  }
  return kind;
}

/** The limit of a call. */
const tooMany = (what: 'ResourceId' | 'TagNum'): ApiError =>
  new ApiError(400, `SizeLimitExceeded.${what}`, `The maximum size of ${what} is exceeded.`);

/** If a resource would hold too many tags, the documents and their readers name three codes. */
const noRoom = ({ behaviours }: Context): ApiError =>
  new ApiError(400, behaviours.tooManyTagsCode, 'The number of tags on the resource is exceeded.');

/**
 * The resources that a write names. A resource that does not exist refuses the whole call, unless the switch says
 * otherwise.
 */
function named(context: Context, service: TagService): TaggedResource[] {
  const { get } = kindOf(context, service);
  const ids = context.params.list('ResourceId');
  if (ids.length === 0) {
    throw missing('ResourceId');
  }
  if (ids.length > context.behaviours.tagResourceMax) {
    throw tooMany('ResourceId');
  }
  return [...new Set(ids)].flatMap((id) => {
    const found = get(context, id);
    if (found !== undefined) {
      return [found];
    }
    if (context.behaviours.tagUnknownResource === 'ignored') {
      return [];
    }
    throw service.notFound(id);
  });
}

type Run = Operation['run'];

export const taggingBy =
  (service: TagService): Run =>
  (context) => {
    const tags = context.params.tags();
    if (tags.length === 0) {
      throw missing('Tag');
    }
    if (tags.length > TAGS_MAX) {
      throw tooMany('TagNum');
    }
    for (const { Key, Value } of tags) {
      checkTag(Key, Value ?? '');
    }
    if (new Set(tags.map(({ Key }) => Key)).size < tags.length) {
      throw new ApiError(400, 'Forbidden.TagKey.Duplicated', 'The specified tag key already exists.');
    }
    const additions = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']));
    const resources = named(context, service);
    if (resources.some(({ row }) => Object.keys({ ...row.tags, ...additions }).length > TAGS_MAX)) {
      throw noRoom(context);
    }
    for (const { row } of resources) {
      context.store.tagHistory.note(row, Object.keys(additions), context.nowMs);
      context.store.edit(row, (target) => {
        target.tags = { ...target.tags, ...additions };
      });
    }
    return {};
  };

export const untaggingBy =
  (service: TagService): Run =>
  (context) => {
    const keys = context.params.list('TagKey');
    const all = context.params.flag('All') ?? false;
    if (keys.length > TAGS_MAX) {
      throw tooMany('TagNum');
    }
    // `All` counts only without TagKey.
    if (keys.length === 0 && !all) {
      throw missing('TagKey');
    }
    for (const { row } of named(context, service)) {
      if (keys.length > 0 && !keys.some((key) => Object.hasOwn(row.tags, key))) {
        continue;
      }
      context.store.tagHistory.note(row, keys.length === 0 ? Object.keys(row.tags) : keys, context.nowMs);
      context.store.edit(row, (target) => {
        target.tags = keys.length === 0 ? {} : without(target.tags, keys);
      });
    }
    return {};
  };

const without = (tags: TaggedRow['tags'], keys: readonly string[]): TaggedRow['tags'] =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));

/** Lists a row for each tag of each resource. */
export const listingTagsBy =
  (service: TagService): Run =>
  (context) => {
    const { all, get } = kindOf(context, service);
    const ids = context.params.list('ResourceId');
    const filters = context.params.tags();
    if (ids.length === 0 && filters.length === 0) {
      throw missing('ResourceId');
    }
    if (ids.length > context.behaviours.tagResourceMax) {
      throw tooMany('ResourceId');
    }
    if (filters.length > TAGS_MAX) {
      throw invalid('Tag');
    }
    const found =
      ids.length === 0 ? all(context) : ids.map((id) => get(context, id)).filter((item) => item !== undefined);
    const type = context.params.need('ResourceType').toUpperCase();
    const rows = found
      .map(({ id, row }) => ({ id, tags: shownTags(context, row) }))
      .filter(({ tags }) => hasTags(tags, filters))
      .flatMap(({ id, tags }) => rowsOf(id, type, tags));
    const { items, fields } = tokenPage(context, rows, service.page);
    return { NextToken: fields.NextToken ?? '', TagResources: { TagResource: items } };
  };

const rowsOf = (id: string, type: string, tags: Readonly<Record<string, string>>): ReplyBody[] =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ ResourceId: id, ResourceType: type, TagKey, TagValue }));
