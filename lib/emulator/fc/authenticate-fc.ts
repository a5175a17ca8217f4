import { timingSafeEqual } from 'node:crypto';
import type { Estate } from '../estate/estate-types.ts';
import { ApiError } from '../gateway/api-error.ts';
import type { Caller } from '../gateway/callers.ts';
import { type FoundCredentials, findCredentials } from '../gateway/find-credentials.ts';
import type { Sessions } from '../gateway/sessions.ts';
import { contentMd5, signFc, stringToSignFc } from '../signature/sign-fc.ts';
import type { FcRequest } from './fc-request.ts';

const SKEW_MS_MAX = 15 * 60 * 1000;

type Gate = { readonly estate: Estate; readonly sessions: Sessions; readonly nowMs: number };

/** Checks the sender: key, date, signature, and the digest of the body. Throws `ApiError`. */
export function authenticateFc(request: FcRequest, gate: Gate): Caller {
  const { headers, bytes } = request;
  const authorization = needed(headers, 'Authorization');
  const date = needed(headers, 'Date');
  const [, accessKeyId = '', signature = ''] = /^FC ([^:\s]+):(\S+)$/.exec(authorization) ?? [];
  if (accessKeyId === '') {
    throw new ApiError(400, 'InvalidArgument', 'the Authorization header is not FC <id>:<signature>');
  }
  const { caller, secret } = credentialsOf(accessKeyId, headers['x-fc-security-token'], gate);
  const sentMs = Date.parse(date);
  if (Number.isNaN(sentMs)) {
    throw new ApiError(400, 'InvalidArgument', 'the Date header is not a date');
  }
  if (Math.abs(gate.nowMs - sentMs) > SKEW_MS_MAX) {
    throw new ApiError(403, 'RequestTimeTooSkewed', 'the request time is more than 15 minutes away from the time here');
  }
  const expected = Buffer.from(signFc(stringToSignFc(request), secret));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw mismatch();
  }
  if (bytes.length > 0 && headers['content-md5'] !== contentMd5(bytes)) {
    throw new ApiError(400, 'InvalidArgument', 'the Content-MD5 header is not the digest of the body');
  }
  return caller;
}

function needed(headers: FcRequest['headers'], name: string): string {
  const value = headers[name.toLowerCase()];
  if (value !== undefined && value !== '') {
    return value;
  }
  throw new ApiError(400, 'MissingRequiredHeader', `required HTTP header ${name} was not specified`);
}

const mismatch = (): ApiError =>
  new ApiError(
    403,
    'SignatureNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your access key and signing method',
  );

/** The same keys as everywhere, refused in this service's words. */
function credentialsOf(accessKeyId: string, securityToken: string | undefined, gate: Gate): FoundCredentials {
  try {
    return findCredentials({ accessKeyId, securityToken, nowMs: gate.nowMs }, gate.estate, gate.sessions);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    if (!error.code.startsWith('InvalidAccessKeyId')) {
      throw new ApiError(403, 'AccessDenied', error.message);
    }
    throw new ApiError(403, 'InvalidAccessKeyID', `invalid access key ID '${accessKeyId}'`);
  }
}
