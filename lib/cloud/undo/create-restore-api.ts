import type { CreateCall, RestoreApi } from '../../core/undo/create-api.ts';
import { type CloudApiOptions, contextOf, createCloudApi, toSource } from '../client/create-cloud-api.ts';
import { listRouteTables } from '../client/list-routing.ts';
import { createRpc } from '../client/rpc.ts';
import type { OrganizationTransport } from '../client/transport.ts';
import { createdId } from '../wire/wire-backup.ts';

export type RestoreApiOptions = Omit<CloudApiOptions, 'transport'> & { readonly transport?: OrganizationTransport };

/** The cloud as a restore needs it: the reads of a run, and the operations that create. */
export function createRestoreApi(options: RestoreApiOptions): RestoreApi {
  const identity = { credentials: toSource(options.credentials), accountId: () => undefined };
  const rpc = createRpc(contextOf(options, options.transport), identity);
  return {
    ...createCloudApi(options),
    create: (call: CreateCall, nextToken) => rpc.create(call, nextToken, createdId),
    listRouteTables: (regionId, transitRouterId) => listRouteTables(rpc, regionId, transitRouterId),
  };
}
