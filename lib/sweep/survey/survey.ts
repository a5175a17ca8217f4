import { describeFailure } from '../../core/advice/error-advice.ts';
import { Semaphore } from '../../core/concurrency/semaphore.ts';
import { NEVER, unlessStopped } from '../../core/concurrency/unless-stopped.ts';
import type { Clock, CloudApi } from '../../core/domain/cloud-api.ts';
import { type CloudError, toCloudError } from '../../core/domain/errors.ts';
import type { AccountId, Connection, ConnectionId, RegionId, Routing } from '../../core/domain/estate.ts';
import type { Journal, JournalFields } from '../../core/domain/journal.ts';
import type { LapsedKeep, PlaceLeftovers, RefusedEvent, RegionResult } from '../../core/domain/outcome.ts';
import { placeKey } from '../../core/domain/place.ts';
import type { Narrowing, Policy } from '../../core/domain/policy.ts';
import { readKeep } from '../../core/guards/keep-tag.ts';
import { judge } from '../../core/judge/judge.ts';
import { mayTag, modeFor } from '../../core/plan/narrow.ts';
import { countsInShare, type Halt, type Judged, type JudgedRegion } from '../../core/plan/plan.ts';
import { isNeeded } from '../../core/rules/all-rules.ts';
import { LeftoverFinder } from './find-leftovers.ts';
import { type OpenPlace, type OpenPlaces, openPlaces } from './open-places.ts';
import { SightWatch } from './sight-watch.ts';
import { type RegionEstate, type RegionFacts, type RegionListing, surveyRegion } from './survey-region.ts';
import { refuseOutside, type SweptPlan, withinPlan } from './swept-plan.ts';
import { untilStopAsked } from './until-stop-asked.ts';
import { type OnReading, watchReading } from './watch-reading.ts';

/** A region that was read completely. `judged` has the connections that `settle` did not end at once. */
export type SurveyedRegion = JudgedRegion & {
  readonly place: OpenPlace;
  /** Number of connections listed. */
  readonly connections: number;
  /** Kept only if the run may write in this region. */
  readonly facts: RegionFacts | undefined;
  readonly judgedMs: number;
  readonly tagsUnread: boolean;
  /** Lapsed keep tags of the connections in scope. */
  readonly lapsedKeeps: readonly LapsedKeep[];
  /** Undefined: nobody asked for them. */
  readonly leftovers: PlaceLeftovers | undefined;
};

/**
 * A region that was not read completely, so the run changes nothing in it. `connections` are the connections seen
 * nevertheless.
 */
export type LostRegion = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly listing: 'unread' | 'unsupported';
  readonly error: CloudError;
  readonly connections: readonly Connection[];
  /** The seen connections that are in scope. */
  readonly inScope: readonly Connection[];
};

export type Settle = (judged: Judged, facts: RegionFacts) => boolean;

/** A promise to await before more connections are settled, or undefined to go on at once. */
export type WhenBehind = () => Promise<void> | undefined;

export type Survey = {
  readonly regions: readonly SurveyedRegion[];
  readonly lost: readonly LostRegion[];
  /** An account, a role or tags could not be read. Unread regions are in `lost`. */
  readonly somethingUnread: boolean;
  /** Events that ask for a region which does not exist. */
  readonly refused: readonly RefusedEvent[];
  /** The request without the refused events. */
  readonly parts: readonly Narrowing[];
  /** Everything that the parts cover was read. */
  readonly isComplete: boolean;
  /** Ids that the request asks for and no listing showed. */
  readonly unseen: readonly ConnectionId[];
  /** Entries under `protect` that matched no listed connection. */
  readonly protectUnmatched: readonly string[];
  /** Regions that `regions.except` names and the cloud does not list. */
  readonly unknownExceptions: readonly RegionId[];
};

/** Number of connections, over all regions, that may be read and not yet judged. This bounds the memory of a run. */
const CONNECTIONS_MAX = 10_000;

/**
 * Read everything the request asks for, and judge each region as soon as it is complete. Reads only. `plan` and
 * `explain` need no more than this.
 *
 * `settle` gets every verdict with its facts, and returns whether the verdict is final. Only the other connections are
 * kept, which saves memory in a big estate. `whenBehind` is called after each connection, so that settled outcomes do
 * not pile up.
 */
export async function survey(
  request: {
    readonly policy: Policy;
    readonly parts: readonly Narrowing[];
    readonly defaultRegion: RegionId | undefined;
    readonly plan?: SweptPlan | undefined;
  },
  deps: {
    readonly api: CloudApi;
    readonly clock: Clock;
    readonly journal: Journal;
    readonly stopAsked?: AbortSignal | undefined;
    readonly onReading?: OnReading;
  },
  settle: Settle,
  whenBehind: WhenBehind = () => undefined,
): Promise<Survey> {
  const { policy } = request;
  const { stopAsked = NEVER } = deps;
  const opened = await openPlaces(untilStopAsked(deps.api, stopAsked), policy, request.parts, request.defaultRegion);
  if (request.plan !== undefined) {
    refuseOutside(request.plan, opened);
  }
  const { places, unopened, lostRoles, refused, parts, unknownExceptions } = opened;
  const watch = new SightWatch(policy, parts);
  const settling = { settle, whenBehind };
  for (const { roleArn, error } of lostRoles) {
    deps.journal('step.failed', { roleArn, ...toFields(error) });
  }
  const needsRouting = isNeeded('routing', policy.rules);
  const semaphore = new Semaphore(CONNECTIONS_MAX);
  const reportTo = watchReading(places.length, deps.onReading ?? (() => undefined));
  const read = await Promise.all(
    places.map(async (place): Promise<SurveyedRegion | LostRegion> => {
      let held = 0;
      const admit = (connections: number) => {
        semaphore.release(held);
        held = connections;
        return semaphore.acquire(connections);
      };
      const { onPage, end } = reportTo();
      const finder = policy.report.leftovers ? new LeftoverFinder(place) : undefined;
      const listing = await listUnlessStopped(stopAsked, async () => {
        await finder?.listGateways();
        return surveyRegion(place, needsRouting, deps.clock, { admit, onPage, onGateways: finder?.onGateways });
      });
      end();
      reportListing(deps.journal, place, listing);
      const region =
        listing.listing === 'complete'
          ? await judgeRegion(
              place,
              listing.estate,
              { policy, parts, plan: request.plan, nowMs: deps.clock.now(), watch, finder },
              settling,
            )
          : toLost(place, listing, parts);
      semaphore.release(held);
      return region;
    }),
  );
  reportUnopened(deps.journal, unopened);
  const regions = read.filter(isWhole);
  const unread = read.filter((region): region is LostRegion => !isWhole(region));
  const somethingUnread = unopened.length > 0 || lostRoles.length > 0 || regions.some(({ tagsUnread }) => tagsUnread);
  return {
    regions,
    lost: [...toUnread(unopened), ...unread],
    refused,
    parts,
    somethingUnread,
    isComplete: !somethingUnread && unread.every(({ listing }) => listing === 'unsupported'),
    unseen: watch.unseen,
    protectUnmatched: watch.protectUnmatched,
    unknownExceptions,
  };
}

/**
 * If the run is asked to stop while a region is being read, the region counts as unread. Half a listing proves nothing.
 */
async function listUnlessStopped(stopAsked: AbortSignal, list: () => Promise<RegionListing>): Promise<RegionListing> {
  try {
    return await unlessStopped(stopAsked, 'DescribeVpnConnections', list);
  } catch (error) {
    return { listing: 'unread', error: toCloudError(error), connections: [] };
  }
}

const isWhole = (region: SurveyedRegion | LostRegion): region is SurveyedRegion => 'judged' in region;

const toUnread = (unopened: OpenPlaces['unopened']): readonly LostRegion[] =>
  unopened.flatMap(({ accountId, regionIds, error }) =>
    regionIds.map((regionId) => ({
      accountId,
      regionId,
      listing: 'unread' as const,
      error,
      connections: [],
      inScope: [],
    })),
  );

function toLost(
  { accountId, regionId }: OpenPlace,
  listing: Exclude<RegionListing, { listing: 'complete' }>,
  parts: readonly Narrowing[],
): LostRegion {
  const inScope = listing.connections.filter(
    ({ connectionId }) => modeFor(parts, { accountId, regionId }, connectionId) !== undefined,
  );
  return { accountId, regionId, ...listing, inScope };
}

/** The inputs for judging a region. */
type Look = {
  readonly policy: Policy;
  readonly parts: readonly Narrowing[];
  readonly plan: SweptPlan | undefined;
  readonly nowMs: number;
  readonly watch: SightWatch;
  readonly finder: LeftoverFinder | undefined;
};

/** The callbacks that take the verdicts. */
type Settling = { readonly settle: Settle; readonly whenBehind: WhenBehind };

/** Judge every connection of the region, in scope or not, because the share guard counts all connections. */
async function judgeRegion(
  place: OpenPlace,
  estate: RegionEstate,
  { policy, parts, plan, nowMs, watch, finder }: Look,
  { settle, whenBehind }: Settling,
): Promise<SurveyedRegion> {
  const { accountId, regionId } = place;
  const { connections, ...facts } = estate;
  const judged: Judged[] = [];
  const lapsedKeeps: LapsedKeep[] = [];
  let ours = 0;
  for (const connection of connections) {
    watch.look(connection);
    const routing = routingOf(connection, facts);
    const verdict = judge({ connection, accountId, witnesses: facts.witnesses, routing, nowMs }, policy);
    ours += Number(countsInShare(verdict));
    const asked = { accountId, regionId, verdict, mode: modeFor(parts, place, connection.connectionId) };
    const one = plan === undefined ? asked : withinPlan(plan, asked);
    if (one.mode !== undefined) {
      lapsedKeeps.push(...lapsedKeepsOf(connection, place, nowMs));
    }
    if (!settle(one, facts)) {
      judged.push(one);
    }
    const behind = whenBehind();
    if (behind) {
      await behind;
    }
  }
  return {
    accountId,
    regionId,
    ours,
    judged,
    place,
    connections: connections.length,
    facts: judged.some(({ mode }) => mayTag(mode)) ? facts : undefined,
    judgedMs: nowMs,
    tagsUnread: facts.tagsError !== undefined,
    lapsedKeeps,
    leftovers: finder?.find(estate),
  };
}

function lapsedKeepsOf(
  { connectionId, attachType, tags }: Connection,
  { accountId, regionId }: OpenPlace,
  nowMs: number,
): readonly LapsedKeep[] {
  const isOurs = attachType !== 'VPNGW' && attachType !== 'missing';
  return tags === 'unread' || !isOurs
    ? []
    : readKeep(tags, nowMs).lapsed.map((until) => ({ accountId, regionId, connectionId, until }));
}

const routingOf = (connection: Connection, { witnesses, routing }: RegionFacts): Routing | 'unread' => {
  const [holder] = witnesses.holdersOf(connection.connectionId);
  return (routing !== 'unread' && holder && routing.get(holder.attachmentId)) || 'unread';
};

function reportListing(journal: Journal, { accountId, regionId }: OpenPlace, listing: RegionListing): void {
  const where = { accountId, regionId, listing: listing.listing };
  if (listing.listing === 'complete') {
    const { connections, witnesses, tagsError } = listing.estate;
    journal('region.listed', {
      ...where,
      connections: connections.length,
      transitRouters: witnesses.attachmentsOf.size,
    });
    if (tagsError) {
      journal('step.failed', { accountId, regionId, ...toFields(tagsError) });
    }
    return;
  }
  journal('region.listed', { ...where, ...toFields(listing.error) });
}

function reportUnopened(journal: Journal, unopened: OpenPlaces['unopened']): void {
  for (const { accountId, error } of unopened) {
    journal('step.failed', { accountId, ...toFields(error) });
  }
}

const toFields = (error: CloudError): JournalFields => ({
  action: error.action,
  code: error.code,
  cloudRequestId: error.requestId,
  reason: describeFailure(error),
});

/** A row for each account and region that the run looked at. */
export function toRegionResults(surveyed: Survey, halts: readonly Halt[]): readonly RegionResult[] {
  const rows: RegionResult[] = [
    ...surveyed.regions.map(({ accountId, regionId, connections }) => ({
      accountId,
      regionId,
      listing: 'complete' as const,
      connections,
      halted: halts.some((halt) => halt.accountId === accountId && halt.regionId === regionId),
    })),
    ...surveyed.lost.map(({ accountId, regionId, listing, connections, error }) => ({
      accountId,
      regionId,
      listing,
      connections: connections.length,
      halted: false,
      code: error.code,
      reason: describeFailure(error),
    })),
  ];
  return rows.sort((a, b) => (placeKey(a) < placeKey(b) ? -1 : 1));
}
