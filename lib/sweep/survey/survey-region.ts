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

/** Everything that a run read of a region. Complete. */
export type RegionEstate = RegionFacts & { readonly connections: readonly Connection[] };

/** The facts of a region, without its connections. */
export type RegionFacts = {
  /** When the first read was sent. */
  readonly readMs: number;
  readonly witnesses: Witnesses;
  /** Routing of every attachment. `unread` if no enabled rule needs it. */
  readonly routing: ReadonlyMap<AttachmentId, Routing> | 'unread';
  /** For each transit router, the api of its owner, which may read and change it. */
  readonly ownerOf: ReadonlyMap<TransitRouterId, CloudApi>;
  /** Set if tags had to be read separately and that read failed. */
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

/** Codes of a region that does not serve the API. Any other failure means that the region could not be read. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  'InvalidRegionId.NotFound',
  'InvalidAction.NotFound',
  'InvalidApi.NotFound',
]);

/**
 * Read a region completely. Its lists are read at the same time. If a list fails, the region is `unread`, and the
 * run changes nothing in it.
 *
 * `admit` is told the number of connections, and awaited before the second page is read. `onPage` is told how many
 * connections were read so far.
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

/** The attachments wait as long as the connections do, so that the whole region is read at the same time. */
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
  // A single page does not ask for admission, and a failed listing does not either.
  connections.then(open, open);
  return [connections, surveyTransitRouters(place, needsRouting, admitted)];
}

/** Unreadable tags do not fail the listing. They leave their connections in doubt and make the run incomplete. */
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
      // Read routing before the attachments. An attachment that is detached in between loses its routes, and must not
      // look unused.
      const routing = needsRouting
        ? await api.listRouting(regionId, transitRouterId)
        : new Map<AttachmentId, Routing>();
      return { transitRouterId, attachments: await api.listAttachments(regionId, transitRouterId), routing };
    }),
  );
  return { accountId, api, routers };
}
