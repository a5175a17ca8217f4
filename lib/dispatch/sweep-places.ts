import type { MemberAccount } from '../core/domain/cloud-api.ts';
import { CloudError, ConfigError, toCloudError } from '../core/domain/errors.ts';
import type { AccountId, ConnectionId, RegionId } from '../core/domain/estate.ts';
import type { RefusedEvent } from '../core/domain/outcome.ts';
import type { DeclaredPolicy, EventBody, Mode, Narrowing, RegionChoice } from '../core/domain/policy.ts';
import { asksForNothing } from '../core/plan/narrow.ts';
import { chooseRegions, isNamed } from '../core/plan/region-choice.ts';
import { allowsMember, isDirectory, partsWithin, problemOfOwn } from '../core/plan/run-scope.ts';
import type { DispatchDeps, DispatchRequest } from './dispatch-request.ts';
import { taskIdOf } from './task-id.ts';

/** A sweep to start. */
export type PlaceToSweep = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly taskId: string;
  /** The request for the sweep, as an event. */
  readonly event: EventBody;
};

/** A place that could not be determined. Null stands for all unknown accounts or regions. */
type LostPlace = {
  readonly accountId: AccountId | null;
  readonly regionId: RegionId | null;
  readonly error: CloudError;
};

export type PlacesToSweep = {
  readonly scopes: readonly PlaceToSweep[];
  readonly lost: readonly LostPlace[];
  /** Events of an array that ask for accounts they may not have. The rest of the array counts. */
  readonly refused: readonly RefusedEvent[];
  readonly notes: readonly string[];
};

type AccountToSweep = { readonly accountId: AccountId; readonly regions: RegionChoice };

/** The requested part of the policy's accounts and regions. Reads only the lists that it needs. */
export async function findPlacesToSweep(request: DispatchRequest, deps: DispatchDeps): Promise<PlacesToSweep> {
  const { policy, own } = request;
  const live = request.parts.filter((part) => !asksForNothing(part));
  const isOwn = !isDirectory(policy.accounts) && policy.accounts.length === 0;
  const within = partsWithin(live, ({ accounts }) => (isOwn ? problemOfOwn(accounts, own) : undefined));
  const { allowed: parts, refused } = within;
  if (parts.length === 0) {
    return { scopes: [], lost: [], refused, notes: within.notes };
  }
  const found = await findAccounts(request, parts, deps);
  const served = await findRegions(found.accounts, deps);
  const { scopes, notes } = collect(request, parts, found.accounts, served instanceof CloudError ? [] : served);
  const lost = [...found.lost, ...lostRegions(parts, found, served)];
  return { scopes, lost, refused, notes: [...within.notes, ...notes] };
}

function collect(
  request: DispatchRequest,
  parts: readonly Narrowing[],
  accounts: readonly AccountToSweep[],
  served: readonly RegionId[],
): Pick<PlacesToSweep, 'scopes' | 'notes'> {
  const collected = new Collected(request);
  for (const part of parts) {
    for (const account of accountsFor(part, accounts, request, collected)) {
      for (const regionId of regionsOf(account, served)) {
        if (part.regions?.includes(regionId) ?? true) {
          collected.add(part, account, regionId);
        }
      }
    }
  }
  return { scopes: collected.scopes(), notes: collected.notes };
}

/** While an account is unknown, nothing is said of regions, because the account may have them. */
function lostRegions(
  parts: readonly Narrowing[],
  found: FoundAccounts,
  served: readonly RegionId[] | CloudError,
): LostPlace[] {
  if (served instanceof CloudError) {
    return unlisted(found.accounts, served);
  }
  const isAllKnown = found.lost.every(({ accountId }) => accountId !== null);
  return isAllKnown ? unknownRegions(parts, found, served) : [];
}

const regionsOf = ({ regions }: AccountToSweep, served: readonly RegionId[]) => chooseRegions(regions, served);

/** The accounts whose regions could not be read. */
const unlisted = (accounts: readonly AccountToSweep[], error: CloudError): LostPlace[] =>
  accounts.filter(({ regions }) => !isNamed(regions)).map(({ accountId }) => ({ accountId, regionId: null, error }));

/**
 * Regions that a part names but its accounts do not have. A hint about an unknown region is ignored. If the part names
 * no account, null stands for all accounts.
 */
function unknownRegions(
  parts: readonly Narrowing[],
  { accounts }: FoundAccounts,
  served: readonly RegionId[],
): LostPlace[] {
  const error = ours('RegionUnknown', 'no account that is asked for has it');
  const lost = new Map<string, LostPlace>();
  for (const part of parts.filter(({ hint }) => !hint)) {
    const there = accounts.filter(({ accountId }) => part.accounts?.includes(accountId) ?? true);
    const known = there.flatMap((account) => regionsOf(account, served));
    const unknown = part.regions?.filter((regionId) => !known.includes(regionId)) ?? [];
    // A missing account affects only itself.
    const missed = part.accounts === undefined ? [null] : there.map(({ accountId }) => accountId);
    for (const regionId of unknown) {
      for (const accountId of missed) {
        lost.set(`${accountId} ${regionId}`, { accountId, regionId, error });
      }
    }
  }
  return [...lost.values()];
}

/**
 * The accounts of a part. A change in an account of the policy is looked at in that account. The timer covers the rest.
 */
function accountsFor(
  part: Narrowing,
  accounts: readonly AccountToSweep[],
  { policy, own }: DispatchRequest,
  collected: Collected,
): readonly AccountToSweep[] {
  if (part.accounts !== undefined) {
    return accounts.filter(({ accountId }) => part.accounts?.includes(accountId));
  }
  const { happenedIn } = part;
  // It is the only account, because the event has come to the account of the credentials.
  if (happenedIn === undefined || (!isDirectory(policy.accounts) && policy.accounts.length === 0)) {
    return accounts;
  }
  const there = accounts.filter(({ accountId }) => accountId === happenedIn);
  if (there.length > 0) {
    return there;
  }
  // Its transit routers may hold connections of any of our accounts.
  if (policy.detach.roles.some(({ accountId }) => accountId === happenedIn) || happenedIn === own) {
    return accounts;
  }
  collected.notes.push(
    `event${part.event ? ` ${part.event.index}` : ''} ignored: account ${happenedIn} is not in the policy`,
  );
  return [];
}

type FoundAccounts = { readonly accounts: readonly AccountToSweep[]; readonly lost: readonly LostPlace[] };

async function findAccounts(
  { policy, own, defaultRegion }: DispatchRequest,
  parts: readonly Narrowing[],
  { organization }: DispatchDeps,
): Promise<FoundAccounts> {
  const declaredRegions = (regions: DeclaredPolicy['regions']) =>
    regions ?? policy.regions ?? (defaultRegion === undefined ? noRegion() : [defaultRegion]);
  const declared = policy.accounts;
  if (!isDirectory(declared)) {
    if (declared.length > 0) {
      return {
        accounts: declared.map(({ accountId, regions }) => ({ accountId, regions: declaredRegions(regions) })),
        lost: [],
      };
    }
    return { accounts: [{ accountId: own, regions: declaredRegions(undefined) }], lost: [] };
  }
  const regions = declaredRegions(undefined);
  const members = await organization.listAccounts().catch(toCloudError);
  if (members instanceof CloudError) {
    return { accounts: [], lost: [{ accountId: null, regionId: null, error: members }] };
  }
  const active = members.filter(
    ({ standing, accountId }) => standing === 'active' && allowsMember(declared, accountId),
  );
  // A hint asks for nothing, so nothing can be missing for it.
  const isWhole = parts.some(({ accounts, hint }) => accounts === undefined && !hint);
  const named = parts.flatMap(({ accounts }) => accounts ?? []);
  const wanted = [...new Set([...named, ...(isWhole ? (declared.include ?? []) : [])])];
  const lost = wanted
    .filter((accountId) => allowsMember(declared, accountId))
    .flatMap((accountId) => missing(accountId, members));
  const none = { accountId: null, regionId: null, error: ours('NoAccounts', 'no active account is left to sweep') };
  return {
    accounts: active.map(({ accountId }) => ({ accountId, regions })),
    lost: isWhole && active.length === 0 && lost.length === 0 ? [none] : lost,
  };
}

function noRegion(): never {
  throw new ConfigError('no region: set `regions` in the policy; the function uses its own region');
}

/** A request named this account, but it cannot be swept. */
function missing(accountId: AccountId, members: readonly MemberAccount[]): LostPlace[] {
  const member = members.find((candidate) => candidate.accountId === accountId);
  if (member?.standing === 'active') {
    return [];
  }
  const error =
    member === undefined
      ? ours('AccountNotInDirectory', 'the resource directory does not list it')
      : ours('AccountClosed', 'the resource directory does not list it as active');
  return [{ accountId, regionId: null, error }];
}

const ours = (code: string, detail: string): CloudError =>
  new CloudError({ action: 'ListAccounts', code, effect: 'refused', detail });

/** All accounts have the same regions, so a single request with the dispatcher's own credentials is enough. */
async function findRegions(
  accounts: readonly AccountToSweep[],
  { api }: DispatchDeps,
): Promise<readonly RegionId[] | CloudError> {
  return accounts.some(({ regions }) => !isNamed(regions)) ? await api.listRegions().catch(toCloudError) : [];
}

type SweepDraft = {
  readonly part: Narrowing;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly connections: Set<ConnectionId>;
};

/**
 * The requested sweeps, each once. Parts with the same account, region and mode become a single sweep, and a hint keeps only
 * its region. So a storm of events costs a single sweep for each region, whichever connections the events are about.
 */
class Collected {
  readonly notes: string[] = [];
  readonly #drafts = new Map<string, SweepDraft>();
  readonly #request: DispatchRequest;

  constructor(request: DispatchRequest) {
    this.#request = request;
  }

  add(part: Narrowing, { accountId }: AccountToSweep, regionId: RegionId): void {
    const named = part.hint ? undefined : part.connections;
    const key = JSON.stringify([part.hint ?? false, part.mode, accountId, regionId, named === undefined]);
    const draft = this.#drafts.get(key) ?? { part, accountId, regionId, connections: new Set() };
    for (const connectionId of named ?? []) {
      draft.connections.add(connectionId);
    }
    this.#drafts.set(key, draft);
  }

  scopes(): readonly PlaceToSweep[] {
    return [...this.#drafts.values()].map((draft) => toPlaceToSweep(draft, this.#request));
  }
}

/**
 * The mode is sent when it is lower than `sweep`. The lower of the dispatcher's mode and the sweep's own mode counts.
 */
function toPlaceToSweep(
  { part, accountId, regionId, connections }: SweepDraft,
  { policy, kind, moment }: DispatchRequest,
): PlaceToSweep {
  const lowered: Mode | undefined = part.mode === policy.mode ? undefined : part.mode;
  const ids = [...connections].sort();
  const rest = lowered === undefined && ids.length === 0 ? undefined : [lowered ?? null, ids];
  return {
    accountId,
    regionId,
    taskId: taskIdOf({ kind, moment, accountId, regionId, rest }),
    event: {
      ...(part.mode === 'sweep' ? {} : { mode: part.mode }),
      accounts: [accountId],
      regions: [regionId],
      ...(ids.length > 0 ? { connections: ids } : {}),
    },
  };
}
