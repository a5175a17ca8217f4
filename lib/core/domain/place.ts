import type { AccountId, RegionId } from './estate.ts';

/** An account and a region in it: the unit of listing, guarding and dispatching. */
export type Place = { readonly accountId: AccountId; readonly regionId: RegionId };

/** The same text for the same place, for maps, sets, sorting and messages. */
export const placeKey = ({ accountId, regionId }: Place): string => `${accountId} ${regionId}`;
