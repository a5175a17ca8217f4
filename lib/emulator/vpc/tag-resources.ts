import type { ConnectionRecord, CustomerGateway } from '../estate/estate-types.ts';
import { ApiError, invalid, missing } from '../gateway/api-error.ts';
import { tokenPage } from '../gateway/paging.ts';
import { hasTags } from '../gateway/params.ts';
import { type Context, vpc } from '../operation.ts';
import { placeKey } from '../state/cloud-state.ts';
import { shownTags } from './visible-tags.ts';

type Tagged = { readonly id: string; readonly row: ConnectionRecord | CustomerGateway };

const TAG_MAX = 20;

const ofGateway = (row: ConnectionRecord): boolean => row.AttachType === 'VPNGW' || row.AttachType == null;

const toTagged = (row: ConnectionRecord | CustomerGateway): Tagged => ({
  row,
  id: 'VpnConnectionId' in row ? row.VpnConnectionId : row.CustomerGatewayId,
});

/** The kinds of resources that carry tags here; upper and lower case do not matter. */
const KINDS = new Map<
  string,
  { all: (context: Context) => readonly Tagged[]; get: (context: Context, id: string) => Tagged | undefined }
>([
  ['VPNATTACHMENT', connectionsThat((row) => !ofGateway(row))],
  ['VPNCONNECTION', connectionsThat(ofGateway)],
  [
    'CUSTOMERGATEWAY',
    {
      all: (context) => context.store.customerGateways.in('place', place(context)).map(toTagged),
      get: (context, id) => ownedBy(context, context.store.customerGateways.get(id)),
    },
  ],
]);

function connectionsThat(suits: (row: ConnectionRecord) => boolean) {
  return {
    all: (context: Context) => context.store.connections.in('place', place(context)).filter(suits).map(toTagged),
    get: (context: Context, id: string) => {
      const row = context.store.connections.get(id);
      return row !== undefined && suits(row) ? ownedBy(context, row) : undefined;
    },
  };
}

const place = ({ caller, params }: Context): string => placeKey(caller.accountId, params.need('RegionId'));

const ownedBy = (context: Context, row: ConnectionRecord | CustomerGateway | undefined): Tagged | undefined =>
  row !== undefined && placeKey(row.accountId, row.regionId) === place(context) ? toTagged(row) : undefined;

function kindOf(context: Context) {
  const type = context.params.need('ResourceType');
  const kind = KINDS.get(type.toUpperCase());
  if (kind === undefined) {
    throw new ApiError(400, 'InvalidInstanceType.NotFound', `The ResourceType ${type} is not supported.`);
  }
  return kind;
}

/** Of one call. */
const tooMany = (what: 'ResourceId' | 'TagNum'): ApiError =>
  new ApiError(400, `SizeLimitExceeded.${what}`, `The maximum size of ${what} is exceeded.`);

/** A resource that would hold too many tags: the documents and their readers name three codes. */
const noRoom = ({ behaviours }: Context): ApiError =>
  new ApiError(400, behaviours.tooManyTagsCode, 'The number of tags on the resource is exceeded.');

/** The resources that a write names. One that does not exist refuses the whole call, unless the switch says otherwise. */
function named(context: Context): Tagged[] {
  const { get } = kindOf(context);
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
    throw new ApiError(400, 'InvalidInstanceIds.NotFound', `The specified resource ${id} does not exist.`);
  });
}

function checkTag(key: string, value: string): void {
  if (key.length > 128 || /^(aliyun|acs:)/i.test(key) || /https?:\/\//i.test(key)) {
    throw new ApiError(400, 'InvalidTagKey', 'The specified tag key is not valid.');
  }
  if (value.length > 128 || /https?:\/\//i.test(value)) {
    throw new ApiError(400, 'InvalidTagValue', 'The specified tag value is not valid.');
  }
}

export const tagResources = vpc('TagResources', {
  kind: 'write',
  run(context) {
    const tags = context.params.tags();
    if (tags.length === 0) {
      throw missing('Tag');
    }
    if (tags.length > TAG_MAX) {
      throw tooMany('TagNum');
    }
    for (const { Key, Value } of tags) {
      checkTag(Key, Value ?? '');
    }
    if (new Set(tags.map(({ Key }) => Key)).size < tags.length) {
      throw new ApiError(400, 'Forbidden.TagKey.Duplicated', 'The specified tag key already exists.');
    }
    const additions = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']));
    const resources = named(context);
    if (resources.some(({ row }) => Object.keys({ ...row.tags, ...additions }).length > TAG_MAX)) {
      throw noRoom(context);
    }
    for (const { row } of resources) {
      context.store.tagHistory.note(row, Object.keys(additions), context.nowMs);
      context.store.edit(row, (target) => {
        target.tags = { ...target.tags, ...additions };
      });
    }
    return {};
  },
});

export const unTagResources = vpc('UnTagResources', {
  kind: 'write',
  run(context) {
    const keys = context.params.list('TagKey');
    const all = context.params.flag('All') ?? false;
    if (keys.length > TAG_MAX) {
      throw tooMany('TagNum');
    }
    // All counts only without TagKey.
    if (keys.length === 0 && !all) {
      throw missing('TagKey');
    }
    for (const { row } of named(context)) {
      if (keys.length > 0 && !keys.some((key) => Object.hasOwn(row.tags, key))) {
        continue;
      }
      context.store.tagHistory.note(row, keys.length === 0 ? Object.keys(row.tags) : keys, context.nowMs);
      context.store.edit(row, (target) => {
        target.tags =
          keys.length === 0
            ? {}
            : Object.fromEntries(Object.entries(target.tags).filter(([key]) => !keys.includes(key)));
      });
    }
    return {};
  },
});

/** One row for each tag of each resource. */
export const listTagResources = vpc('ListTagResources', {
  kind: 'read',
  paging: 'token',
  run(context) {
    const { all, get } = kindOf(context);
    const ids = context.params.list('ResourceId');
    const filters = context.params.tags();
    if (ids.length === 0 && filters.length === 0) {
      throw missing('ResourceId');
    }
    if (ids.length > context.behaviours.tagResourceMax) {
      throw tooMany('ResourceId');
    }
    if (filters.length > TAG_MAX) {
      throw invalid('Tag');
    }
    const found =
      ids.length === 0 ? all(context) : ids.map((id) => get(context, id)).filter((item) => item !== undefined);
    const type = context.params.need('ResourceType').toUpperCase();
    const rows = found
      .map(({ id, row }) => ({ id, tags: shownTags(context, row) }))
      .filter(({ tags }) => hasTags(tags, filters))
      .flatMap(({ id, tags }) =>
        Object.entries(tags).map(([TagKey, TagValue]) => ({
          ResourceId: id,
          ResourceType: type,
          TagKey,
          TagValue,
        })),
      );
    const { items, fields } = tokenPage(context, rows, { fallback: 50, max: 50 });
    return { NextToken: fields.NextToken ?? '', TagResources: { TagResource: items } };
  },
});
