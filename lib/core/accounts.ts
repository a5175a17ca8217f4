import { ConfigError } from './errors.ts';
import type { AccountId } from './estate.ts';
import type { AccountPolicy, DeclaredPolicy, DirectoryPolicy, Narrowing, Policy } from './options.ts';
import type { RefusedEvent } from './outcome.ts';

export const isDirectory = (accounts: DeclaredPolicy['accounts']): accounts is DirectoryPolicy =>
  'roleName' in accounts;

/** Whether the policy lets a directory's account be swept. That the directory has it is another question. */
export const allowsMember = ({ include, exclude }: DirectoryPolicy, accountId: AccountId): boolean =>
  (include?.includes(accountId) ?? true) && !exclude.includes(accountId);

/** The role by which an account of a directory is swept. */
export const roleIn = ({ roleName }: DirectoryPolicy, accountId: AccountId): AccountPolicy => ({
  roleArn: `acs:ram::${accountId}:role/${roleName}`,
  accountId,
  regions: undefined,
});

/** What a run needs to know: a policy that names each account itself, and the parts that look at something in them. */
export type RunScope = {
  readonly policy: Policy;
  readonly parts: readonly Narrowing[];
  /** Events of an array that name other accounts than the first. */
  readonly refused: readonly RefusedEvent[];
  readonly notes: readonly string[];
};

/**
 * Narrow a policy to the accounts that the parts name. Pure.
 *
 * A run is over one set of accounts, so that no part lends its regions or its mode to another's accounts. Of an array,
 * events that name other accounts than the first are left out: refused, or for hints, which nobody asked for, noted.
 *
 * @param own the account of the credentials, if it is known
 * @throws ConfigError when a part names an account outside the policy, or when the policy leaves the accounts to a
 *   directory and no part names any: then a run would be over an unknown number of accounts
 */
export function scopeRun(declared: DeclaredPolicy, parts: readonly Narrowing[], own: AccountId | undefined): RunScope {
  const live = parts.filter(({ accounts }) => accounts?.length !== 0);
  const [first] = live;
  if (first === undefined) return { policy: { ...declared, accounts: [] }, parts: [], refused: [], notes: [] };
  const others = live.filter((part) => keyOf(part) !== keyOf(first));
  const reason = 'it names other accounts than the first of the array; send it by itself';
  return {
    policy: { ...declared, accounts: accountsOf(declared.accounts, first.accounts, own) },
    parts: live.filter((part) => !others.includes(part)),
    refused: others
      .filter(({ hint }) => !hint)
      .map(({ event }) => ({ index: event?.index ?? 0, id: event?.id ?? null, reason })),
    notes: others.filter(({ hint }) => hint).map(({ event }) => `event ${event?.index ?? 0} ignored: ${reason}`),
  };
}

const keyOf = ({ accounts }: Narrowing): string => (accounts === undefined ? 'all' : [...accounts].sort().join(' '));

function accountsOf(
  declared: DeclaredPolicy['accounts'],
  named: readonly AccountId[] | undefined,
  own: AccountId | undefined,
): readonly AccountPolicy[] {
  if (isDirectory(declared)) {
    if (named === undefined) {
      throw new ConfigError(
        'accounts: the policy leaves the accounts to a directory, so a run has to name its own; the dispatcher does that',
      );
    }
    return named.map((accountId) =>
      allowsMember(declared, accountId) ? roleIn(declared, accountId) : refuse(accountId, 'the policy leaves it out'),
    );
  }
  if (named === undefined) return declared;
  if (declared.length > 0) {
    return named.map(
      (id) => declared.find(({ accountId }) => accountId === id) ?? refuse(id, 'the policy does not list it'),
    );
  }
  const other = named.find((id) => id !== own);
  if (other === undefined) return declared;
  return refuse(other, `the policy is about ${own === undefined ? 'the account of the credentials' : own} alone`);
}

function refuse(accountId: AccountId, why: string): never {
  throw new ConfigError(`accounts: ${accountId} is not an account of the policy: ${why}`);
}
