import { expect, test } from 'vitest';
import { canonicalQuery, percentEncode } from '../../../lib/emulator/signature/encode.ts';
import { signV1, stringToSignV1 } from '../../../lib/emulator/signature/sign-v1.ts';
import { bodyHash, parseAuthorization, signV3, stringToSignV3 } from '../../../lib/emulator/signature/sign-v3.ts';

const v1Params = {
  AccessKeyId: 'testid',
  Action: 'DeleteVpnAttachment',
  ClientToken: 'tok-1',
  Format: 'JSON',
  RegionId: 'eu-central-1',
  SignatureMethod: 'HMAC-SHA1',
  SignatureNonce: 'nonce-1',
  SignatureVersion: '1.0',
  Timestamp: '2026-01-02T03:04:05Z',
  Version: '2016-04-28',
  VpnConnectionId: 'vco-test123',
};

test.each([
  ['GET', 'jxLyzpwDFdmuQeOCcGFa3EtCHbw='],
  ['POST', 'qP0J6wzXvwgeFZnXCwq1nOscdOc='],
])('v1 %s gives the known signature', (method, signature) => {
  expect(signV1(stringToSignV1(method, v1Params), 'testsecret')).toBe(signature);
});

test('v1 does not sign the signature, and encodes the time twice', () => {
  const text = stringToSignV1('GET', { ...v1Params, Signature: 'anything' });
  expect(text).toBe(stringToSignV1('GET', v1Params));
  expect(text).toContain('03%253A04%253A05Z');
});

test('the order of parameters does not matter', () => {
  const reversed = Object.fromEntries(Object.entries(v1Params).reverse());
  expect(stringToSignV1('POST', reversed)).toBe(stringToSignV1('POST', v1Params));
  const query = { b: '2', 'a.10': '1', 'a.2': '1', B: '3' };
  expect(canonicalQuery(query)).toBe('B=3&a.10=1&a.2=1&b=2');
});

const v3Request = {
  method: 'POST',
  query: { ClientToken: 'tok-1', RegionId: 'eu-central-1', VpnConnectionId: 'vco-test123' },
  headers: {
    host: 'vpc.eu-central-1.aliyuncs.com',
    'x-acs-action': 'DeleteVpnAttachment',
    'x-acs-version': '2016-04-28',
    'x-acs-date': '2026-01-02T03:04:05Z',
    'x-acs-signature-nonce': 'nonce-1',
    'x-acs-content-sha256': bodyHash(''),
  },
  signedHeaders: [
    'host',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-version',
  ],
  hashedBody: bodyHash(''),
};

test('v3 gives the known signature', () => {
  const text = stringToSignV3(v3Request);
  expect(text).toBe('ACS3-HMAC-SHA256\n601fc59f32fb670994d629e9d3956387d6b5b6237d80384574cb2d66a77a66dc');
  expect(signV3(text, 'testsecret')).toBe('b45fde84e9658275fecf29af0b0eb756e38f076282baa94c8aa80f2f18152963');
});

test('the hash of an empty body is the well-known hash', () => {
  expect(bodyHash('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('encoding leaves only unreserved characters', () => {
  expect(percentEncode("a b*~!'()é/-_.")).toBe('a%20b%2A~%21%27%28%29%C3%A9%2F-_.');
});

test('an authorization header of another form is not read', () => {
  expect(parseAuthorization('ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=zz')).toBeUndefined();
  expect(parseAuthorization('ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host;x,Signature=0f')).toEqual({
    accessKeyId: 'a',
    signedHeaders: ['host', 'x'],
    signature: '0f',
  });
});
