import type { AccountId, ConnectionId, RegionId } from '../../core/domain/estate.ts';
import type { Counts, Outcome, OutcomeKind, RunResult, RunStatus } from '../../core/domain/outcome.ts';
import type { Place } from '../../core/domain/place.ts';
import type { Policy, PolicyOrigin } from '../../core/domain/policy.ts';
import type { ReportDigest } from '../../report/digest/report-digest.ts';

/** A sweep of a rehearsal, and its changes. */
export type Night = {
  /** Counts from 1. */
  readonly night: number;
  /** ISO UTC. */
  readonly at: string;
  readonly status: RunStatus;
  readonly counts: Counts;
  /** Number of detached attachments. */
  readonly detached: number;
  /** Places that a guard halted this night but not the night before. */
  readonly halted: readonly Place[];
  /** The outcomes that are news, in the order of the result. */
  readonly news: readonly Outcome[];
};

/** A connection that still exists after the last night, and why. */
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

/** An id of `--expect` whose connection changed or is missing. */
export type Lost = {
  readonly connectionId: ConnectionId;
  readonly how: 'deleted' | 'detached' | 'not in the estate';
  /** The night in which it was detached or deleted. Null if the estate never had the connection. */
  readonly night: number | null;
};

/** The result of a rehearsal. */
export type Rehearsal = {
  readonly policy: Policy;
  readonly origin: PolicyOrigin;
  /** ISO UTC: the moment of the first night. */
  readonly startedAt: string;
  readonly everyMs: number;
  /** Sentences about the parts that the rehearsal leaves out. */
  readonly leftOut: readonly string[];
  /** Number of connections of the estate that the policy covers. */
  readonly connections: number;
  readonly nights: readonly Night[];
  readonly left: readonly Left[];
  /** For each detached or deleted connection, the night in which that happened. */
  readonly detachedIn: ReadonlyMap<ConnectionId, number>;
  readonly deletedIn: ReadonlyMap<ConnectionId, number>;
  /** Whether a connection was in the estate before the first night. */
  readonly had: (connectionId: ConnectionId) => boolean;
  readonly last: RunResult;
  readonly digest: ReportDigest;
};
