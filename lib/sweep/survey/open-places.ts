import type { CloudApi } from '../../core/domain/cloud-api.ts';
import { CloudError, ConfigError, toCloudError } from '../../core/domain/errors.ts';
import type { AccountId, RegionId } from '../../core/domain/estate.ts';
import type { RefusedEvent } from '../../core/domain/outcome.ts';
import { type Place, placeKey } from '../../core/domain/place.ts';
import type { Narrowing, Policy } from '../../core/domain/policy.ts';
import { asksForNothing, wantsRegion } from '../../core/plan/narrow.ts';
import { chooseRegions, isNamed, unknownExceptions } from '../../core/plan/region-choice.ts';

/** An account and region that a run reads. */
export type OpenPlace = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly api: CloudApi;
  /** With `regions: all`, the run leaves out a region that does not serve the API. This is not a failure. */
  readonly mayBeUnsupported: boolean;
  /** Other accounts whose transit routers our connections may be bound to. */
  readonly owners: readonly { readonly accountId: AccountId; readonly api: CloudApi }[];
  readonly unreadOwners: readonly AccountId[];
};

/** A place that the run could not open. `regionIds` is empty if the regions of the account could not be listed. */
type UnopenedPlace = {
  readonly accountId: AccountId;
  readonly regionIds: readonly RegionId[];
  readonly error: CloudError;
};

export type OpenPlaces = {
  readonly places: readonly OpenPlace[];
  readonly unopened: readonly UnopenedPlace[];
  /** Roles of `detach.roles` that could not be assumed. */
  readonly lostRoles: readonly { readonly roleArn: string; readonly error: CloudError }[];
  /**
   * Events of an array that name a region which does not exist. With `regions: all`, only the cloud knows the regions.
   */
  readonly refused: readonly RefusedEvent[];
  /** The request without the refused events. */
  readonly parts: readonly Narrowing[];
  /** Regions that `regions.except` names and the cloud does not list. */
  readonly unknownExceptions: readonly RegionId[];
};

/**
 * Resolve the accounts and regions of the policy, narrowed by the request, into places. Reads only.
 *
 * Throws `ConfigError` when the request names a region that no account has.
 */
export async function openPlaces(
  root: CloudApi,
  policy: Policy,
  asked: readonly Narrowing[],
  defaultRegion: RegionId | undefined,
): Promise<OpenPlaces> {
  if (asked.every(asksForNothing)) {
    return { places: [], unopened: [], lostRoles: [], refused: [], parts: asked, unknownExceptions: [] };
  }
  refuseNoRegion(policy, defaultRegion);
  const [accounts, owners] = await Promise.all([openAccounts(root, policy), openOwners(root, policy)]);
  const lostRoles = owners.filter((owner) => 'error' in owner);
  const toOpenPlace = ({ accountId, api }: OpenAccount, regionId: RegionId, mayBeUnsupported: boolean): OpenPlace => ({
    accountId,
    regionId,
    api,
    mayBeUnsupported,
    owners: owners.filter((owner) => 'api' in owner).filter((owner) => owner.accountId !== accountId),
    unreadOwners: lostRoles.map((role) => role.accountId),
  });

  const resolved = await Promise.all(
    accounts.map(async (account) => ({ account, regions: await regionsOf(account, policy, defaultRegion) })),
  );
  const known = resolved.flatMap(({ account: { accountId }, regions }) =>
    'error' in regions ? [] : regions.regionIds.map((regionId) => ({ accountId, regionId })),
  );
  const allKnown = !resolved.some(({ regions }) => 'error' in regions);
  const refusals = allKnown ? refuseUnknownRegions(asked, known) : new Map<Narrowing, RefusedEvent>();
  const parts = asked.filter((part) => !refusals.has(part));

  const places: OpenPlace[] = [];
  const unopened: UnopenedPlace[] = [];
  // Two roles may lead to a single account. Its regions must not be swept twice, each time with full limits.
  const taken = new Set<string>();
  const take = (accountId: AccountId, regionId: RegionId): boolean => {
    const key = placeKey({ accountId, regionId });
    return !taken.has(key) && taken.add(key).has(key);
  };
  for (const { account, regions } of resolved) {
    const { accountId } = account;
    const wanted = regions.regionIds.filter(
      (id) => wantsRegion(parts, { accountId, regionId: id }) && take(accountId, id),
    );
    if ('error' in regions) {
      unopened.push({ accountId, regionIds: wanted, error: regions.error });
    } else if (!('error' in account)) {
      places.push(...wanted.map((regionId) => toOpenPlace(account, regionId, regions.all)));
    }
    // If the request asks for no region of an account, it does not matter that the account could not be opened.
    else if (wanted.length > 0) {
      unopened.push({ accountId, regionIds: wanted, error: account.error });
    }
  }
  const unknown = resolved.flatMap(({ regions }) => ('unknown' in regions ? regions.unknown : []));
  return {
    places: places,
    unopened,
    lostRoles,
    refused: [...refusals.values()],
    parts,
    unknownExceptions: [...new Set(unknown)],
  };
}

type AccountRegions = { readonly accountId: AccountId; readonly regions: Policy['regions'] };
type OpenAccount = AccountRegions & { readonly api: CloudApi };
type Opened = OpenAccount | (AccountRegions & { readonly error: CloudError });

/** Stands for the account if even the call that asks for the account of the credentials failed. */
export const UNKNOWN_ACCOUNT = 'unknown';

async function openAccounts(root: CloudApi, policy: Policy): Promise<readonly Opened[]> {
  if (policy.accounts.length === 0) {
    try {
      return [{ accountId: await root.getAccountId(), regions: policy.regions, api: root }];
    } catch (error) {
      return [{ accountId: UNKNOWN_ACCOUNT, regions: policy.regions, error: toCloudError(error) }];
    }
  }
  return await Promise.all(
    policy.accounts.map(async ({ roleArn, accountId, regions }) => {
      const scope = { accountId, regions: regions ?? policy.regions };
      const opened = await openRole(root, roleArn, accountId);
      return { ...scope, ...opened };
    }),
  );
}

async function openOwners(root: CloudApi, policy: Policy) {
  return await Promise.all(
    policy.detach.roles.map(async ({ roleArn, accountId }) => ({
      roleArn,
      accountId,
      ...(await openRole(root, roleArn, accountId)),
    })),
  );
}

/** Assume a role and check that it leads to the account that its ARN names. */
async function openRole(
  root: CloudApi,
  roleArn: string,
  accountId: AccountId,
): Promise<{ api: CloudApi } | { error: CloudError }> {
  try {
    const api = await root.assumeRole(roleArn);
    const actual = await api.getAccountId();
    if (actual === accountId) {
      return { api };
    }
    const detail = `the role led to account ${actual}, not ${accountId}`;
    return { error: new CloudError({ action: 'AssumeRole', code: 'WrongAccount', effect: 'refused', detail }) };
  } catch (error) {
    return { error: toCloudError(error) };
  }
}

type FoundRegions = {
  readonly regionIds: readonly RegionId[];
  /** The policy asks for all regions that the cloud lists. */
  readonly all: boolean;
  /** Entries of `regions.except` that the cloud does not list. */
  readonly unknown: readonly RegionId[];
};

async function regionsOf(
  account: Opened,
  policy: Policy,
  defaultRegion: RegionId | undefined,
): Promise<FoundRegions | { regionIds: readonly RegionId[]; error: CloudError }> {
  const regions = account.regions ?? policy.regions ?? (defaultRegion === undefined ? [] : [defaultRegion]);
  if (isNamed(regions)) {
    return { regionIds: regions, all: false, unknown: [] };
  }
  if ('error' in account) {
    return { regionIds: [], error: account.error };
  }
  try {
    const listed = await account.api.listRegions();
    return { regionIds: chooseRegions(regions, listed), all: true, unknown: unknownExceptions(regions, listed) };
  } catch (error) {
    return { regionIds: [], error: toCloudError(error) };
  }
}

/** Throws before any call. Otherwise a run without a region would look like a run that found no orphan. */
function refuseNoRegion(policy: Policy, defaultRegion: RegionId | undefined): void {
  const covered = policy.accounts.length > 0 && policy.accounts.every(({ regions }) => regions !== undefined);
  if (policy.regions !== undefined || defaultRegion !== undefined || covered) {
    return;
  }
  throw new ConfigError('no region: set `regions` in the policy, or --region; the function uses its own region');
}

/** Throws if no part of the request can be used. A hint about an unknown region is ignored. */
function refuseUnknownRegions(
  parts: readonly Narrowing[],
  known: readonly Place[],
): ReadonlyMap<Narrowing, RefusedEvent> {
  const refused = new Map<Narrowing, RefusedEvent>();
  for (const part of parts) {
    const { accounts, regions, hint, event } = part;
    const there = known
      .filter(({ accountId }) => accounts?.includes(accountId) ?? true)
      .map(({ regionId }) => regionId);
    const unknown = hint ? undefined : regions?.find((regionId) => !there.includes(regionId));
    if (unknown === undefined) {
      continue;
    }
    const reason = `the region "${unknown}" is not in the policy's scope: ${[...new Set(there)].join(', ')}`;
    refused.set(part, { index: event?.index ?? 0, id: event?.id ?? null, reason });
  }
  const [first] = refused.values();
  if (first && refused.size === parts.length) {
    throw new ConfigError(`the request is refused: ${first.reason}`);
  }
  return refused;
}
