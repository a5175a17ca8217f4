import type { AccountId, RegionId } from '../core/domain/estate.ts';
import type { AccountPolicy, DeclaredPolicy, Mode, RegionChoice } from '../core/domain/policy.ts';
import { allowsRegionId } from '../core/plan/region-choice.ts';
import { allowsMember, isDirectory } from '../core/plan/run-scope.ts';

/** What no event can go beyond. */
export type EventLimits = {
  readonly mode: Mode;
  /** Of each account. Where they leave it open which regions exist, only the run knows. */
  readonly regions: readonly RegionChoice[];
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
    regions: isDirectory(accounts) || accounts.length === 0 ? [own] : listed.map((account) => account.regions ?? own),
    within: (named) => limitsOf(listed.filter(({ accountId }) => named.includes(accountId))),
  });
  return limitsOf(isDirectory(accounts) ? [] : accounts);
}

export const allowsRegion = ({ regions }: EventLimits, regionId: RegionId): boolean =>
  regions.some((choice) => allowsRegionId(choice, regionId));

/** With no account in the policy it is that of the credentials, and only the run knows which one that is. */
export function allowsAccount({ accounts }: EventLimits, id: AccountId): boolean {
  if (isDirectory(accounts)) {
    return allowsMember(accounts, id);
  }
  return accounts.length === 0 || accounts.some(({ accountId }) => accountId === id);
}
