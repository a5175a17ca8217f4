import { ConfigError } from '../../core/domain/errors.ts';
import type { AccountId, RegionId } from '../../core/domain/estate.ts';
import type { AccountPolicy, DeclaredPolicy, Policy, RegionChoice } from '../../core/domain/policy.ts';
import { chooseRegions, isNamed } from '../../core/plan/region-choice.ts';
import { allowsMember, isDirectory, scopeRun } from '../../core/plan/run-scope.ts';
import type { ParsedEstate } from '../../emulator/estate/parse-estate.ts';

/** The policy, narrowed to the accounts and regions of the estate, and sentences about the parts that are left out. */
export type RehearsalScope = { readonly policy: Policy; readonly leftOut: readonly string[] };

/**
 * Narrow a policy to the accounts and regions of an estate. The narrowed policy always sweeps, and uses nothing outside
 * the rehearsal, such as messages. Pure.
 *
 * @throws ConfigError when the estate has no account or region of the policy
 */
export function rehearsalScope(declared: DeclaredPolicy, { estate, header }: ParsedEstate): RehearsalScope {
  const leftOut: string[] = [];
  const own = estate.accounts[0]?.accountId ?? '';
  const regions = estate.regions.filter(({ vpn }) => vpn).map(({ RegionId }) => RegionId);
  const regionsOf = (accountId: AccountId): readonly RegionId[] =>
    header.places?.filter((place) => place.accountId === accountId).map(({ regionId }) => regionId) ?? regions;
  const known = new Set(
    header.places?.map(({ accountId }) => accountId) ?? estate.accounts.map((one) => one.accountId),
  );

  const choose = (accountId: AccountId, choice: RegionChoice = 'all'): readonly RegionId[] => {
    const there = regionsOf(accountId).filter((regionId) => regions.includes(regionId));
    const chosen = chooseRegions(choice, there);
    leftOut.push(
      ...(isNamed(choice) ? choice : [])
        .filter((regionId) => !there.includes(regionId))
        .map((regionId) => `${regionId} of account ${accountId} is not in the estate`),
    );
    return chosen.filter((regionId) => there.includes(regionId));
  };
  const roles = withoutUnknown(
    declared,
    estate.accounts.map((one) => one.accountId),
  );
  leftOut.push(...roles.leftOut);
  const accounts = accountsIn(declared, known);
  leftOut.push(...accounts.leftOut);
  const narrowed = accounts.listed.map((one) => ({
    ...one,
    regions: choose(one.accountId, one.regions ?? declared.regions),
  }));
  const ownRegions = accounts.isOwn ? choose(own, declared.regions) : [];
  if (ownRegions.length + narrowed.flatMap((one) => one.regions).length === 0) {
    throw new ConfigError(
      `the estate holds no account and region of the policy: ${leftOut.join('; ') || 'it has none'}`,
    );
  }
  return {
    policy: {
      ...declared,
      mode: 'sweep',
      accounts: narrowed.filter((one) => one.regions.length > 0),
      regions: accounts.isOwn ? ownRegions : declared.regions,
      detach: { ...declared.detach, roles: roles.kept },
      notify: { ...declared.notify, required: false },
      report: { ...declared.report, leftovers: false },
    },
    leftOut: [...leftOut, ...unused(declared)],
  };
}

type Accounts = {
  /** The policy names no account, so it applies to the account of the credentials. */
  readonly isOwn: boolean;
  readonly listed: readonly AccountPolicy[];
  readonly leftOut: readonly string[];
};

function accountsIn(declared: DeclaredPolicy, known: ReadonlySet<AccountId>): Accounts {
  const { accounts } = declared;
  if (isDirectory(accounts)) {
    const members = [...known].filter((accountId) => allowsMember(accounts, accountId));
    const part = { mode: declared.mode, accounts: members, regions: undefined, connections: undefined };
    const listed = members.length === 0 ? [] : scopeRun(declared, [part], undefined).policy.accounts;
    return { isOwn: false, listed, leftOut: [] };
  }
  const missing = accounts.filter(({ accountId }) => !known.has(accountId));
  return {
    isOwn: accounts.length === 0,
    listed: accounts.filter(({ accountId }) => known.has(accountId)),
    leftOut: missing.map(({ accountId }) => `account ${accountId} is not in the estate`),
  };
}

function withoutUnknown({ detach }: DeclaredPolicy, known: readonly AccountId[]) {
  const isKnown = ({ accountId }: { accountId: AccountId }) => known.includes(accountId);
  return {
    kept: detach.roles.filter(isKnown),
    leftOut: detach.roles
      .filter((role) => !isKnown(role))
      .map(({ roleArn }) => `${roleArn} of detach.roles: its account is not in the estate`),
  };
}

const unused = ({ notify, report }: DeclaredPolicy): readonly string[] => [
  ...(notify.channels.length > 0 ? ['notify: no message is sent'] : []),
  ...(notify.required ? ['notify.required: every owner counts as told in time'] : []),
  ...(report.leftovers ? ['report.leftovers: unused customer gateways and quotas are not looked at'] : []),
];
