import type { CloudApi } from '../../core/domain/cloud-api.ts';
import type { Connection, ConnectionId, RegionId, Tags } from '../../core/domain/estate.ts';
import { inBatches } from '../marks/batches.ts';

/**
 * Read the tags of connections whose reply had no tag field. A missing field may mean "no tags", but only
 * ListTagResources says so for certain. VPN-gateway connections are left as they are. Throws `CloudError` when the tags
 * cannot be read.
 */
export async function readMissingTags(
  api: CloudApi,
  regionId: RegionId,
  connections: readonly Connection[],
): Promise<readonly Connection[]> {
  const unread = connections.filter(({ tags, attachType }) => tags === 'unread' && isOurs(attachType));
  if (unread.length === 0) {
    return connections;
  }
  const tags = new Map<ConnectionId, Tags>();
  const batches = inBatches(unread.map(({ connectionId }) => connectionId));
  for (const read of await Promise.all(batches.map((ids) => api.listTags(regionId, ids)))) {
    for (const [id, found] of read) {
      tags.set(id, found);
    }
  }
  return connections.map((connection) =>
    connection.tags === 'unread'
      ? { ...connection, tags: tags.get(connection.connectionId) ?? connection.tags }
      : connection,
  );
}

const isOurs = (attachType: Connection['attachType']) => attachType !== 'VPNGW' && attachType !== 'missing';
