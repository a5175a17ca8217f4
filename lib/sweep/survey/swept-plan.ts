import { ConfigError } from '../../core/domain/errors.ts';
import type { PlanOrigin } from '../../core/domain/outcome.ts';
import { type Place, placeKey } from '../../core/domain/place.ts';
import type { Judged } from '../../core/plan/plan.ts';
import { whyNotAsPlanned } from '../../core/saved-plan/as-planned.ts';
import { findEntry, type PlanEntry, type PlanIndex, placesOf } from '../../core/saved-plan/saved-plan.ts';
import { type OpenPlaces, UNKNOWN_ACCOUNT } from './open-places.ts';

/** A saved plan as a run uses it: which connections it may touch at the most, and where the plan came from. */
export type SweptPlan = {
  readonly index: PlanIndex;
  readonly entries: readonly PlanEntry[];
  readonly origin: PlanOrigin;
};

/** A connection outside the plan is out of scope, even if the request covers it. A changed connection is not touched. */
export function withinPlan(plan: SweptPlan, judged: Judged): Judged {
  const isEntry = findEntry(plan.index, judged, judged.verdict.connection.connectionId) !== undefined;
  if (judged.mode === undefined || !isEntry) {
    return { ...judged, mode: undefined };
  }
  const unplanned = whyUnplanned(plan, judged);
  return unplanned === undefined ? judged : { ...judged, mode: undefined, unplanned };
}

/** Why a connection is not, or no longer, as the plan says. Undefined: it is. */
export function whyUnplanned({ index }: SweptPlan, judged: Place & Pick<Judged, 'verdict'>): string | undefined {
  const entry = findEntry(index, judged, judged.verdict.connection.connectionId);
  return entry === undefined ? 'it is not in the plan' : whyNotAsPlanned(entry, judged.verdict);
}

/**
 * Refuse a plan with a place that the policy does not have. Which account the credentials are of, and which regions there
 * are with `all`, only the cloud knows: so this is after the first calls, and before anything is listed.
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
