import type { AccountId, RegionId } from './estate.ts';
import type { RefusedEvent } from './outcome.ts';

export const SCOPE_STATES = ['started', 'already-started', 'failed'] as const;
export type ScopeState = (typeof SCOPE_STATES)[number];

export type ScopeResult = {
  /** Null: all that could not be found out. */
  readonly accountId: AccountId | null;
  readonly regionId: RegionId | null;
  readonly state: ScopeState;
  readonly taskId: string | null;
  /** The invocation's, by which the platform's log finds it. */
  readonly requestId: string | null;
  /** The cloud's error code, or one of ours; what it means, and what to do. */
  readonly code: string | null;
  readonly reason: string | null;
  readonly advice: string | null;
};

export type DispatchResult = {
  readonly dispatchId: string;
  readonly moment: string;
  /** ISO UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly counts: Readonly<Record<ScopeState, number>>;
  /** All of them. */
  readonly scopes: readonly ScopeResult[];
  /** Attempts by action. */
  readonly calls: Readonly<Record<string, number>>;
  readonly refusedEvents?: readonly RefusedEvent[];
};
