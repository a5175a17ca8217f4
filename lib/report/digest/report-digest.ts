import type { AccountId, RegionId } from '../../core/domain/estate.ts';
import type {
  Counts,
  LapsedKeep,
  Outcome,
  PlaceLeftovers,
  RefusedEvent,
  RegionResult,
  RunResult,
  RunStatus,
} from '../../core/domain/outcome.ts';

export const REPORT_FORMAT = 'vco-sweeper/report@1';

/**
 * The combined result of some runs, with the latest outcome of each connection. It covers a run of a command line, or
 * all stored results of many sweeps in many accounts and regions. The page shows it.
 */
export type ReportDigest = {
  readonly format: typeof REPORT_FORMAT;
  readonly reportId: string;
  /** ISO UTC. */
  readonly madeAt: string;
  /**
   * The worst status of the newest runs of all places. `incomplete` if a place is missing, a dispatch failed or a
   * result is lost.
   */
  readonly status: RunStatus;
  /** The paths of its results in the store. Empty for a run outside a store. */
  readonly results: readonly string[];
  /** The oldest first. */
  readonly runs: readonly ReportedRun[];
  /** Each place as its newest run saw it. */
  readonly places: readonly ReportedPlace[];
  readonly missing: readonly MissingPlace[];
  readonly notDispatched: readonly FailedDispatch[];
  readonly counts: Counts;
  readonly outcomes: readonly ReportedOutcome[];
  /** The number of outcomes that a function omitted from its result. */
  readonly outcomesOmitted: number;
  /** Sentences about failures outside the outcomes, such as the reason for an unread region. */
  readonly problems: readonly string[];
  /** Files that held deletions back. */
  readonly stoppedBy: readonly string[];
  readonly notFound: readonly string[];
  readonly warnings: readonly string[];
  readonly lapsedKeeps: readonly LapsedKeep[];
  readonly refusedEvents: readonly RefusedEvent[];
  /** The leftovers of each place whose newest run looked for them. Absent if no run did. */
  readonly leftovers?: readonly PlaceLeftovers[];
  /** From the policy. If null, the page shows no money. */
  readonly price: ConfiguredPrice | null;
};

type ReportedRun = Pick<RunResult, 'runId' | 'mode' | 'status' | 'startedAt' | 'durationMs' | 'policy' | 'plan'>;

export type ReportedPlace = RegionResult & { readonly runId: string };

/** A place that had results before and has no result now. */
export type MissingPlace = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /** ISO UTC: the start of its last result. Null if that is unknown. */
  readonly lastAt: string | null;
};

/** A sweep that the dispatcher could not start. Null means an unknown account or region. */
export type FailedDispatch = {
  readonly accountId: AccountId | null;
  readonly regionId: RegionId | null;
  /** ISO UTC: the time of the dispatch. */
  readonly at: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly advice: string | null;
};

export type ReportedOutcome = Outcome & {
  /** The run that this outcome comes from. */
  readonly runId: string;
  /** ISO UTC: for an orphan without a mark, the earliest time of its deletion if the next run marks it. */
  readonly expectedAt: string | null;
};

/** The price from the policy. It is never the billed price. */
export type ConfiguredPrice = { readonly perConnectionHour: number; readonly currency: string };
