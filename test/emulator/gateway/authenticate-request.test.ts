import { describe, expect, test } from 'vitest';
import { A, aCloud, KEY, NOW, REGION, STS, send, v1, v3 } from '../emulator-support.ts';

const WAYS = [
  ['v1 POST', v1, 'POST'],
  ['v1 GET', v1, 'GET'],
  ['v3 POST', v3, 'POST'],
  ['v3 GET', v3, 'GET'],
] as const;

const list = { RegionId: REGION };

describe.each(WAYS)('%s', (_name, sign, method) => {
  const timeField = sign === v1 ? 'Timestamp' : 'x-acs-date';
  const nonceField = sign === v1 ? 'SignatureNonce' : 'x-acs-signature-nonce';

  test('a request that is signed well is served', async () => {
    const { emulator } = aCloud({ vpnConnections: [{ VpnConnectionId: 'vco-1' }] });
    const reply = await send(emulator, sign('DescribeVpnConnections', list, { method }));
    expect(reply).toMatchObject({ status: 200, body: { TotalCount: 1 } });
    expect(emulator.calls).toMatchObject([{ accountId: A, action: 'DescribeVpnConnections', params: list }]);
  });

  test('characters that encode differently do not break the signature', async () => {
    const { emulator } = aCloud({});
    const params = { ...list, 'Tag.1.Key': "a b*~!'()é/+", 'Tag.1.Value': '100%=&' };
    expect(await send(emulator, sign('DescribeVpnConnections', params, { method }))).toMatchObject({ code: 'OK' });
  });

  test('a wrong secret is refused, and the message shows the text to sign', async () => {
    const { emulator } = aCloud({});
    const key = { ...KEY, accessKeySecret: 'wrong' };
    const reply = await send(emulator, sign('DescribeVpnConnections', list, { method, key }));
    expect(reply).toMatchObject({ status: 400, code: 'SignatureDoesNotMatch' });
    expect(reply.body.Message).toContain('server string to sign is:');
  });

  test('a request that was changed after signing is refused', async () => {
    const { emulator } = aCloud({});
    const signed = sign('DescribeVpnConnections', list, { method });
    const changed = {
      ...signed,
      url: signed.url.replace(REGION, 'cn-hangzhou'),
      body: signed.body.replace(REGION, 'cn-hangzhou'),
    };
    expect(await send(emulator, changed)).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  test.each([
    [-15 * 60 - 1, 'InvalidTimeStamp.Expired'],
    [-15 * 60, 'OK'],
    [15 * 60, 'OK'],
    [15 * 60 + 1, 'InvalidTimeStamp.Expired'],
  ])('a clock %i s off is answered %s', async (seconds, code) => {
    const { emulator } = aCloud({});
    const common = { [timeField]: `${new Date(NOW + seconds * 1000).toISOString().slice(0, 19)}Z` };
    expect((await send(emulator, sign('DescribeVpnConnections', list, { method, common }))).code).toBe(code);
  });

  test('a time of another form is refused', async () => {
    const { emulator } = aCloud({});
    const common = { [timeField]: '2026-01-02 03:04:05' };
    const reply = await send(emulator, sign('DescribeVpnConnections', list, { method, common }));
    expect(reply).toMatchObject({ status: 400, code: 'InvalidTimeStamp.Format' });
  });

  test('a nonce is good once in half an hour', async () => {
    const { emulator, clock } = aCloud({});
    const at = (ms: number) => ({ [nonceField]: 'again', [timeField]: `${new Date(ms).toISOString().slice(0, 19)}Z` });
    const go = () => send(emulator, sign('DescribeVpnConnections', list, { method, common: at(clock.now()) }));
    expect((await go()).code).toBe('OK');
    expect(await go()).toMatchObject({ status: 400, code: 'SignatureNonceUsed' });
    clock.ms += 30 * 60 * 1000;
    expect((await go()).code).toBe('SignatureNonceUsed');
    clock.ms += 31 * 60 * 1000;
    expect((await go()).code).toBe('OK');
  });

  test('an unknown key is not found', async () => {
    const { emulator } = aCloud({});
    const key = { ...KEY, accessKeyId: 'nobody' };
    const reply = await send(emulator, sign('DescribeVpnConnections', list, { method, key }));
    expect(reply).toMatchObject({ status: 404, code: 'InvalidAccessKeyId.NotFound' });
  });

  test('a disabled key is refused', async () => {
    const { emulator } = aCloud({ accounts: [{ accountId: A, keys: [{ ...KEY, inactive: true }] }] });
    const reply = await send(emulator, sign('DescribeVpnConnections', list, { method }));
    expect(reply).toMatchObject({ status: 400, code: 'InvalidAccessKeyId.Inactive' });
  });

  test('an unknown action is refused as the gateway does, letter case included', async () => {
    const { emulator } = aCloud({});
    for (const action of ['DeleteEverything', 'describeVpnConnections', 'DescribeCens']) {
      expect(await send(emulator, sign(action, list, { method }))).toMatchObject({
        status: 404,
        code: 'InvalidAction.NotFound',
      });
    }
  });

  test('an unknown version is refused', async () => {
    const { emulator } = aCloud({});
    const reply = await send(emulator, sign('DescribeVpnConnections', list, { method, version: '2020-01-01' }));
    expect(reply).toMatchObject({ status: 400, code: 'InvalidVersion' });
  });

  test('temporary credentials need the right token, and must not have expired', async () => {
    const { emulator, clock } = aCloud({
      accounts: [{ accountId: A, keys: [KEY], roles: [{ name: 'r', trusted: [A] }] }],
    });
    const params = { RoleArn: `acs:ram::${A}:role/r`, RoleSessionName: 'test' };
    const { body } = await send(emulator, sign('AssumeRole', params, { method, version: STS }));
    const key = {
      accessKeyId: body.Credentials.AccessKeyId,
      accessKeySecret: body.Credentials.AccessKeySecret,
      securityToken: body.Credentials.SecurityToken,
    };
    const { securityToken: _left, ...bare } = key;
    const go = async (use: typeof bare) => {
      const common = { [timeField]: `${new Date(clock.now()).toISOString().slice(0, 19)}Z` };
      return (await send(emulator, sign('DescribeVpnConnections', list, { method, key: use, common }))).code;
    };
    expect(await go(key)).toBe('OK');
    expect(await go(bare)).toBe('MissingSecurityToken');
    expect(await go({ ...bare, ...{ securityToken: 'other' } })).toBe('InvalidSecurityToken.MismatchWithAccessKey');
    clock.ms += 3600 * 1000;
    expect(await go(key)).toBe('InvalidSecurityToken.Expired');
  });
});

test.each(['Action', 'Version', 'AccessKeyId', 'SignatureMethod', 'SignatureVersion', 'SignatureNonce', 'Timestamp'])(
  'v1 without %s says so',
  async (name) => {
    const { emulator } = aCloud({});
    const reply = await send(emulator, v1('DescribeVpnConnections', list, { common: { [name]: undefined } }));
    expect(reply).toMatchObject({ status: 400, code: `Missing${name}` });
  },
);

test.each([
  ['x-acs-action', 'MissingAction'],
  ['x-acs-version', 'MissingVersion'],
  ['x-acs-date', 'MissingTimestamp'],
  ['x-acs-signature-nonce', 'MissingSignatureNonce'],
  ['host', 'IncompleteSignature'],
])('v3 without %s is answered %s', async (name, code) => {
  const { emulator } = aCloud({});
  const reply = await send(emulator, v3('DescribeVpnConnections', list, { common: { [name]: undefined } }));
  expect(reply).toMatchObject({ status: 400, code });
});

test('v3 refuses a body that is not the signed body', async () => {
  const { emulator } = aCloud({});
  const reply = await send(emulator, { ...v3('DescribeVpnConnections', list), body: 'x' });
  expect(reply.code).toBe('SignatureDoesNotMatch');
  const hash = v3('DescribeVpnConnections', list, { common: { 'x-acs-content-sha256': 'f'.repeat(64) } });
  expect((await send(emulator, hash)).code).toBe('SignatureDoesNotMatch');
});

test.each([
  [['vpc:DescribeVpnConnections'], false],
  [['VPC:describevpnconnections'], false],
  [['vpc:*'], false],
  [['*'], false],
  [['*:Describe*s'], false],
  [['vpc:Delete*'], true],
  [['vpc:DescribeVpnConnection'], true],
  [['vpc:DescribeVpnConnections*s'], true],
])('a key denied %j may list: %s', async (deny, isServed) => {
  const { emulator } = aCloud({ accounts: [{ accountId: A, keys: [{ ...KEY, deny }] }] });
  expect((await send(emulator, v1('DescribeVpnConnections', list))).code).toBe(isServed ? 'OK' : 'Forbidden.RAM');
});

test('a denial overrides a permission, and everything without a permission is denied', async () => {
  const code = async (deny: string[], allow: string[]) => {
    const { emulator } = aCloud({ accounts: [{ accountId: A, keys: [{ ...KEY, deny, allow }] }] });
    return (await send(emulator, v1('DescribeVpnConnections', list))).code;
  };
  expect(await code([], ['vpc:Describe*'])).toBe('OK');
  expect(await code(['vpc:*'], ['vpc:Describe*'])).toBe('Forbidden.RAM');
  expect(await code([], ['cen:*'])).toBe('Forbidden.RAM');
});

test('another signature method, another HTTP method and another path are refused', async () => {
  const { emulator } = aCloud({});
  const go = (request: Parameters<typeof send>[1]) => send(emulator, request);
  const method = v1('DescribeVpnConnections', list, { common: { SignatureMethod: 'HMAC-MD5' } });
  expect(await go(method)).toMatchObject({ status: 400, code: 'InvalidSignatureMethod' });
  const put = v3('DescribeVpnConnections', list, { method: 'PUT' });
  expect(await go(put)).toMatchObject({ status: 400, code: 'UnsupportedHTTPMethod' });
  const elsewhere = v3('DescribeVpnConnections', list);
  expect(await go({ ...elsewhere, url: `/api${elsewhere.url}` })).toMatchObject({ status: 404 });
});

test('a signature of the right length that is wrong does not burn the nonce', async () => {
  const { emulator } = aCloud({});
  const good = v1('DescribeVpnConnections', list);
  const bad = {
    ...good,
    body: good.body.replace(/Signature=[^&]+/, `Signature=${encodeURIComponent('qP0J6wzXvwgeFZnXCwq1nOscdOc=')}`),
  };
  expect((await send(emulator, bad)).code).toBe('SignatureDoesNotMatch');
  expect((await send(emulator, good)).code).toBe('OK');
});
