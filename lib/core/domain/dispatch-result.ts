import type { AccountId, RegionId } from './estate.ts';
import type { RefusedEvent } from './outcome.ts';

export const PLACE_STATES = ['started', 'already-started', 'failed'] as const;
type PlaceState = (typeof PLACE_STATES)[number];

export type PlaceResult = {
  /** Null: every account that could not be found out. */
  readonly accountId: AccountId | null;
  readonly regionId: RegionId | null;
  readonly state: PlaceState;
  readonly taskId: string | null;
  /** The id of the invocation's request. The platform's log has the same id. */
  readonly requestId: string | null;
  /** The cloud's error code or our own code. `reason` has its meaning and advice. */
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
  /** Every place. */
  readonly scopes: readonly PlaceResult[];
  /** Number of attempts for each action. */
  readonly calls: Readonly<Record<string, number>>;
  readonly refusedEvents?: readonly RefusedEvent[];
  /** Why the configured store does not have this result. */
  readonly notStored?: string;
};
