import { createEmulator } from '../../lib/emulator/create-emulator.ts';
import type { Emulator, EmulatorOptions } from '../../lib/emulator/emulator-types.ts';
import type { EstateFile } from '../../lib/emulator/estate/estate-schema.ts';
import { defineEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { signV1, stringToSignV1 } from '../../lib/emulator/signature/sign-v1.ts';
import { bodyHash, signV3, stringToSignV3 } from '../../lib/emulator/signature/sign-v3.ts';

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
export const A = '1000000000000001';
export const B = '1000000000000002';
export const REGION = 'eu-central-1';
export const KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };

export const VPC = '2016-04-28';
export const CBN = '2017-09-12';
export const STS = '2015-04-01';

/** Time that stands still until a test, or a slow call, moves it. */
export function aClock(startMs = NOW) {
  const clock = {
    ms: startMs,
    slept: [] as number[],
    now: () => clock.ms,
    sleep: async (ms: number) => {
      clock.slept.push(ms);
      clock.ms += ms;
    },
  };
  return clock;
}

type Options = Omit<EmulatorOptions, 'estate' | 'clock'>;

/** An emulator on its own clock. Rate limits are off and deletions immediate, unless the test says otherwise. */
export function aCloud(estate: EstateFile, options: Options = {}) {
  const clock = aClock();
  const emulator = createEmulator({
    estate: defineEstate({
      regions: [{ RegionId: REGION }, { RegionId: 'cn-hangzhou' }, { RegionId: 'cn-fuzhou', vpn: false }],
      accounts: [{ accountId: A, keys: [KEY] }],
      ...estate,
    }),
    clock,
    limits: 'off',
    ...options,
    behaviours: { deleteReads: 0, ...options.behaviours },
  });
  const as =
    (version: string) =>
    async (action: string, params: Record<string, string> = {}, accountId = A) => {
      const reply = await emulator.call({ accountId, version, action, params });
      return { ...reply, code: reply.status === 200 ? 'OK' : String(reply.body.Code) };
    };
  return { emulator, clock, vpc: as(VPC), cbn: as(CBN), sts: as(STS) };
}

/** A value inside a reply, by keys and positions: `at(body, 'VpnConnections', 'VpnConnection', 0, 'State')`. */
export const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (here, key) => (typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined),
    value,
  );

export const rows = (value: unknown, ...path: (string | number)[]): Record<string, unknown>[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

let nonces = 0;

type Signing = {
  method?: string;
  version?: string;
  key?: { accessKeyId: string; accessKeySecret: string; securityToken?: string };
  /** Overrides the sent headers and parameters. `undefined` leaves a field out. */
  common?: Record<string, string | undefined>;
};

const DEFAULT_KEY: NonNullable<Signing['key']> = KEY;

const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const defined = (params: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** A request signed as v1: GET in the query, POST in the form. */
export function v1(action: string, params: Record<string, string>, signing: Signing = {}) {
  const { method = 'POST', version = VPC, key = DEFAULT_KEY, common } = signing;
  nonces += 1;
  const all = defined({
    Action: action,
    Version: version,
    Format: 'JSON',
    AccessKeyId: key.accessKeyId,
    SecurityToken: key.securityToken,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: `nonce-${nonces}`,
    Timestamp: stamp(NOW),
    ...params,
    ...common,
  });
  const Signature = signV1(stringToSignV1(method, all), key.accessKeySecret);
  const encoded = new URLSearchParams({ Signature, ...all }).toString();
  return method === 'GET'
    ? { method, url: `/?${encoded}`, headers: { host: 'vpc.aliyuncs.com' }, body: '' }
    : { method, url: '/', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: encoded };
}

/** A request signed as v3: POST with everything in the query, as the official SDK sends it. */
export function v3(action: string, query: Record<string, string>, signing: Signing = {}) {
  const { method = 'POST', version = VPC, key = DEFAULT_KEY, common } = signing;
  nonces += 1;
  const headers = defined({
    host: 'vpc.eu-central-1.aliyuncs.com',
    'x-acs-action': action,
    'x-acs-version': version,
    'x-acs-date': stamp(NOW),
    'x-acs-signature-nonce': `nonce-${nonces}`,
    'x-acs-content-sha256': bodyHash(''),
    'x-acs-security-token': key.securityToken,
    ...common,
  });
  const signedHeaders = Object.keys(headers).sort();
  const text = stringToSignV3({ method, query, headers, signedHeaders, hashedBody: bodyHash('') });
  const signature = signV3(text, key.accessKeySecret);
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.accessKeyId},SignedHeaders=${signedHeaders.join(';')},Signature=${signature}`;
  return { method, url: `/?${new URLSearchParams(query)}`, headers: { ...headers, authorization }, body: '' };
}

/** Sends a wire request and reads the JSON that comes back. */
export async function send(emulator: Emulator, request: Parameters<Emulator['handle']>[0]) {
  const reply = await emulator.handle(request);
  if (reply === 'reset') {
    return { status: 0, code: 'reset', body: {}, text: '' };
  }
  const body = (reply.headers['content-type'] ?? '').startsWith('application/json') ? JSON.parse(reply.body) : {};
  return { status: reply.status, code: reply.status === 200 ? 'OK' : String(body.Code), body, text: reply.body };
}
