import { ConfigError } from '../domain/errors.ts';
import type { AccountId } from '../domain/estate.ts';
import type { RefusedEvent } from '../domain/outcome.ts';
import type { AccountPolicy, DeclaredPolicy, DirectoryPolicy, Narrowing, Policy } from '../domain/policy.ts';
import { asksForNothing } from './narrow.ts';

export const isDirectory = (accounts: DeclaredPolicy['accounts']): accounts is DirectoryPolicy =>
  'roleName' in accounts;

/**
 * Whether the policy allows a sweep of this account of a directory. Whether the directory has the account is not
 * checked.
 */
export const allowsMember = ({ include, exclude }: DirectoryPolicy, accountId: AccountId): boolean =>
  (include?.includes(accountId) ?? true) && !exclude.includes(accountId);

/** The role with which the sweep reads and changes an account of a directory. */
const roleIn = ({ roleName }: DirectoryPolicy, accountId: AccountId): AccountPolicy => ({
  roleArn: `acs:ram::${accountId}:role/${roleName}`,
  accountId,
  regions: undefined,
});

/** The scope of a run: a policy that names each account itself, and the parts that ask for some of these accounts. */
export type RunScope = {
  readonly policy: Policy;
  readonly parts: readonly Narrowing[];
  /** The events of an array that ask for accounts outside the policy. The run continues with the remaining events. */
  readonly refused: readonly RefusedEvent[];
  readonly notes: readonly string[];
};

/**
 * Narrow a policy to the accounts that all parts name. Each part keeps its own accounts. Pure.
 *
 * @param own the account of the credentials, if it is known
 * @throws ConfigError if every part asks for too much: an account outside the policy, or all accounts of a policy that
 *   leaves them to a directory, because their number is unknown
 */
export function scopeRun(declared: DeclaredPolicy, parts: readonly Narrowing[], own: AccountId | undefined): RunScope {
  const { accounts } = declared;
  const live = parts.filter((part) => !asksForNothing(part));
  const { allowed, refused, notes } = partsWithin(live, (part) => problemOf(accounts, part, own));
  if (!isDirectory(accounts) && accounts.length === 0) {
    // Every account that a part may name here is the account of the credentials, even if its id is not known yet.
    const anonymous = allowed.map(({ accounts: _, ...part }) => part);
    return { policy: { ...declared, accounts }, parts: anonymous, refused, notes };
  }
  const named = new Set(allowed.flatMap((part) => part.accounts ?? []));
  const isWhole = allowed.some((part) => part.accounts === undefined);
  const narrowed = isDirectory(accounts)
    ? [...named].map((accountId) => roleIn(accounts, accountId))
    : accounts.filter(({ accountId }) => isWhole || named.has(accountId));
  return { policy: { ...declared, accounts: narrowed }, parts: allowed, refused, notes };
}

const PROBLEMS_MAX = 10;

/**
 * The parts without a problem, because each event of an array is judged by itself. A hint with a problem is noted and
 * not refused, because nobody asked for anything.
 *
 * @throws ConfigError if every part is refused
 */
export function partsWithin(
  parts: readonly Narrowing[],
  problemOfPart: (part: Narrowing) => string | undefined,
): { readonly allowed: readonly Narrowing[] } & Pick<RunScope, 'refused' | 'notes'> {
  const allowed: Narrowing[] = [];
  const refused: RefusedEvent[] = [];
  const notes: string[] = [];
  const problems = new Set<string>();
  for (const part of parts) {
    const problem = problemOfPart(part);
    const { index = 0, id = null } = part.event ?? {};
    if (problem === undefined) {
      allowed.push(part);
      continue;
    }
    problems.add(problem);
    if (part.hint) {
      notes.push(`event ${index} ignored: ${problem}`);
    } else {
      refused.push({ index, id, reason: problem });
    }
  }
  if (parts.length > 0 && refused.length === parts.length) {
    throw new ConfigError([...problems].slice(0, PROBLEMS_MAX).join('; '));
  }
  return { allowed, refused, notes };
}

function problemOf(
  declared: DeclaredPolicy['accounts'],
  { accounts: named }: Narrowing,
  own: AccountId | undefined,
): string | undefined {
  if (isDirectory(declared)) {
    if (named === undefined) {
      return 'accounts: the policy leaves the accounts to a directory, so a run has to name its own; the dispatcher does that';
    }
    const excluded = named.find((accountId) => !allowsMember(declared, accountId));
    return excluded === undefined ? undefined : outside(excluded, 'the policy leaves it out');
  }
  if (declared.length === 0) {
    return problemOfOwn(named, own);
  }
  const unlisted = named?.find((id) => !declared.some(({ accountId }) => accountId === id));
  return unlisted === undefined ? undefined : outside(unlisted, 'the policy does not list it');
}

/** Why a part may not have the accounts it names, if the policy is about the account of the credentials alone. */
export function problemOfOwn(named: readonly AccountId[] | undefined, own: AccountId | undefined): string | undefined {
  const other = named?.find((id) => id !== own);
  if (other === undefined) {
    return undefined;
  }
  return outside(other, `the policy is about ${own === undefined ? 'the account of the credentials' : own} alone`);
}

const outside = (accountId: AccountId, why: string): string =>
  `accounts: ${accountId} is not an account of the policy: ${why}`;
