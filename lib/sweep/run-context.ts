import type { Semaphore } from '../core/concurrency/semaphore.ts';
import type { Clock, CloudApi } from '../core/domain/cloud-api.ts';
import type { AccountId, ConnectionId, RegionId, Tags, TransitRouterId } from '../core/domain/estate.ts';
import type { Journal, JournalEvent, JournalFields } from '../core/domain/journal.ts';
import { PAGE_SIZE } from '../core/domain/listing.ts';
import type { Policy } from '../core/domain/policy.ts';
import type { Store } from '../core/store/store.ts';
import { pickAttachment, pickConnection, pickStaticRoute } from '../undo/pick-settings.ts';
import { BackupReads } from './reads/backup-reads.ts';
import { PollSchedule } from './reads/poll-schedule.ts';
import { RegionReads } from './reads/region-reads.ts';
import { RegionProgress } from './region-progress.ts';
import type { DayLimit } from './steps/day-limit.ts';
import type { StopFile } from './steps/stop-file.ts';
import type { SurveyedRegion } from './survey/survey.ts';
import type { RegionFacts } from './survey/survey-region.ts';
import type { SweptPlan } from './survey/swept-plan.ts';

/** What the backups of one run share. */
type RunBackups = {
  readonly store: Store;
  readonly runId: string;
  /** So many files are written at the same time. */
  readonly writing: Semaphore;
};

/** What every step of a run shares. */
export type RunContext = {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Absolute; no new work is started when it is near. Infinity when nobody will stop us. */
  readonly deadlineMs: number;
  /** A person asked the run to stop: nothing new is started. */
  readonly stopAsked: AbortSignal;
  /** The one value of the `seen` tag in this run: when it began to look. */
  readonly seenMs: number;
  /** Asked before the first step on each connection; undefined without a store. */
  readonly stop: StopFile | undefined;
  /** Asked before something new begins on a connection; undefined when `limits.perDay` is off. */
  readonly day: DayLimit | undefined;
  /** Where each deletion keeps what it takes to undo it; undefined without a store. */
  readonly backups: RunBackups | undefined;
  /** Only its entries may be detached or deleted; undefined: none was given. */
  readonly plan: SweptPlan | undefined;
};

/** What the steps in one region share. */
export type RegionContext = RunContext & {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly api: CloudApi;
  readonly facts: RegionFacts;
  readonly reads: RegionReads;
  readonly backupReads: BackupReads;
  /** The marks that this run wrote. It detaches and deletes only by these. */
  readonly marks: Map<ConnectionId, Tags>;
  readonly progress: RegionProgress;
  /** The backups that this run wrote or found, by their paths in the store. */
  readonly backedUpAs: Map<ConnectionId, string>;
  /** When to look whether a detach has taken hold, or a delete. */
  readonly polls: { readonly detach: PollSchedule; readonly delete: PollSchedule };
  readonly ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
};

export const record = (
  region: RegionContext,
  event: JournalEvent,
  connectionId: ConnectionId,
  fields: JournalFields = {},
): void => region.journal(event, { accountId: region.accountId, regionId: region.regionId, connectionId, ...fields });

/** So many deleted for each page of a listing make one look for all of them worthwhile. */
const DELETED_PER_PAGE_MIN = 4;

const PICKS = { connection: pickConnection, attachment: pickAttachment, staticRoute: pickStaticRoute };

/** Bind a run to one surveyed region, with fresh shared reads. */
export function createRegionContext(run: RunContext, region: SurveyedRegion, facts: RegionFacts): RegionContext {
  const { accountId, regionId, place } = region;
  const ownerOf = (transitRouterId: TransitRouterId): CloudApi => {
    const owner = facts.ownerOf.get(transitRouterId);
    if (owner === undefined) {
      throw new Error(`nobody is known to own ${transitRouterId}`);
    }
    return owner;
  };
  const { api } = place;
  const { clock, policy } = run;
  const reads = new RegionReads({
    api,
    clock,
    ownerOf,
    region,
    facts: facts,
    maxAgeMs: policy.recheck.maxAgeMs,
    picks: run.backups && PICKS,
  });
  const backupReads = new BackupReads({ api, clock, place: region, store: run.backups?.store });
  const progress = new RegionProgress(clock);
  const intervalMs = policy.wait.pollIntervalMs;
  const { stopAsked } = run;
  const polls = {
    detach: new PollSchedule({
      clock,
      intervalMs,
      stopAsked,
      isBusy: () => progress.toDetach.size > 0,
      // A list of several pages does not hold together while detaches are sent.
      isWorthwhile: () => region.connections <= PAGE_SIZE,
    }),
    delete: new PollSchedule({
      clock,
      intervalMs,
      stopAsked,
      // In a small region a look costs so little that nobody waits for company.
      isBusy: () => region.connections > PAGE_SIZE && progress.toDelete.size > 0,
      isWorthwhile: () => progress.deleted.size >= DELETED_PER_PAGE_MIN * reads.pages,
    }),
  };
  return {
    ...run,
    accountId,
    regionId,
    api,
    facts: facts,
    reads,
    backupReads,
    marks: new Map(),
    progress: progress,
    backedUpAs: new Map(),
    polls,
    ownerOf,
  };
}
