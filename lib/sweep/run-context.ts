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

/** The shared state of the backups of a run. */
type RunBackups = {
  readonly store: Store;
  /** Limits how many files are written at the same time. */
  readonly writing: Semaphore;
};

/** The shared state of all steps of a run. */
export type RunContext = {
  readonly runId: string;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Absolute. No new work is started when the deadline is near. Infinity if there is no time limit. */
  readonly deadlineMs: number;
  /** Aborted when a person asks the run to stop. Then the run starts nothing new. */
  readonly stopAsked: AbortSignal;
  /** The value of the `seen` tag in this run: the time when the run began to look. */
  readonly seenMs: number;
  /** Consulted before the first step on each connection. Undefined without a store. */
  readonly stop: StopFile | undefined;
  /** Consulted before each new deletion. Undefined if `limits.perDay` is off. */
  readonly day: DayLimit | undefined;
  /** Where each deletion keeps its backup. Undefined without a store. */
  readonly backups: RunBackups | undefined;
  /** Only the entries of this plan may be detached or deleted. Undefined without a saved plan. */
  readonly plan: SweptPlan | undefined;
};

/** The shared state of the steps in a single region. */
export type RegionContext = RunContext & {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly api: CloudApi;
  readonly facts: RegionFacts;
  readonly reads: RegionReads;
  readonly backupReads: BackupReads;
  /** The marks that this run wrote. The run detaches and deletes only by these marks. */
  readonly marks: Map<ConnectionId, Tags>;
  readonly progress: RegionProgress;
  /** The backups that this run wrote or found, by their paths in the store. */
  readonly backedUpAs: Map<ConnectionId, string>;
  /** When to look whether a detach or a delete has taken hold. */
  readonly polls: { readonly detach: PollSchedule; readonly delete: PollSchedule };
  readonly ownerOf: (transitRouterId: TransitRouterId) => CloudApi;
};

export const record = (
  region: RegionContext,
  event: JournalEvent,
  connectionId: ConnectionId,
  fields: JournalFields = {},
): void => region.journal(event, { accountId: region.accountId, regionId: region.regionId, connectionId, ...fields });

/** Number of deleted connections, for each page of a listing, that make a listing for all of them worthwhile. */
const DELETED_PER_PAGE_MIN = 4;

const PICKS = { connection: pickConnection, attachment: pickAttachment, staticRoute: pickStaticRoute };

/** Bind a run to a single surveyed region, with its own shared reads. */
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
      // A list of several pages is not consistent while detaches are sent.
      isWorthwhile: () => region.connections <= PAGE_SIZE,
    }),
    delete: new PollSchedule({
      clock,
      intervalMs,
      stopAsked,
      // In a small region a look is so cheap that steps do not wait for each other.
      isBusy: () => region.connections > PAGE_SIZE && progress.toDelete.size > 0,
      isWorthwhile: () => progress.deleted.size >= DELETED_PER_PAGE_MIN * reads.connections.pages,
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
