import { describeFailure } from '../../core/advice/error-advice.ts';
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
import type { Place } from '../../core/domain/place.ts';
import type { Narrowing, Policy } from '../../core/domain/policy.ts';
import { type OpenPlace, openPlaces } from '../../sweep/survey/open-places.ts';
import { surveyRegion } from '../../sweep/survey/survey-region.ts';
import { type OnReading, type RegionReading, watchReading } from '../../sweep/survey/watch-reading.ts';
import { pickStaticRoute } from '../../undo/pick-settings.ts';

/** A transit router and everything its owner's account shows of it. */
export type ReadRouter = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly transitRouterId: TransitRouterId;
  readonly attachments: readonly Attachment[];
  readonly routing: ReadonlyMap<AttachmentId, Routing>;
};

export type ReadPlace = Place & {
  /** False if the region does not serve the API. */
  readonly isServed: boolean;
  readonly connections: readonly Connection[];
  readonly routers: readonly ReadRouter[];
};

export type Reading = {
  /** The account of the credentials. */
  readonly accountId: AccountId;
  readonly places: readonly ReadPlace[];
  /** A sentence for each account, region or role that was not read. */
  readonly unread: readonly string[];
};

type Request = {
  readonly policy: Policy;
  readonly parts: readonly Narrowing[];
  readonly defaultRegion: RegionId | undefined;
};

type Deps = { readonly api: CloudApi; readonly clock: Clock; readonly onReading?: OnReading | undefined };

/** Everything `plan` reads in the accounts and regions of the policy, including route tables. Reads only. */
export async function readPlaces({ policy, parts, defaultRegion }: Request, deps: Deps): Promise<Reading> {
  const { api, clock, onReading = () => undefined } = deps;
  const accountId = await api.getAccountId();
  const opened = await openPlaces(api, policy, parts, defaultRegion);
  const reportTo = watchReading(opened.places.length, onReading);
  const routers = new RouterReads();
  const read = await Promise.all(
    opened.places.map((place) => readPlace(place, clock, { routers, report: reportTo() })),
  );
  const unread = [
    ...opened.unopened.map((place) => `${describePlaces(place)}: ${describeFailure(place.error)}`),
    ...opened.lostRoles.map(({ roleArn, error }) => `${roleArn}: ${describeFailure(error)}`),
    ...read.flatMap((place) => ('problem' in place ? [place.problem] : [])),
  ];
  return { accountId, places: read.flatMap((place) => ('problem' in place ? [] : [place])), unread };
}

const describePlaces = ({ accountId, regionIds }: { accountId: AccountId; regionIds: readonly RegionId[] }): string =>
  [...regionIds, 'account', accountId].join(' ');

type Means = { readonly routers: RouterReads; readonly report: RegionReading };

async function readPlace(place: OpenPlace, clock: Clock, means: Means): Promise<ReadPlace | { problem: string }> {
  const { accountId, regionId } = place;
  const failed = (error: CloudError) => ({
    problem: `${regionId} of account ${accountId}: ${describeFailure(error)}`,
  });
  const { report } = means;
  const listing = await surveyRegion(place, false, clock, { admit: async () => false, onPage: report.onPage });
  try {
    if (listing.listing !== 'complete') {
      const isServed = false;
      const unserved = { accountId, regionId, isServed, connections: [], routers: [] };
      return listing.listing === 'unsupported' ? unserved : failed(listing.error);
    }
    const { connections, tagsError, ownerOf } = listing.estate;
    if (tagsError !== undefined) {
      return failed(tagsError);
    }
    const routers = await Promise.all(
      [...ownerOf].map(([transitRouterId, api]) => means.routers.read(ownerIn(place, api), transitRouterId)),
    );
    return { accountId, regionId, isServed: true, connections, routers };
  } catch (error) {
    return failed(toCloudError(error));
  } finally {
    report.end();
  }
}

type Owner = Place & { readonly api: CloudApi };

function ownerIn(place: OpenPlace, api: CloudApi): Owner {
  const owner = [place, ...place.owners].find((candidate) => candidate.api === api);
  return { accountId: owner?.accountId ?? place.accountId, regionId: place.regionId, api };
}

/** Several places may see the same transit router, which is read only once. */
class RouterReads {
  readonly #reads = new Map<TransitRouterId, Promise<ReadRouter>>();

  read(owner: Owner, transitRouterId: TransitRouterId): Promise<ReadRouter> {
    const read = this.#reads.get(transitRouterId) ?? readRouter(owner, transitRouterId);
    this.#reads.set(transitRouterId, read);
    return read;
  }
}

async function readRouter({ accountId, regionId, api }: Owner, transitRouterId: TransitRouterId): Promise<ReadRouter> {
  // Read routing before the attachments. An attachment that is detached in between loses its routes, and must not look
  // unused.
  const routing = await api.listRouting(regionId, transitRouterId, { pick: pickStaticRoute });
  const attachments = await api.listAttachments(regionId, transitRouterId);
  return { accountId, regionId, transitRouterId, attachments, routing };
}
