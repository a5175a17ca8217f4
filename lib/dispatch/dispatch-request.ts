import type { Clock, CloudApi, FunctionApi, OrganizationApi } from '../core/domain/cloud-api.ts';
import type { AccountId, RegionId } from '../core/domain/estate.ts';
import type { Journal } from '../core/domain/journal.ts';
import type { RefusedEvent } from '../core/domain/outcome.ts';
import type { DeclaredPolicy, Narrowing } from '../core/domain/policy.ts';
import type { Store } from '../core/store/store.ts';

/** The outside services that a dispatch needs. */
export type DispatchDeps = {
  readonly api: Pick<CloudApi, 'listRegions'>;
  readonly organization: OrganizationApi;
  readonly sweep: FunctionApi;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The number of attempts by action so far. */
  readonly calls: () => Readonly<Record<string, number>>;
  readonly dispatchId: string;
  /** The number of simultaneous invocations. */
  readonly concurrency: number;
  /** Left out if the policy has no store. Then nothing is stored. */
  readonly store?: Store | undefined;
};

export type DispatchRequest = {
  readonly policy: DeclaredPolicy;
  readonly parts: readonly Narrowing[];
  /** The account the dispatcher runs in. */
  readonly own: AccountId;
  readonly defaultRegion: RegionId | undefined;
  readonly kind: 'sweep' | 'event';
  /** The tick or minute that identifies a sweep when it is asked for again. */
  readonly moment: string;
  readonly refused: readonly RefusedEvent[];
  readonly notes: readonly string[];
};
