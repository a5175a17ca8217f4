import type { BeforeAttempt, TagWrite, WriteReply } from '../../core/domain/cloud-api.ts';
import type { ConnectionId, RegionId, Tags } from '../../core/domain/estate.ts';
import { PAGE_SIZE } from '../../core/domain/listing.ts';
import { type TagOfConnection, tagPage } from '../wire/wire-account.ts';
import { listByToken } from './list-pages.ts';
import type { Rpc } from './rpc.ts';
import type { Params } from './transport.ts';

// The type of a connection made by CreateVpnAttachment. The source is the Terraform provider, because the published
// list leaves it out.
const RESOURCE_TYPE = 'VPNATTACHMENT';
/**
 * The limit of TagResources, UnTagResources and ListTagResources alike: the lower of the two numbers in the documents.
 */
const RESOURCES_MAX = 20;

/**
 * The tags of these connections. The answer contains every id.
 *
 * The service gives no total, so a tag that moves between two pages would be lost unseen, and that tag may protect a
 * connection. So the tags of several connections are read in a single page, and if they do not fit, for half as many
 * connections at a time. A connection has 20 tags at most.
 */
export async function listTags(
  rpc: Rpc,
  regionId: RegionId,
  connectionIds: readonly ConnectionId[],
): Promise<ReadonlyMap<ConnectionId, Tags>> {
  if (connectionIds.length === 0) {
    return new Map();
  }
  const action = 'ListTagResources';
  const params = { ...resources(regionId, connectionIds), MaxResults: PAGE_SIZE };
  const fetch = (page: Params) =>
    rpc.read({ action, regionId, params: { ...params, ...page } }, tagPage(connectionIds));
  const first = await fetch({});
  if (first.nextToken !== undefined && connectionIds.length > 1) {
    const middle = Math.ceil(connectionIds.length / 2);
    const halves = [connectionIds.slice(0, middle), connectionIds.slice(middle)];
    const read = await Promise.all(halves.map((ids) => listTags(rpc, regionId, ids)));
    return new Map(read.flatMap((tagsOf) => [...tagsOf]));
  }
  let known: typeof first | undefined = first;
  const found = await listByToken<TagOfConnection>({
    action,
    idOf: ({ connectionId, key }) => `${connectionId} ${key}`,
    fetch: async (page) => {
      const again = known ?? (await fetch(page));
      known = undefined;
      return again;
    },
  });
  const tagsOf = new Map(connectionIds.map((connectionId) => [connectionId, new Map<string, string>()]));
  for (const { connectionId, key, value } of found) {
    tagsOf.get(connectionId)?.set(key, value);
  }
  return tagsOf;
}

/** The connections that a tag request is about. */
export type Tagged = { readonly regionId: RegionId; readonly connectionIds: readonly ConnectionId[] };

/** Writes. */
export async function setTags(
  rpc: Rpc,
  { regionId, connectionIds }: Tagged,
  tags: Tags,
  { beforeAttempt, isCleanup }: TagWrite = {},
): Promise<WriteReply> {
  if (connectionIds.length === 0 || tags.size === 0) {
    return { requestId: undefined };
  }
  const tagList = [...tags].map(([key, value]) => ({ Key: key, Value: value }));
  const params = { ...resources(regionId, connectionIds), Tag: tagList };
  const call = { action: 'TagResources' as const, regionId, params, isCleanup, ...oneConnection(connectionIds) };
  return rpc.write(call, beforeAttempt);
}

/** Writes. */
export async function removeTags(
  rpc: Rpc,
  { regionId, connectionIds }: Tagged,
  keys: readonly string[],
  beforeAttempt?: BeforeAttempt,
): Promise<WriteReply> {
  // Without a key nothing is asked for. The service would take it as `All`, which is never sent.
  if (connectionIds.length === 0 || keys.length === 0) {
    return { requestId: undefined };
  }
  const params = { ...resources(regionId, connectionIds), TagKey: keys };
  const call = {
    action: 'UnTagResources' as const,
    regionId,
    params,
    isCleanup: true,
    ...oneConnection(connectionIds),
  };
  return rpc.write(call, beforeAttempt);
}

function resources(regionId: RegionId, connectionIds: readonly ConnectionId[]) {
  if (connectionIds.length > RESOURCES_MAX) {
    throw new RangeError(`${connectionIds.length} connections in one tag request; at most ${RESOURCES_MAX}`);
  }
  return { RegionId: regionId, ResourceType: RESOURCE_TYPE, ResourceId: connectionIds };
}

/** The connection of the request, for its retries, if the request names a single connection. */
function oneConnection(connectionIds: readonly ConnectionId[]): { connectionId?: ConnectionId } {
  const [connectionId] = connectionIds;
  return connectionId !== undefined && connectionIds.length === 1 ? { connectionId } : {};
}
