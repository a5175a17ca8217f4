import type { RuleName } from '../rules/all-rules.ts';
import type { AccountId, ConnectionId, RegionId, TransitRouterId } from './estate.ts';
import type { Mode, PolicyOrigin } from './policy.ts';

/** Every way a connection can end in a run, in the order in which counts are shown. */
export const OUTCOMES = [
  'kept',
  'protected',
  'unknown',
  'marked',
  'waiting',
  'cleared',
  'planned',
  'held',
  'deleted',
  'already-gone',
  'deferred',
  'blocked',
  'failed',
] as const;
export type OutcomeKind = (typeof OUTCOMES)[number];

export type Outcome = {
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /**
   * Other people's text, unchanged. Escape it for each output. Empty without a name, null if the cloud did not tell.
   */
  readonly name: string | null;
  /**
   * Other people's text: the value of the tag `report.ownerTag`. Null without the tag, or if the tags were not read.
   */
  readonly owner: string | null;
  /** ISO UTC. */
  readonly createdAt: string | null;
  readonly outcome: OutcomeKind;
  readonly rule: RuleName | 'half-done' | null;
  /** ISO UTC: since when it has been an orphan, from its mark. */
  readonly since: string | null;
  /** ISO UTC: the end of the grace of `rule`, which may be in the past. Null if no clock runs. */
  readonly dueAt: string | null;
  /** ISO UTC: until when a detached connection is kept. */
  readonly heldUntil: string | null;
  /**
   * ISO UTC. Only for a due connection that a message named, if the policy requires a notice. `toldAt` is when a
   * channel accepted the first message that named its clock. `noticeUntil` is the end of the notice.
   */
  readonly toldAt?: string;
  readonly noticeUntil?: string;
  /** The binding of the connection when it was judged. Null if it was bound to nothing. */
  readonly attachedTo: AttachedTo | null;
  /** The path in the store of the backup that this run wrote or found before it detached or deleted the connection. */
  readonly backup: string | null;
  readonly reason: string;
  readonly evidence: readonly string[];
  /** The cloud's error code, if a call of this run failed. */
  readonly code: string | null;
  readonly requestId: string | null;
};

/** Null if the cloud did not tell. */
type AttachedTo = { readonly transitRouterId: TransitRouterId | null; readonly cenId: string | null };

export type RunStatus = 'complete' | 'incomplete' | 'halted';

export type RegionResult = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly listing: 'complete' | 'unread' | 'unsupported';
  /** All listed connections, with the connections of VPN gateways. */
  readonly connections: number;
  readonly halted: boolean;
  /** Only for an unread region: the cloud's error code, and a sentence with the failure and advice. */
  readonly code?: string;
  readonly reason?: string;
};

export type Counts = Readonly<Record<OutcomeKind, number>>;

/** The answer of a run, in all entry points. */
export type RunResult = {
  readonly runId: string;
  readonly mode: Mode;
  readonly status: RunStatus;
  /** ISO UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly regions: readonly RegionResult[];
  readonly counts: Counts;
  /**
   * Every outcome except `kept`. A function answers at most 1,000. `outcomesOmitted` is the number of omitted outcomes.
   */
  readonly outcomes: readonly Outcome[];
  readonly outcomesOmitted?: number;
  /** Number of attempts for each action. */
  readonly calls: Readonly<Record<string, number>>;
  readonly refusedEvents?: readonly RefusedEvent[];
  readonly refusedEventsOmitted?: number;
  /** The file with which a person stopped this run. The run began no detach or delete after it saw the file. */
  readonly stoppedBy?: string;
  /** Why the configured store does not have this result. */
  readonly notStored?: string;
  readonly policy: PolicyOrigin;
  /**
   * In mode `sweep`, the saved plan of the run, which touched nothing else. In mode `plan`, the plan that the run saved
   * or checked.
   */
  readonly plan?: PlanOrigin;
  /** Requested ids that no place of the policy has. Empty unless the run has read every place completely. */
  readonly notFound: readonly ConnectionId[];
  /** Warnings about a policy that may not have its apparent effect. A function answers at most 1,000. */
  readonly warnings?: readonly string[];
  /** Connections whose owners kept them until a date that is over. A function answers at most 1,000. */
  readonly lapsedKeeps?: readonly LapsedKeep[];
  /** With `report.leftovers`: an entry for each place that was read whole. */
  readonly leftovers?: readonly PlaceLeftovers[];
};

/** The resources of a place, besides connections, that somebody may want to remove. A run reads them and never acts on them. */
export type PlaceLeftovers = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /**
   * Customer gateways that no connection of the place uses. `name` is other people's text, and null if the cloud did not say.
   */
  readonly customerGateways: readonly { readonly customerGatewayId: string; readonly name: string | null }[];
  /** A function answers at most 1,000 gateways: how many more there are. */
  readonly customerGatewaysOmitted?: number;
  /** Why nobody knows which customer gateways are unused. Left out: they were read. */
  readonly unread?: string;
  /** Each transit router of the account, with its VPN attachments and how many the documentation allows by default. */
  readonly transitRouters: readonly {
    readonly transitRouterId: TransitRouterId;
    readonly attachments: number;
    readonly quota: number;
  }[];
};

/** The origin of a saved plan. `file`: the given path. `sha256`: the hash at its end. `madeAt`: ISO UTC. */
export type PlanOrigin = { readonly file: string; readonly sha256: string; readonly madeAt: string };

/** `until`: an ISO date. */
export type LapsedKeep = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly connectionId: ConnectionId;
  readonly until: string;
};

export type RefusedEvent = { readonly index: number; readonly id: string | null; readonly reason: string };

/** A count of zero for each kind of outcome. Pure. */
export const noOutcomes = () => Object.fromEntries(OUTCOMES.map((kind) => [kind, 0])) as Record<OutcomeKind, number>;

export function countOutcomes(outcomes: readonly Outcome[]): Counts {
  const counts = noOutcomes();
  for (const { outcome } of outcomes) {
    counts[outcome] += 1;
  }
  return counts;
}

/**
 * How a run ended. `incomplete` comes before `halted`, because a run that could not read everything, or that a later
 * run may complete, must never look better.
 */
export function toStatus(
  regions: readonly RegionResult[],
  counts: Counts,
  facts: { readonly somethingUnread: boolean; readonly timeRanOut: boolean },
): RunStatus {
  const unread = facts.somethingUnread || regions.some(({ listing }) => listing === 'unread');
  if (unread || facts.timeRanOut || counts.failed > 0) {
    return 'incomplete';
  }
  return regions.some(({ halted }) => halted) ? 'halted' : 'complete';
}
