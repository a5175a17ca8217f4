import type { Estate } from '../estate/estate-types.ts';
import { ApiError } from './api-error.ts';
import { type Caller, callerWithKey } from './callers.ts';
import type { Sessions } from './sessions.ts';

/** The owner of a key, and the secret that signs with it. */
export type FoundCredentials = { readonly caller: Caller; readonly secret: string };

const unknownKey = (): ApiError =>
  new ApiError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');

/** Finds a key. Temporary keys need their token, and must not have expired. Throws `ApiError`. */
export function findCredentials(
  { accessKeyId, securityToken, nowMs }: { accessKeyId: string; securityToken: string | undefined; nowMs: number },
  estate: Estate,
  sessions: Sessions,
): FoundCredentials {
  if (accessKeyId.startsWith('STS.')) {
    return findSession(accessKeyId, securityToken, nowMs, sessions);
  }
  for (const { accountId, keys } of estate.accounts) {
    const key = keys.find((candidate) => candidate.accessKeyId === accessKeyId);
    if (key === undefined) {
      continue;
    }
    if (key.inactive === true) {
      throw new ApiError(400, 'InvalidAccessKeyId.Inactive', 'Specified access key is disabled.');
    }
    return { caller: callerWithKey(accountId, key), secret: key.accessKeySecret };
  }
  throw unknownKey();
}

function findSession(
  accessKeyId: string,
  token: string | undefined,
  nowMs: number,
  sessions: Sessions,
): FoundCredentials {
  const session = sessions.get(accessKeyId);
  if (session === undefined) {
    throw unknownKey();
  }
  if (token === undefined || token === '') {
    throw new ApiError(400, 'MissingSecurityToken', 'SecurityToken is mandatory for this action.');
  }
  if (token !== session.securityToken) {
    throw new ApiError(
      400,
      'InvalidSecurityToken.MismatchWithAccessKey',
      'The security token does not match the access key.',
    );
  }
  if (nowMs >= session.expiresMs) {
    throw new ApiError(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
  }
  return { caller: session.caller, secret: session.accessKeySecret };
}
