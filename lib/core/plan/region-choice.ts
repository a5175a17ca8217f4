import type { RegionId } from '../domain/estate.ts';
import type { RegionChoice } from '../domain/policy.ts';

type Named = readonly RegionId[];

/** Whether the choice itself names the regions. Otherwise only the cloud knows them. */
export const isNamed = (choice: RegionChoice): choice is Named => Array.isArray(choice);

export function allowsRegionId(choice: RegionChoice, regionId: RegionId): boolean {
  if (choice === 'all') {
    return true;
  }
  return isNamed(choice) ? choice.includes(regionId) : !choice.except.includes(regionId);
}

/** The regions of a choice: the named regions in their order, or the allowed regions among the regions that the cloud lists. */
export const chooseRegions = (choice: RegionChoice, listed: readonly RegionId[]): readonly RegionId[] =>
  isNamed(choice) ? choice : listed.filter((regionId) => allowsRegionId(choice, regionId));

/** Exceptions that the cloud does not list. A mistyped exception leaves no region out. */
export const unknownExceptions = (choice: RegionChoice, listed: readonly RegionId[]): readonly RegionId[] =>
  choice === 'all' || isNamed(choice) ? [] : choice.except.filter((regionId) => !listed.includes(regionId));

export function describeChoice(choice: RegionChoice): string {
  if (choice === 'all') {
    return 'all';
  }
  if (isNamed(choice)) {
    return choice.join(', ');
  }
  return choice.except.length === 0 ? 'all' : `all but ${choice.except.join(', ')}`;
}
