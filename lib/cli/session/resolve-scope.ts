import { ConfigError } from '../../core/domain/errors.ts';
import { isRegionId } from '../../core/domain/ids.ts';
import type { Place } from '../../core/domain/place.ts';
import type { DeclaredPolicy, Mode, Narrowing, Policy, RegionChoice } from '../../core/domain/policy.ts';
import { allowsRegionId, describeChoice, isNamed } from '../../core/plan/region-choice.ts';
import { isDirectory, scopeRun } from '../../core/plan/run-scope.ts';
import type { RunOptions } from '../run-options.ts';

/** The scope of a command: the policy's scope, narrowed by options as an event would narrow it. */
export type Scope = {
  readonly policy: Policy;
  readonly defaultRegion: string | undefined;
  /** True if no option narrows the run, so it reads the whole scope of the policy. */
  readonly isWhole: boolean;
  readonly narrow: (mode: Mode, connections?: readonly string[]) => Narrowing;
};

/**
 * Narrows the policy's scope. Options never widen it. Only if the policy names no region at all does `--region` choose
 * the region.
 *
 * @throws ConfigError if a region is outside the policy, or if no source names a region
 */
export function resolveScope(
  loaded: DeclaredPolicy,
  options: RunOptions,
  env: Readonly<Record<string, string | undefined>>,
): Scope {
  const { region: wanted, connection } = options;
  const narrowed = narrowAccounts(loaded, options.account);
  const silent = isSilent(narrowed);
  const policy = silent && wanted !== undefined ? { ...narrowed, regions: wanted } : narrowed;
  const defaultRegion = readDefaultRegion(env);

  const declared = declaredRegions(policy);
  if (declared.includes(undefined) && defaultRegion === undefined) {
    throw new ConfigError(
      'no region to look at: give --region, set `regions` in the policy, or set ALIBABA_CLOUD_REGION_ID',
    );
  }
  const known = declared.map((regions) => regions ?? (defaultRegion === undefined ? [] : [defaultRegion]));
  refuseOutside(wanted ?? [], known);
  return {
    policy,
    defaultRegion,
    isWhole: options.account === undefined && connection === undefined && (silent || wanted === undefined),
    narrow: (mode, connections = connection) => ({ mode, regions: wanted, connections }),
  };
}

/**
 * The scope of a sweep of a saved plan: the places of the plan. If the policy names no region or leaves the accounts to
 * a directory, the plan chooses the regions and accounts.
 *
 * @throws ConfigError if a place is outside the policy, as far as this is known before a call
 */
export function resolvePlanScope(
  loaded: DeclaredPolicy,
  places: readonly Place[],
  env: Readonly<Record<string, string | undefined>>,
): Scope {
  const accountIds = [...new Set(places.map(({ accountId }) => accountId))];
  const narrowed = isDirectory(loaded.accounts)
    ? narrowAccounts(loaded, accountIds)
    : { ...loaded, accounts: loaded.accounts };
  const regionIds = [...new Set(places.map(({ regionId }) => regionId))];
  const policy = isSilent(narrowed) ? { ...narrowed, regions: regionIds } : narrowed;
  const defaultRegion = readDefaultRegion(env);
  for (const { accountId, regionId } of places) {
    const account = policy.accounts.find((one) => one.accountId === accountId);
    const choice = account?.regions ?? policy.regions ?? (defaultRegion === undefined ? [] : [defaultRegion]);
    if (policy.accounts.length > 0 && account === undefined) {
      throw new ConfigError(`account ${accountId} is not an account of the policy`);
    }
    if (!allowsRegionId(choice, regionId)) {
      throw new ConfigError(
        `region ${regionId} of account ${accountId} is not in the policy's scope, which is ${describeChoice(choice)}`,
      );
    }
  }
  return {
    policy,
    defaultRegion,
    isWhole: false,
    narrow: (mode, connections) => ({ mode, regions: regionIds, connections }),
  };
}

/** True if the policy names no region, so the environment decides. */
const isSilent = ({ regions, accounts }: Policy): boolean =>
  regions === undefined && accounts.every((account) => account.regions === undefined);

function narrowAccounts(loaded: DeclaredPolicy, accounts: readonly string[] | undefined): Policy {
  if (accounts === undefined && isDirectory(loaded.accounts)) {
    throw new ConfigError('the policy leaves the accounts to a directory: say which with --account');
  }
  const part = { mode: loaded.mode, regions: undefined, connections: undefined };
  return scopeRun(loaded, [accounts === undefined ? part : { ...part, accounts }], undefined).policy;
}

/** The regions of each account in scope. Undefined means the default region. */
const declaredRegions = ({ accounts, regions }: Policy): readonly Policy['regions'][] =>
  accounts.length === 0 ? [regions] : accounts.map((account) => account.regions ?? regions);

export function readDefaultRegion(env: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const name of ['ALIBABA_CLOUD_REGION_ID', 'ALIBABA_CLOUD_REGION']) {
    const text = env[name]?.trim();
    if (!text) {
      continue;
    }
    if (!isRegionId(text)) {
      throw new ConfigError(`${name}: ${JSON.stringify(text)} is not a region id such as cn-hangzhou`);
    }
    return text;
  }
  return undefined;
}

function refuseOutside(wanted: readonly string[], known: readonly RegionChoice[]): void {
  const outside = wanted.find((regionId) => !known.some((choice) => allowsRegionId(choice, regionId)));
  if (outside === undefined) {
    return;
  }
  const scope = [...new Set(known.flatMap((choice) => (isNamed(choice) ? choice : [describeChoice(choice)])))];
  throw new ConfigError(
    `--region ${outside} is not in the policy's scope, which is ${scope.join(', ')}; options only narrow it`,
  );
}
