import type { Caller } from '../gateway/callers.ts';
import { type Operation, type ReplyBody, STS_VERSION } from '../operation.ts';

/** A made-up principal id that is the same for the same name. */
const numberOf = (name: string): string =>
  String([...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_007, 7)).padStart(18, '3');

function identityOf({ accountId, identity }: Caller): ReplyBody {
  switch (identity.kind) {
    case 'root':
      return { Arn: `acs:ram::${accountId}:root`, IdentityType: 'Account', PrincipalId: accountId, UserId: accountId };
    case 'user': {
      const id = numberOf(identity.name);
      return {
        Arn: `acs:ram::${accountId}:user/${identity.name}`,
        IdentityType: 'RAMUser',
        PrincipalId: id,
        UserId: id,
      };
    }
    case 'role': {
      const id = numberOf(identity.name);
      return {
        Arn: `acs:ram::${accountId}:assumed-role/${identity.name}/${identity.session}`,
        IdentityType: 'AssumedRoleUser',
        PrincipalId: `${id}:${identity.session}`,
        RoleId: id,
      };
    }
  }
}

export const getCallerIdentity: Operation = {
  version: STS_VERSION,
  action: 'GetCallerIdentity',
  kind: 'read',
  ram: undefined,
  run: ({ caller }) => ({ AccountId: caller.accountId, ...identityOf(caller) }),
};
