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
 * What some runs found, with the last word on each connection: one run of a command line, or all that many sweeps of many
 * accounts and regions left in a store. The page is made of it.
 */
export type ReportDigest = {
  readonly format: typeof REPORT_FORMAT;
  readonly reportId: string;
  /** ISO UTC. */
  readonly madeAt: string;
  /** The worst of the newest runs of each place; `incomplete` with a place that is missing, a failed dispatch or a lost result. */
  readonly status: RunStatus;
  /** The stored results that it is made of, by their paths in the store. Empty for a run that was not read from one. */
  readonly results: readonly string[];
  /** The oldest first. */
  readonly runs: readonly ReportedRun[];
  /** Each place as its newest run saw it. */
  readonly places: readonly ReportedPlace[];
  readonly missing: readonly MissingPlace[];
  readonly notDispatched: readonly FailedDispatch[];
  readonly counts: Counts;
  readonly outcomes: readonly ReportedOutcome[];
  /** Outcomes that were cut off a result before it got here. */
  readonly outcomesOmitted: number;
  /** Sentences about failures that no outcome tells of, such as why a region was not read. */
  readonly problems: readonly string[];
  /** Files that held deletions back. */
  readonly stoppedBy: readonly string[];
  readonly notFound: readonly string[];
  readonly warnings: readonly string[];
  readonly lapsedKeeps: readonly LapsedKeep[];
  readonly refusedEvents: readonly RefusedEvent[];
  /** Of the places whose newest run has looked for it; left out if none has. */
  readonly leftovers?: readonly PlaceLeftovers[];
  /** From the policy; null: no money is shown. */
  readonly price: ConfiguredPrice | null;
};

type ReportedRun = Pick<RunResult, 'runId' | 'mode' | 'status' | 'startedAt' | 'durationMs' | 'policy' | 'plan'>;

export type ReportedPlace = RegionResult & { readonly runId: string };

/** A place that had results and has none any more. */
export type MissingPlace = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /** ISO UTC: when its last result began; null if that is not known. */
  readonly lastAt: string | null;
};

/** A sweep that the dispatcher could not start. Null: an account or region that could not be found out. */
export type FailedDispatch = {
  readonly accountId: AccountId | null;
  readonly regionId: RegionId | null;
  /** ISO UTC: when the dispatcher ran. */
  readonly at: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly advice: string | null;
};

export type ReportedOutcome = Outcome & {
  /** The run that says so. */
  readonly runId: string;
  /** ISO UTC: the earliest moment of its deletion if the next run marks it, for an orphan that has no mark yet. */
  readonly expectedAt: string | null;
};

/** What a person wrote in the policy. It is never what is billed. */
export type ConfiguredPrice = { readonly perConnectionHour: number; readonly currency: string };
