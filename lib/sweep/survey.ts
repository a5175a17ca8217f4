import type { Clock, CloudApi } from '../core/cloud-api.ts';
import type { CloudError } from '../core/errors.ts';
import type { AccountId, Connection, RegionId, Routing } from '../core/estate.ts';
import type { Journal } from '../core/journal.ts';
import { judge } from '../core/judge.ts';
import type { Narrowing, Policy } from '../core/options.ts';
import type { RefusedEvent, RegionResult } from '../core/outcome.ts';
import type { Halt, Judged, JudgedRegion } from '../core/plan.ts';
import { modeFor } from '../core/scope.ts';
import { type RegionEstate, type RegionListing, surveyRegion } from './survey-region.ts';
import { resolveTargets, type Target } from './targets.ts';

/** A region that was read whole, and what became of each of its connections. */
export type SurveyedRegion = JudgedRegion & { readonly target: Target; readonly estate: RegionEstate };

/** A region that was not: nothing may be changed there. `connections` are those seen all the same, in scope. */
export type LostRegion = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly listing: 'unread' | 'unsupported';
  readonly error: CloudError;
  readonly connections: readonly Connection[];
  /** Of those, how many are in scope. */
  readonly inScope: readonly Connection[];
};

export type Survey = {
  readonly regions: readonly SurveyedRegion[];
  readonly lost: readonly LostRegion[];
  readonly judgedMs: number;
  /** Something besides a region could not be read: an account, a role, tags. */
  readonly somethingUnread: boolean;
  /** Events that turned out to ask for a region that does not exist. */
  readonly refused: readonly RefusedEvent[];
};

/** Read everything the request asks for, and judge it. Reads only; `plan` and `explain` need no more than this. */
export async function survey(
  request: {
    readonly policy: Policy;
    readonly parts: readonly Narrowing[];
    readonly defaultRegion: RegionId | undefined;
  },
  deps: { readonly api: CloudApi; readonly clock: Clock; readonly journal: Journal },
): Promise<Survey> {
  const { policy, parts } = request;
  const { targets, unopened, lostRoles, refused } = await resolveTargets(
    deps.api,
    policy,
    parts,
    request.defaultRegion,
  );
  for (const { roleArn, error } of lostRoles) {
    deps.journal('step.failed', { roleArn, action: error.action, code: error.code, cloudRequestId: error.requestId });
  }
  const needsRouting = policy.rules.unrouted !== 'off';
  const listings = await Promise.all(
    targets.map(async (target) => {
      const listing = await surveyRegion(target, needsRouting, deps.clock);
      reportListing(deps.journal, target, listing);
      return { target, listing };
    }),
  );

  const judgedMs = deps.clock.now();
  const regions: SurveyedRegion[] = [];
  const lost: LostRegion[] = unopened.flatMap(({ accountId, regionIds, error }) =>
    regionIds.map((regionId) => ({
      accountId,
      regionId,
      listing: 'unread' as const,
      error,
      connections: [],
      inScope: [],
    })),
  );
  for (const { target, listing } of listings) {
    const { accountId, regionId } = target;
    if (listing.listing !== 'complete') {
      const inScope = listing.connections.filter(
        ({ connectionId }) => modeFor(parts, regionId, connectionId) !== undefined,
      );
      lost.push({ accountId, regionId, ...listing, inScope });
      continue;
    }
    const judged = judgeAll(target, listing.estate, policy, parts, judgedMs);
    regions.push({ accountId, regionId, judged, target, estate: listing.estate });
  }
  reportUnopened(deps.journal, unopened);
  const tagsUnread = regions.some(({ estate }) => estate.tagsError !== undefined);
  return {
    regions,
    lost,
    judgedMs,
    refused,
    somethingUnread: unopened.length > 0 || lostRoles.length > 0 || tagsUnread,
  };
}

/** Every connection of the region is judged, in scope or not: the share guard counts them all. */
function judgeAll(
  { accountId, regionId }: Target,
  estate: RegionEstate,
  policy: Policy,
  parts: readonly Narrowing[],
  nowMs: number,
): readonly Judged[] {
  return estate.connections.map((connection) => ({
    accountId,
    regionId,
    verdict: judge(
      { connection, accountId, witnesses: estate.witnesses, routing: routingOf(connection, estate), nowMs },
      policy,
    ),
    mode: modeFor(parts, regionId, connection.connectionId),
  }));
}

const routingOf = (connection: Connection, { witnesses, routing }: RegionEstate): Routing | 'unread' => {
  const [holder] = witnesses.holdersOf.get(connection.connectionId) ?? [];
  return (routing !== 'unread' && holder && routing.get(holder.attachmentId)) || 'unread';
};

function reportListing(journal: Journal, { accountId, regionId }: Target, listing: RegionListing): void {
  const where = { accountId, regionId, listing: listing.listing };
  if (listing.listing === 'complete') {
    const { connections, witnesses, tagsError } = listing.estate;
    journal('region.listed', {
      ...where,
      connections: connections.length,
      transitRouters: witnesses.attachmentsOf.size,
    });
    if (tagsError) journal('step.failed', { accountId, regionId, action: tagsError.action, code: tagsError.code });
    return;
  }
  const { action, code, requestId, message } = listing.error;
  journal('region.listed', { ...where, action, code, cloudRequestId: requestId, reason: message });
}

function reportUnopened(journal: Journal, unopened: Awaited<ReturnType<typeof resolveTargets>>['unopened']): void {
  for (const { accountId, error } of unopened) {
    const { action, code, requestId, message } = error;
    journal('step.failed', { accountId, action, code, cloudRequestId: requestId, reason: message });
  }
}

/** One row for each account and region that was looked at. */
export function toRegionResults(surveyed: Survey, halts: readonly Halt[]): readonly RegionResult[] {
  const rows: RegionResult[] = [
    ...surveyed.regions.map(({ accountId, regionId, judged }) => ({
      accountId,
      regionId,
      listing: 'complete' as const,
      connections: judged.length,
      halted: halts.some((halt) => halt.accountId === accountId && halt.regionId === regionId),
    })),
    ...surveyed.lost.map(({ accountId, regionId, listing, connections }) => ({
      accountId,
      regionId,
      listing,
      connections: connections.length,
      halted: false,
    })),
  ];
  return rows.sort((a, b) => (`${a.accountId} ${a.regionId}` < `${b.accountId} ${b.regionId}` ? -1 : 1));
}
