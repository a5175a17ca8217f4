import { createWitnesses, type Witnesses } from '../core/association.ts';
import type { Clock, CloudApi } from '../core/cloud-api.ts';
import { CloudError } from '../core/errors.ts';
import type {
  AccountId,
  Attachment,
  AttachmentId,
  Connection,
  RegionId,
  Routing,
  TransitRouterId,
} from '../core/estate.ts';
import type { Target } from './targets.ts';
import { withTags } from './with-tags.ts';

/** Everything one run read of a region, complete. */
export type RegionEstate = {
  /** When the first of the reads was sent. */
  readonly readMs: number;
  readonly connections: readonly Connection[];
  readonly witnesses: Witnesses;
  /** Of every attachment; `unread` when no rule that needs it is on. */
  readonly routing: ReadonlyMap<AttachmentId, Routing> | 'unread';
  /** Who may read and change a transit router: its owner. */
  readonly ownerOf: ReadonlyMap<TransitRouterId, CloudApi>;
  /** Set when tags had to be read by themselves and could not be. */
  readonly tagsError: CloudError | undefined;
};

export type RegionListing =
  | { readonly listing: 'complete'; readonly estate: RegionEstate }
  | {
      readonly listing: 'unread' | 'unsupported';
      readonly error: CloudError;
      readonly connections: readonly Connection[];
    };

/** Codes of a region that does not serve the API; anything else that fails is a region we could not read. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  'InvalidRegionId.NotFound',
  'InvalidAction.NotFound',
  'InvalidApi.NotFound',
]);

/** Read one region whole, side by side. One list that fails makes it `unread`: nothing may be changed there then. */
export async function surveyRegion(target: Target, needsRouting: boolean, clock: Clock): Promise<RegionListing> {
  const { api, regionId } = target;
  const readMs = clock.now();
  const [connections, routers] = await Promise.allSettled([
    api.listConnections(regionId),
    surveyTransitRouters(target, needsRouting),
  ]);
  if (connections.status === 'rejected') {
    const error = toCloudError(connections.reason);
    const unsupported = target.mayBeUnsupported && UNSUPPORTED.has(error.code);
    return { listing: unsupported ? 'unsupported' : 'unread', error, connections: [] };
  }
  if (routers.status === 'rejected') {
    return { listing: 'unread', error: toCloudError(routers.reason), connections: connections.value };
  }
  return {
    listing: 'complete',
    estate: { readMs, ...routers.value, ...(await readMissingTags(api, regionId, connections.value)) },
  };
}

/** Tags that cannot be read leave their connections in doubt, and the run incomplete; they are not a listing. */
async function readMissingTags(
  api: CloudApi,
  regionId: RegionId,
  connections: readonly Connection[],
): Promise<Pick<RegionEstate, 'connections' | 'tagsError'>> {
  try {
    return { connections: await withTags(api, regionId, connections), tagsError: undefined };
  } catch (error) {
    return { connections, tagsError: toCloudError(error) };
  }
}

type TransitRouters = Pick<RegionEstate, 'witnesses' | 'routing' | 'ownerOf'>;

async function surveyTransitRouters(target: Target, needsRouting: boolean): Promise<TransitRouters> {
  const owners: { accountId: AccountId; api: CloudApi }[] = [target, ...target.owners];
  const read = await Promise.all(owners.map(({ api }) => readOwner(api, target.regionId, needsRouting)));
  const attachmentsOf = new Map<TransitRouterId, readonly Attachment[]>();
  const routing = new Map<AttachmentId, Routing>();
  const ownerOf = new Map<TransitRouterId, CloudApi>();
  for (const { api, routers } of read) {
    for (const router of routers) {
      attachmentsOf.set(router.transitRouterId, router.attachments);
      ownerOf.set(router.transitRouterId, api);
      for (const [attachmentId, found] of router.routing) routing.set(attachmentId, found);
    }
  }
  return {
    witnesses: createWitnesses(attachmentsOf, target.unreadOwners),
    routing: needsRouting ? routing : 'unread',
    ownerOf,
  };
}

async function readOwner(api: CloudApi, regionId: RegionId, needsRouting: boolean) {
  const listed = await api.listTransitRouters(regionId);
  const routers = await Promise.all(
    listed.map(async ({ transitRouterId }) => {
      const [attachments, routing] = await Promise.all([
        api.listAttachments(regionId, transitRouterId),
        needsRouting ? api.listRouting(regionId, transitRouterId) : new Map<AttachmentId, Routing>(),
      ]);
      return { transitRouterId, attachments, routing };
    }),
  );
  return { api, routers };
}

/** Only the cloud's failures are results of a survey; a defect of ours must not look like one. */
export function toCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) return error;
  throw error;
}
