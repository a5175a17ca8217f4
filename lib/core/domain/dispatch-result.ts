import type { AccountId, RegionId } from './estate.ts';
import type { RefusedEvent } from './outcome.ts';

export const PLACE_STATES = ['started', 'already-started', 'failed'] as const;
type PlaceState = (typeof PLACE_STATES)[number];

export type PlaceResult = {
  /** Null: all that could not be found out. */
  readonly accountId: AccountId | null;
  readonly regionId: RegionId | null;
  readonly state: PlaceState;
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
  readonly counts: Readonly<Record<PlaceState, number>>;
  /** All of them. */
  readonly scopes: readonly PlaceResult[];
  /** Attempts by action. */
  readonly calls: Readonly<Record<string, number>>;
  readonly refusedEvents?: readonly RefusedEvent[];
  /** Why the store that was asked for does not have this result. */
  readonly notStored?: string;
};
