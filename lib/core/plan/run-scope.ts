import { ConfigError } from '../domain/errors.ts';
import type { AccountId } from '../domain/estate.ts';
import type { RefusedEvent } from '../domain/outcome.ts';
import type { AccountPolicy, DeclaredPolicy, DirectoryPolicy, Narrowing, Policy } from '../domain/policy.ts';
import { asksForNothing } from './narrow.ts';

export const isDirectory = (accounts: DeclaredPolicy['accounts']): accounts is DirectoryPolicy =>
  'roleName' in accounts;

/** Whether the policy lets a directory's account be swept. That the directory has it is another question. */
export const allowsMember = ({ include, exclude }: DirectoryPolicy, accountId: AccountId): boolean =>
  (include?.includes(accountId) ?? true) && !exclude.includes(accountId);

/** The role by which an account of a directory is swept. */
const roleIn = ({ roleName }: DirectoryPolicy, accountId: AccountId): AccountPolicy => ({
  roleArn: `acs:ram::${accountId}:role/${roleName}`,
  accountId,
  regions: undefined,
});

/** What a run needs to know: a policy that names each account itself, and the parts that look at something in them. */
export type RunScope = {
  readonly policy: Policy;
  readonly parts: readonly Narrowing[];
  /** Events of an array that ask for accounts they may not have; the others count. */
  readonly refused: readonly RefusedEvent[];
  readonly notes: readonly string[];
};

/**
 * Narrow a policy to the accounts that the parts name, together; each part stays with its own. Pure.
 *
 * @param own the account of the credentials, if it is known
 * @throws ConfigError when every part asks for what it may not: an account outside the policy, or all accounts of a
 *   policy that leaves them to a directory, which would be a run over an unknown number of them
 */
export function scopeRun(declared: DeclaredPolicy, parts: readonly Narrowing[], own: AccountId | undefined): RunScope {
  const { accounts } = declared;
  const live = parts.filter((part) => !asksForNothing(part));
  const { allowed, refused, notes } = partsWithin(live, (part) => problemOf(accounts, part, own));
  if (!isDirectory(accounts) && accounts.length === 0) {
    // Whoever names an account here names that of the credentials, by whatever id the run gets to know it.
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
 * Parts without those that have a problem: of an array each event is judged by itself. A hint is not refused but noted,
 * since nobody asked for anything.
 *
 * @throws ConfigError when all are refused
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

/** Why a part may not have the accounts it names, when the policy is about the account of the credentials alone. */
export function problemOfOwn(named: readonly AccountId[] | undefined, own: AccountId | undefined): string | undefined {
  const other = named?.find((id) => id !== own);
  if (other === undefined) {
    return undefined;
  }
  return outside(other, `the policy is about ${own === undefined ? 'the account of the credentials' : own} alone`);
}

const outside = (accountId: AccountId, why: string): string =>
  `accounts: ${accountId} is not an account of the policy: ${why}`;
