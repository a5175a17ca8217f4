import { timingSafeEqual } from 'node:crypto';
import type { Estate } from '../estate/estate-types.ts';
import { signV1, stringToSignV1 } from '../signature/sign-v1.ts';
import { bodyHash, parseAuthorization, signV3, stringToSignV3 } from '../signature/sign-v3.ts';
import { ApiError, missing } from './api-error.ts';
import type { Caller } from './callers.ts';
import { findCredentials } from './find-credentials.ts';
import type { Nonces } from './nonces.ts';
import type { RawParams } from './params.ts';
import type { Sessions } from './sessions.ts';
import type { ParsedRequest } from './wire-request.ts';

const SKEW_MS = 15 * 60 * 1000;

/** The data that it takes to find the caller. */
export type Gatekeeper = {
  readonly estate: Estate;
  readonly sessions: Sessions;
  readonly nonces: Nonces;
  readonly nowMs: number;
};

/** A request whose sender is known. */
export type Admitted = {
  readonly caller: Caller;
  readonly version: string;
  readonly action: string;
  readonly params: RawParams;
};

export const isV3 = ({ headers }: ParsedRequest): boolean => (headers.authorization ?? '').startsWith('ACS3-');

/** Checks key, time, signature and nonce, in the gateway's order. Throws `ApiError`. */
export const authenticate = (request: ParsedRequest, gate: Gatekeeper): Admitted =>
  isV3(request) ? authenticateV3(request, gate) : authenticateV1(request, gate);

const COMMON_V1 = ['AccessKeyId', 'SignatureMethod', 'SignatureVersion', 'SignatureNonce', 'Timestamp', 'Signature'];

function authenticateV1({ method, query, form }: ParsedRequest, gate: Gatekeeper): Admitted {
  const params = { ...query, ...form };
  const need = (name: string): string => needed(params[name], name);
  for (const name of ['Version', 'Action', ...COMMON_V1]) {
    need(name);
  }
  if (params.SignatureMethod !== 'HMAC-SHA1' || params.SignatureVersion !== '1.0') {
    throw new ApiError(400, 'InvalidSignatureMethod', 'The specified signature method is not supported.');
  }
  const accessKeyId = need('AccessKeyId');
  const { caller, secret } = findCredentials(
    { accessKeyId, securityToken: params.SecurityToken, nowMs: gate.nowMs },
    gate.estate,
    gate.sessions,
  );
  checkTime(need('Timestamp'), gate.nowMs);
  const stringToSign = stringToSignV1(method, params);
  checkSignature(need('Signature'), signV1(stringToSign, secret), stringToSign);
  gate.nonces.take(accessKeyId, need('SignatureNonce'), gate.nowMs);
  const hidden = new Set([...COMMON_V1, 'Version', 'Action', 'SecurityToken', 'Format']);
  const own = Object.fromEntries(Object.entries(params).filter(([name]) => !hidden.has(name)));
  return { caller, version: need('Version'), action: need('Action'), params: own };
}

const MUST_BE_SIGNED = [
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
];

function authenticateV3({ method, query, form, headers, body }: ParsedRequest, gate: Gatekeeper): Admitted {
  const authorization = parseAuthorization(headers.authorization ?? '');
  if (authorization === undefined) {
    throw incomplete();
  }
  const action = needed(headers['x-acs-action'], 'Action');
  const version = needed(headers['x-acs-version'], 'Version');
  const date = needed(headers['x-acs-date'], 'Timestamp');
  const nonce = needed(headers['x-acs-signature-nonce'], 'SignatureNonce');
  const { accessKeyId, signedHeaders, signature } = authorization;
  const securityToken = headers['x-acs-security-token'];
  const { caller, secret } = findCredentials(
    { accessKeyId, securityToken, nowMs: gate.nowMs },
    gate.estate,
    gate.sessions,
  );
  checkTime(date, gate.nowMs);
  const required = securityToken === undefined ? MUST_BE_SIGNED : [...MUST_BE_SIGNED, 'x-acs-security-token'];
  if (!required.every((name) => signedHeaders.includes(name))) {
    throw incomplete();
  }
  const stringToSign = stringToSignV3({ method, query, headers, signedHeaders, hashedBody: bodyHash(body) });
  if (headers['x-acs-content-sha256'] !== bodyHash(body)) {
    throw mismatch(stringToSign);
  }
  checkSignature(signature, signV3(stringToSign, secret), stringToSign);
  gate.nonces.take(accessKeyId, nonce, gate.nowMs);
  return { caller, version, action, params: { ...query, ...form } };
}

function needed(value: string | undefined, name: string): string {
  if (value === undefined || value === '') {
    throw missing(name);
  }
  return value;
}

const incomplete = (): ApiError =>
  new ApiError(400, 'IncompleteSignature', 'The request signature does not conform to the standards.');

const mismatch = (stringToSign: string): ApiError =>
  new ApiError(
    400,
    'SignatureDoesNotMatch',
    `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`,
  );

function checkTime(timestamp: string, nowMs: number): void {
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(atMs)) {
    throw new ApiError(400, 'InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.');
  }
  if (Math.abs(nowMs - atMs) > SKEW_MS) {
    throw new ApiError(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
  }
}

function checkSignature(given: string, expected: string, stringToSign: string): void {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  if (left.length !== right.length || !timingSafeEqual(left, right)) {
    throw mismatch(stringToSign);
  }
}
