import { ConfigError } from '../../core/domain/errors.ts';
import type { PlanOrigin } from '../../core/domain/outcome.ts';
import { type Place, placeKey } from '../../core/domain/place.ts';
import type { Judged } from '../../core/plan/plan.ts';
import { whyNotAsPlanned } from '../../core/saved-plan/as-planned.ts';
import { findEntry, type PlanEntry, type PlanIndex, placesOf } from '../../core/saved-plan/saved-plan.ts';
import { type OpenPlaces, UNKNOWN_ACCOUNT } from './open-places.ts';

/** A saved plan that a run sweeps: the connections that the run may touch, and the origin of the plan. */
export type SweptPlan = {
  readonly index: PlanIndex;
  readonly entries: readonly PlanEntry[];
  readonly origin: PlanOrigin;
};

/**
 * A connection outside the plan is out of scope, even if the request covers it. A changed connection is not touched.
 */
export function withinPlan(plan: SweptPlan, judged: Judged): Judged {
  const isEntry = findEntry(plan.index, judged, judged.verdict.connection.connectionId) !== undefined;
  if (judged.mode === undefined || !isEntry) {
    return { ...judged, mode: undefined };
  }
  const unplanned = whyUnplanned(plan, judged);
  return unplanned === undefined ? judged : { ...judged, mode: undefined, unplanned };
}

/** Why a connection no longer matches the plan. Undefined if it matches. */
export function whyUnplanned({ index }: SweptPlan, judged: Place & Pick<Judged, 'verdict'>): string | undefined {
  const entry = findEntry(index, judged, judged.verdict.connection.connectionId);
  return entry === undefined ? 'it is not in the plan' : whyNotAsPlanned(entry, judged.verdict);
}

/**
 * Refuse a plan with a place that the policy does not have. Only the cloud knows the account of the credentials, and
 * the regions with `regions: all`. So this check comes after the first calls, and before any listing.
 */
export function refuseOutside({ entries }: SweptPlan, { places, unopened }: OpenPlaces): void {
  const open = new Set(places.map(placeKey));
  const mayBe = ({ accountId, regionId }: Place): boolean =>
    unopened.some(
      (one) =>
        (one.accountId === accountId || one.accountId === UNKNOWN_ACCOUNT) &&
        (one.regionIds.length === 0 || one.regionIds.includes(regionId)),
    );
  const outside = placesOf(entries).find((place) => !open.has(placeKey(place)) && !mayBe(place));
  if (outside !== undefined) {
    const { accountId, regionId } = outside;
    throw new ConfigError(
      `the plan is refused: account ${accountId}, region ${regionId} is outside what the policy and the credentials are about`,
    );
  }
}
