import type { AccountId, RegionId } from '../core/domain/estate.ts';
import type { AccountPolicy, DeclaredPolicy, Mode, RegionChoice } from '../core/domain/policy.ts';
import { allowsRegionId } from '../core/plan/region-choice.ts';
import { allowsMember, isDirectory } from '../core/plan/run-scope.ts';

/** The bounds of every event. */
export type EventLimits = {
  readonly mode: Mode;
  /** The regions of each account. If a policy leaves open which regions exist, only the run knows. */
  readonly regions: readonly RegionChoice[];
  readonly accounts: DeclaredPolicy['accounts'];
  /** The same, for only these accounts of the policy. */
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

/** Without an account in the policy, it is the account of the credentials, which only the run knows. */
export function allowsAccount({ accounts }: EventLimits, id: AccountId): boolean {
  if (isDirectory(accounts)) {
    return allowsMember(accounts, id);
  }
  return accounts.length === 0 || accounts.some(({ accountId }) => accountId === id);
}
