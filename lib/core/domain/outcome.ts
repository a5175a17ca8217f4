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
  /** Other people's text, as it was read: escape it for each output. Empty for none, null when the cloud did not say. */
  readonly name: string | null;
  /** The value of the tag `report.ownerTag`; other people's text too. Null when there is none, or tags were not read. */
  readonly owner: string | null;
  /** ISO UTC. */
  readonly createdAt: string | null;
  readonly outcome: OutcomeKind;
  readonly rule: RuleName | 'half-done' | null;
  /** ISO UTC: since when it has been an orphan, by its mark. */
  readonly since: string | null;
  /** ISO UTC: when the grace of `rule` is over, which may be past. Null where no clock runs. */
  readonly dueAt: string | null;
  /** ISO UTC: until when a detached connection is kept. */
  readonly heldUntil: string | null;
  /**
   * ISO UTC, of a due connection that was named in a message, where the policy requires a notice: when a channel accepted
   * the first message that named its clock, and when the notice is over. Left out for any other.
   */
  readonly toldAt?: string;
  readonly noticeUntil?: string;
  /** What the connection was bound to when it was judged; null for nothing. */
  readonly attachedTo: AttachedTo | null;
  /** Path in the store of the backup that this run wrote, or found, before it detached or deleted the connection. */
  readonly backup: string | null;
  readonly reason: string;
  readonly evidence: readonly string[];
  /** The cloud's error code, when a call of this run failed. */
  readonly code: string | null;
  readonly requestId: string | null;
};

/** Null: the cloud did not say. */
type AttachedTo = { readonly transitRouterId: TransitRouterId | null; readonly cenId: string | null };

export type RunStatus = 'complete' | 'incomplete' | 'halted';

export type RegionResult = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly listing: 'complete' | 'unread' | 'unsupported';
  /** All that were listed, VPN-gateway connections too. */
  readonly connections: number;
  readonly halted: boolean;
  /** Of a region that was not read: the cloud's error code, and what failed and what a person can do about it. */
  readonly code?: string;
  readonly reason?: string;
};

export type Counts = Readonly<Record<OutcomeKind, number>>;

/** What a run answers, in all entry points. */
export type RunResult = {
  readonly runId: string;
  readonly mode: Mode;
  readonly status: RunStatus;
  /** ISO UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly regions: readonly RegionResult[];
  readonly counts: Counts;
  /** All but `kept`. A function answers at most 1,000; `outcomesOmitted` says how many more there were. */
  readonly outcomes: readonly Outcome[];
  readonly outcomesOmitted?: number;
  /** Attempts by action. */
  readonly calls: Readonly<Record<string, number>>;
  readonly refusedEvents?: readonly RefusedEvent[];
  readonly refusedEventsOmitted?: number;
  /** The file by which a person has stopped this run: nothing new was detached or deleted once it was seen. */
  readonly stoppedBy?: string;
  /** Why the store that was asked for does not have this result. */
  readonly notStored?: string;
  readonly policy: PolicyOrigin;
  /** The saved plan that was swept, so that nothing outside it was touched; in mode `plan`, what was saved, or is looked at. */
  readonly plan?: PlanOrigin;
  /** Ids that were asked for and that no place of the policy holds; empty unless all of them were read whole. */
  readonly notFound: readonly ConnectionId[];
  /** Sentences about a policy that may not do what it seems to. A function answers at most 1,000. */
  readonly warnings?: readonly string[];
  /** Connections that their owners kept until a date which is over. A function answers at most 1,000. */
  readonly lapsedKeeps?: readonly LapsedKeep[];
  /** With `report.leftovers`: one entry for each place that was read whole. */
  readonly leftovers?: readonly PlaceLeftovers[];
};

/** What a place has besides connections that somebody may want to remove. A run reads it and never acts on it. */
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

/** Which saved plan. `file`: its path as it was given. `sha256`: the hash at its end. `madeAt`: ISO UTC. */
export type PlanOrigin = { readonly file: string; readonly sha256: string; readonly madeAt: string };

/** `until`: an ISO date. */
export type LapsedKeep = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly connectionId: ConnectionId;
  readonly until: string;
};

export type RefusedEvent = { readonly index: number; readonly id: string | null; readonly reason: string };

/** Outcomes of a run as counts; every kind is in it. Pure. */
export const noOutcomes = () => Object.fromEntries(OUTCOMES.map((kind) => [kind, 0])) as Record<OutcomeKind, number>;

export function countOutcomes(outcomes: readonly Outcome[]): Counts {
  const counts = noOutcomes();
  for (const { outcome } of outcomes) {
    counts[outcome] += 1;
  }
  return counts;
}

/**
 * How a run ended. `incomplete` comes before `halted`: a run that could not look everywhere, or whose step failed in a
 * way that a later run may mend, never ends better than that.
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
