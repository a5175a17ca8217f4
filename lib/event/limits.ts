import type { RegionId } from '../core/estate.ts';
import type { Mode, Policy } from '../core/options.ts';

/** What no event can go beyond. */
export type EventLimits = {
  readonly mode: Mode;
  /** `all`: any region may be named here; which ones exist is known only to the run. */
  readonly regions: ReadonlySet<RegionId> | 'all';
};

export function toLimits(
  policy: Pick<Policy, 'mode' | 'regions' | 'accounts'>,
  defaultRegion: RegionId | undefined,
): EventLimits {
  const own = policy.regions ?? (defaultRegion === undefined ? [] : [defaultRegion]);
  const lists = policy.accounts.length === 0 ? [own] : policy.accounts.map(({ regions }) => regions ?? own);
  const named = lists.filter((list) => list !== 'all');
  return { mode: policy.mode, regions: named.length < lists.length ? 'all' : new Set(named.flat()) };
}

export const allowsRegion = ({ regions }: EventLimits, regionId: RegionId): boolean =>
  regions === 'all' || regions.has(regionId);
