import type { AccessKey, Role } from '../estate/estate-types.ts';

/** The caller: an account and a key of the account, a user's key, or an assumed role. */
export type Caller = {
  readonly accountId: string;
  readonly identity:
    | { readonly kind: 'root' }
    | { readonly kind: 'user'; readonly name: string }
    | { readonly kind: 'role'; readonly name: string; readonly session: string };
  /** The denied RAM actions, and all allowed actions. `*` stands for anything. */
  readonly deny: readonly string[];
  readonly allow: readonly string[];
};

/** The holder of a key. */
export const callerWithKey = (accountId: string, key: AccessKey): Caller => ({
  accountId,
  identity: key.root === true ? { kind: 'root' } : { kind: 'user', name: key.user ?? 'emulator' },
  deny: key.deny ?? [],
  allow: key.allow ?? ['*'],
});

/** The session of an assumed role. */
export const callerInRole = (accountId: string, role: Role, session: string): Caller => ({
  accountId,
  identity: { kind: 'role', name: role.name, session },
  deny: role.deny ?? [],
  allow: role.allow ?? ['*'],
});

/** `*` stands for any letters, `?` for a letter. Letter case does not matter. */
function matches(pattern: string, action: string): boolean {
  if (pattern === '*') {
    return true;
  }
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(action);
}

/** A denial overrides a permission, as in RAM. */
export const mayCall = ({ deny, allow }: Caller, ramAction: string): boolean =>
  !deny.some((pattern) => matches(pattern, ramAction)) && allow.some((pattern) => matches(pattern, ramAction));
