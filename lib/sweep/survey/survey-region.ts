import type { Clock, CloudApi } from '../../core/domain/cloud-api.ts';
import { type CloudError, toCloudError } from '../../core/domain/errors.ts';
import type {
  AccountId,
  Attachment,
  AttachmentId,
  Connection,
  RegionId,
  Routing,
  TransitRouterId,
} from '../../core/domain/estate.ts';
import { createWitnesses, type Witnesses } from '../../core/judge/association.ts';
import type { OpenPlace } from './open-places.ts';
import { readMissingTags } from './read-missing-tags.ts';

/** Everything one run read of a region, complete. */
export type RegionEstate = RegionFacts & { readonly connections: readonly Connection[] };

/** What was read of a region besides its connections. */
export type RegionFacts = {
  /** When the first of the reads was sent. */
  readonly readMs: number;
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

type ListingHints = {
  readonly admit: (connections: number) => Promise<boolean>;
  readonly onPage: (read: number) => void;
  readonly onGateways?: ((gateways: readonly string[] | 'unread') => void) | undefined;
};

/** Codes of a region that does not serve the API; anything else that fails is a region we could not read. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  'InvalidRegionId.NotFound',
  'InvalidAction.NotFound',
  'InvalidApi.NotFound',
]);

/**
 * Read one region whole, side by side. One list that fails makes it `unread`: nothing may be changed there then.
 *
 * `admit` is told how many connections there are, and waited for, before more than a page of them is read; `onPage` how
 * many were read so far.
 */
export async function surveyRegion(
  place: OpenPlace,
  needsRouting: boolean,
  clock: Clock,
  hints: ListingHints,
): Promise<RegionListing> {
  const { api, regionId } = place;
  const readMs = clock.now();
  const [connections, routers] = await Promise.allSettled(listBoth(place, needsRouting, hints));
  if (connections.status === 'rejected') {
    const error = toCloudError(connections.reason);
    const unsupported = place.mayBeUnsupported && UNSUPPORTED.has(error.code);
    return { listing: unsupported ? 'unsupported' : 'unread', error, connections: [] };
  }
  if (routers.status === 'rejected') {
    return { listing: 'unread', error: toCloudError(routers.reason), connections: connections.value };
  }
  return {
    listing: 'complete',
    estate: { readMs, ...routers.value, ...(await withMissingTags(api, regionId, connections.value)) },
  };
}

/** The attachments wait for as long as the connections do: what is read of one region is read at one time. */
function listBoth(
  place: OpenPlace,
  needsRouting: boolean,
  { admit, ...told }: ListingHints,
): [Promise<readonly Connection[]>, Promise<TransitRouters>] {
  let open = (): void => undefined;
  const admitted = new Promise<void>((resolve) => {
    open = resolve;
  });
  const connections = place.api.listConnections(place.regionId, {
    admit: async (total) => {
      const hadToWait = await admit(total);
      open();
      return hadToWait;
    },
    ...told,
  });
  // A single page asks for no room, and neither does a listing that failed.
  connections.then(open, open);
  return [connections, surveyTransitRouters(place, needsRouting, admitted)];
}

/** Tags that cannot be read leave their connections in doubt, and the run incomplete; they are not a listing. */
async function withMissingTags(
  api: CloudApi,
  regionId: RegionId,
  connections: readonly Connection[],
): Promise<Pick<RegionEstate, 'connections' | 'tagsError'>> {
  try {
    return { connections: await readMissingTags(api, regionId, connections), tagsError: undefined };
  } catch (error) {
    return { connections, tagsError: toCloudError(error) };
  }
}

type Owner = { readonly accountId: AccountId; readonly api: CloudApi };
type TransitRouters = Pick<RegionFacts, 'witnesses' | 'routing' | 'ownerOf'>;

async function surveyTransitRouters(
  place: OpenPlace,
  needsRouting: boolean,
  admitted: Promise<void>,
): Promise<TransitRouters> {
  const owners: readonly Owner[] = [place, ...place.owners];
  const read = await Promise.all(owners.map((owner) => readOwner(owner, place.regionId, needsRouting, admitted)));
  const attachmentsOf = new Map<TransitRouterId, readonly Attachment[]>();
  const routing = new Map<AttachmentId, Routing>();
  const ownerOf = new Map<TransitRouterId, CloudApi>();
  const otherOwners: AccountId[] = [];
  for (const { accountId, api, routers } of read) {
    if (accountId !== place.accountId && routers.length > 0) {
      otherOwners.push(accountId);
    }
    for (const router of routers) {
      attachmentsOf.set(router.transitRouterId, router.attachments);
      ownerOf.set(router.transitRouterId, api);
      for (const [attachmentId, found] of router.routing) {
        routing.set(attachmentId, found);
      }
    }
  }
  return {
    witnesses: createWitnesses(attachmentsOf, place.unreadOwners, otherOwners),
    routing: needsRouting ? routing : 'unread',
    ownerOf,
  };
}

async function readOwner(
  { accountId, api }: Owner,
  regionId: RegionId,
  needsRouting: boolean,
  admitted: Promise<void>,
) {
  const listed = await api.listTransitRouters(regionId);
  await admitted;
  const routers = await Promise.all(
    listed.map(async ({ transitRouterId }) => {
      // Before the attachments: one that somebody detaches has no routes any more, and must not look like one without.
      const routing = needsRouting
        ? await api.listRouting(regionId, transitRouterId)
        : new Map<AttachmentId, Routing>();
      return { transitRouterId, attachments: await api.listAttachments(regionId, transitRouterId), routing };
    }),
  );
  return { accountId, api, routers };
}
