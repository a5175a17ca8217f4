import type { Role } from '../estate/estate-types.ts';
import { ApiError } from '../gateway/api-error.ts';
import { callerInRole } from '../gateway/callers.ts';
import { type Context, type Operation, STS_VERSION } from '../operation.ts';

const badParameter = (name: string): ApiError =>
  new ApiError(400, `InvalidParameter.${name}`, `The parameter ${name} is wrongly formed.`);

const noPermission = (): ApiError =>
  new ApiError(403, 'NoPermission', 'You are not authorized to do this action. You should be authorized by RAM.');

function roleOf({ params, estate, caller }: Context): { accountId: string; role: Role } {
  const [, accountId = '', name = ''] = /^acs:ram::(\d+):role\/([\w.-]+)$/.exec(params.need('RoleArn')) ?? [];
  if (accountId === '') {
    throw badParameter('RoleArn');
  }
  // An account's own key may do everything except this.
  if (caller.identity.kind === 'root') {
    throw noPermission();
  }
  const account = estate.accounts.find((candidate) => candidate.accountId === accountId);
  const role = account?.roles.find((candidate) => candidate.name === name);
  if (role === undefined) {
    throw new ApiError(404, 'EntityNotExist.Role', `The role not exists: ${name}.`);
  }
  if (!role.trusted.some((trusted) => trusted === '*' || trusted === caller.accountId)) {
    throw noPermission();
  }
  return { accountId, role };
}

/** AssumeRole: temporary credentials of a role that trusts the caller's account. */
export const assumeRole: Operation = {
  version: STS_VERSION,
  action: 'AssumeRole',
  kind: 'write',
  ram: 'sts:AssumeRole',
  run(context) {
    const { params, sessions, nowMs } = context;
    const session = params.need('RoleSessionName');
    if (!/^[\w.@-]{2,64}$/.test(session)) {
      throw badParameter('RoleSessionName');
    }
    const { accountId, role } = roleOf(context);
    const seconds = params.integer('DurationSeconds') ?? 3600;
    if (seconds < 900 || seconds > (role.maxSessionSeconds ?? 3600)) {
      throw badParameter('DurationSeconds');
    }
    const expiresMs = nowMs + seconds * 1000;
    const caller = callerInRole(accountId, role, session);
    const issued = sessions.issue(caller, expiresMs);
    return {
      AssumedRoleUser: {
        Arn: `acs:ram::${accountId}:role/${role.name}/${session}`,
        AssumedRoleId: `300000000000000001:${session}`,
      },
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        AccessKeySecret: issued.accessKeySecret,
        SecurityToken: issued.securityToken,
        Expiration: `${new Date(expiresMs).toISOString().slice(0, 19)}Z`,
      },
    };
  },
};
