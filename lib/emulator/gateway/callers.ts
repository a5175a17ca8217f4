import type { AccessKey, Role } from '../estate/estate-types.ts';

/** Who calls: an account and, of it, a key of its own, a user's key, or an assumed role. */
export type Caller = {
  readonly accountId: string;
  readonly identity:
    | { readonly kind: 'root' }
    | { readonly kind: 'user'; readonly name: string }
    | { readonly kind: 'role'; readonly name: string; readonly session: string };
  /** RAM actions denied, and all that are allowed; `*` stands for anything. */
  readonly deny: readonly string[];
  readonly allow: readonly string[];
};

/** Whoever holds a key. */
export const callerWithKey = (accountId: string, key: AccessKey): Caller => ({
  accountId,
  identity: key.root === true ? { kind: 'root' } : { kind: 'user', name: key.user ?? 'emulator' },
  deny: key.deny ?? [],
  allow: key.allow ?? ['*'],
});

/** Whoever has assumed a role. */
export const callerInRole = (accountId: string, role: Role, session: string): Caller => ({
  accountId,
  identity: { kind: 'role', name: role.name, session },
  deny: role.deny ?? [],
  allow: role.allow ?? ['*'],
});

/** `*` stands for any letters, `?` for one; letter case does not matter. */
function matches(pattern: string, action: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(action);
}

/** A denial wins over what is allowed, as in RAM. */
export const mayCall = ({ deny, allow }: Caller, ramAction: string): boolean =>
  !deny.some((pattern) => matches(pattern, ramAction)) && allow.some((pattern) => matches(pattern, ramAction));
