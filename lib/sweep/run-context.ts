import type { Clock, CloudApi } from '../core/cloud-api.ts';
import type { AccountId, ConnectionId, RegionId, TransitRouterId } from '../core/estate.ts';
import type { Journal, JournalEvent, JournalFields } from '../core/journal.ts';
import type { Policy } from '../core/options.ts';
import { RegionReads } from './region-reads.ts';
import type { SurveyedRegion } from './survey.ts';
import type { RegionEstate } from './survey-region.ts';

/** What every step of a run shares. */
export type RunContext = {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Absolute; no new work is started when it is near. Infinity when nobody will stop us. */
  readonly deadlineMs: number;
  /** The one value of the `seen` tag in this run: when it began to look. */
  readonly seenMs: number;
};

/** What the steps in one region share. */
export type RegionContext = RunContext & {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly api: CloudApi;
  readonly estate: RegionEstate;
  readonly reads: RegionReads;
  readonly ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
};

export const record = (
  region: RegionContext,
  event: JournalEvent,
  connectionId: ConnectionId,
  fields: JournalFields = {},
): void => region.journal(event, { accountId: region.accountId, regionId: region.regionId, connectionId, ...fields });

/** Bind a run to one surveyed region, with fresh shared reads. */
export function createRegionContext(run: RunContext, region: SurveyedRegion): RegionContext {
  const { accountId, regionId, estate, target } = region;
  const ownerOf = (transitRouterId: TransitRouterId): CloudApi => {
    const owner = estate.ownerOf.get(transitRouterId);
    if (owner === undefined) throw new Error(`nobody is known to own ${transitRouterId}`);
    return owner;
  };
  const { api } = target;
  const reads = new RegionReads({ api, regionId, clock: run.clock, ownerOf, connections: estate.connections.length });
  return { ...run, accountId, regionId, api, estate, reads, ownerOf };
}
