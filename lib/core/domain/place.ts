import type { AccountId, RegionId } from './estate.ts';

/** One account and one region: the unit of listing, guarding and dispatching. */
export type Place = { readonly accountId: AccountId; readonly regionId: RegionId };

/** The same text for the same place, for maps, sets, sorting and messages. */
export const placeKey = ({ accountId, regionId }: Place): string => `${accountId} ${regionId}`;
