import type { AccountId, ConnectionId, RegionId } from '../../core/domain/estate.ts';
import type { Counts, Outcome, OutcomeKind, RunResult, RunStatus } from '../../core/domain/outcome.ts';
import type { Place } from '../../core/domain/place.ts';
import type { Policy, PolicyOrigin } from '../../core/domain/policy.ts';
import type { ReportDigest } from '../../report/digest/report-digest.ts';

/** One sweep of a rehearsal, and what it changed. */
export type Night = {
  /** From 1. */
  readonly night: number;
  /** ISO UTC. */
  readonly at: string;
  readonly status: RunStatus;
  readonly counts: Counts;
  /** Attachments that were detached. */
  readonly detached: number;
  /** Places that a guard halted this night, and not the night before. */
  readonly halted: readonly Place[];
  /** The outcomes that are news, in the order of the result. */
  readonly news: readonly Outcome[];
};

/** A connection that is there after the last night, and why. */
export type Left = {
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly name: string | null;
  readonly outcome: OutcomeKind;
  readonly verdict: string;
  readonly reason: string;
  /** No sweep wrote a tag on it, or detached it. */
  readonly isUntouched: boolean;
};

/** An id of `--expect` that is not as it was. */
export type Lost = {
  readonly connectionId: ConnectionId;
  readonly how: 'deleted' | 'detached' | 'not in the estate';
  /** The night in which it happened; null for a connection that was never there. */
  readonly night: number | null;
};

/** What a rehearsal of some nights came to. */
export type Rehearsal = {
  readonly policy: Policy;
  readonly origin: PolicyOrigin;
  /** ISO UTC: the moment of the first night. */
  readonly startedAt: string;
  readonly everyMs: number;
  /** Sentences about what the rehearsal leaves out. */
  readonly leftOut: readonly string[];
  /** Those of the estate that the policy is about; the others are none of its business. */
  readonly connections: number;
  readonly nights: readonly Night[];
  readonly left: readonly Left[];
  /** In which night each was detached, or deleted. */
  readonly detachedIn: ReadonlyMap<ConnectionId, number>;
  readonly deletedIn: ReadonlyMap<ConnectionId, number>;
  /** Whether a connection was in the estate before the first night. */
  readonly had: (connectionId: ConnectionId) => boolean;
  readonly last: RunResult;
  readonly digest: ReportDigest;
};
