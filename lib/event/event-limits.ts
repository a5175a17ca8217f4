import type { AccountId, RegionId } from '../core/domain/estate.ts';
import type { AccountPolicy, DeclaredPolicy, Mode } from '../core/domain/policy.ts';
import { allowsMember, isDirectory } from '../core/plan/run-scope.ts';

/** What no event can go beyond. */
export type EventLimits = {
  readonly mode: Mode;
  /** `all`: any region may be named here; which ones exist is known only to the run. */
  readonly regions: ReadonlySet<RegionId> | 'all';
  readonly accounts: DeclaredPolicy['accounts'];
  /** The same, when only these of its accounts are meant. */
  readonly within: (accounts: readonly AccountId[]) => EventLimits;
};

export function toLimits(
  { mode, regions, accounts }: Pick<DeclaredPolicy, 'mode' | 'regions' | 'accounts'>,
  defaultRegion: RegionId | undefined,
): EventLimits {
  const own = regions ?? (defaultRegion === undefined ? [] : [defaultRegion]);
  const limitsOf = (listed: readonly AccountPolicy[]): EventLimits => ({
    mode,
    accounts,
    regions: union(
      isDirectory(accounts) || accounts.length === 0 ? [own] : listed.map((account) => account.regions ?? own),
    ),
    within: (named) => limitsOf(listed.filter(({ accountId }) => named.includes(accountId))),
  });
  return limitsOf(isDirectory(accounts) ? [] : accounts);
}

function union(lists: readonly (readonly RegionId[] | 'all')[]): EventLimits['regions'] {
  const named = lists.filter((list) => list !== 'all');
  return named.length < lists.length ? 'all' : new Set(named.flat());
}

export const allowsRegion = ({ regions }: EventLimits, regionId: RegionId): boolean =>
  regions === 'all' || regions.has(regionId);

/** With no account in the policy it is that of the credentials, and only the run knows which one that is. */
export function allowsAccount({ accounts }: EventLimits, id: AccountId): boolean {
  if (isDirectory(accounts)) {
    return allowsMember(accounts, id);
  }
  return accounts.length === 0 || accounts.some(({ accountId }) => accountId === id);
}
