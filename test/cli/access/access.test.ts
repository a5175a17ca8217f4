import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunningEmulator } from '../../../lib/emulator/emulator-types.ts';
import { ACCOUNT } from '../../support/builders.ts';
import { estate, free } from '../../support/estates.ts';
import { serve } from '../cli-harness.ts';
import { command, HOST, makeHome, serveProxy, serveTls, stopAll } from './access-support.ts';

const ROLE = 'acs:ram::1000000000000001:role/reader';
const QUICK = '{"retry":{"attempts":1}}';
let cloud: RunningEmulator;
let endpoints: Record<string, string> = {};
let keys: Record<string, string> = {};

beforeAll(async () => {
  const accounts = [{ accountId: ACCOUNT, roles: [{ name: 'reader', trusted: [ACCOUNT] }] }];
  const served = await serve({ ...estate(free('one')), accounts });
  cloud = served.emulator;
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: id = '', ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret = '' } = served.env;
  keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret };
  endpoints = Object.fromEntries(Object.entries(served.env).filter(([name]) => name.endsWith('_ENDPOINT')));
});
afterEach(stopAll);
afterAll(() => cloud.close());

const at = (url: string) => Object.fromEntries(Object.keys(endpoints).map((name) => [name, url]));
const config = (...profiles: readonly object[]) => JSON.stringify({ current: 'mine', profiles });
const mine = () => ({
  name: 'mine',
  mode: 'AK',
  access_key_id: cloud.accessKeyId,
  access_key_secret: cloud.accessKeySecret,
});
const CLI = '.aliyun/config.json';
const SHARED = '.alibabacloud/credentials';

describe('credentials of the official tools', () => {
  test('come from the current profile of the aliyun command', async () => {
    const { code, text } = await command(['plan'], { ...endpoints, HOME: makeHome({ [CLI]: config(mine()) }) });
    expect(text).toContain('plan complete');
    expect(code).toBe(3);
    expect(text).not.toContain(cloud.accessKeySecret);
  });

  test('come from the default profile of the file of the SDKs', async () => {
    const file = `[default]\ntype = access_key\naccess_key_id = ${cloud.accessKeyId}\naccess_key_secret = ${cloud.accessKeySecret}\n`;
    expect(await command(['plan'], { ...endpoints, HOME: makeHome({ [SHARED]: file }) })).toMatchObject({ code: 3 });
  });

  test('come from --profile first, then from the keys of the environment', async () => {
    const wrong = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIwrong', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'canary-wrong' };
    const env = { ...endpoints, HOME: makeHome({ [CLI]: config(mine()) }), SWEEP_POLICY: QUICK };
    const refused = await command(['plan'], { ...env, ...wrong });
    expect(refused.text).toContain('InvalidAccessKeyId.NotFound. Check the access key id');
    expect(refused.code).toBe(4);
    expect(await command(['plan', '--profile', 'mine'], { ...env, ...wrong })).toMatchObject({ code: 3 });
  });

  test('a role of a profile is assumed at the real STS, through the proxy', async () => {
    const { port, certificate } = await serveTls(cloud.url);
    const proxy = await serveProxy({ port });
    const profile = { ...mine(), mode: 'RamRoleArn', ram_role_arn: ROLE, ram_session_name: 'test' };
    const { code, text } = await command(['plan'], {
      ...endpoints,
      HOME: makeHome({ [CLI]: config(profile) }),
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: certificate,
    });
    expect(text).toContain('plan complete');
    expect(code).toBe(3);
    expect(proxy.asked).toEqual([expect.stringMatching(/^CONNECT sts\.aliyuncs\.com:443 /)]);
  });

  test('report a refused role by its code, without the reply', async () => {
    const { port, certificate } = await serveTls(cloud.url);
    const proxy = await serveProxy({ port });
    const profile = { ...mine(), access_key_secret: 'canary-wrong', mode: 'RamRoleArn', ram_role_arn: ROLE };
    const { code, text } = await command(['plan'], {
      ...endpoints,
      HOME: makeHome({ [CLI]: config(profile) }),
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: certificate,
    });
    expect(text).toMatch(
      /^vco-sweeper: credentials: profile "mine" of \S+config\.json gave none: SignatureDoesNotMatch\. Check the access key secret[^\n]*\n$/,
    );
    expect(code).toBe(2);
  });

  const CANARY = 'canary-in-a-file';
  test.each([
    [
      'nothing at all',
      {},
      [],
      /ALIBABA_CLOUD_ACCESS_KEY_ID and .*_SECRET are not set, neither \S+config.json nor \S+credentials has a profile, .*OIDC/,
    ],
    [
      'a file without valid JSON',
      { [CLI]: `{"${CANARY}` },
      [],
      /config\.json is no configuration of the aliyun command/,
    ],
    ['no list of profiles', { [CLI]: `{"current":"${CANARY}"}` }, [], /config\.json is no configuration/],
    [
      'a profile that lacks its secret',
      { [CLI]: config({ name: 'mine', mode: 'AK', access_key_id: CANARY }) },
      [],
      /lacks access_key_secret/,
    ],
    [
      'an unknown mode',
      { [CLI]: config({ name: 'mine', mode: CANARY }) },
      [],
      /has a mode that is not known here; known: AK, /,
    ],
    [
      'a section without a type',
      { [SHARED]: `[default]\naccess_key_secret=${CANARY}\n` },
      [],
      /has no type; known: access_key/,
    ],
    [
      'a profile that is in no file',
      { [CLI]: config(), [SHARED]: '[default]\n' },
      ['--profile', 'nope'],
      /has a profile "nope"/,
    ],
  ] as const)('%s is refused with the places that were read', async (_what, files, args, expected) => {
    const { code, text } = await command(['plan', ...args], { ...endpoints, HOME: makeHome(files) });
    expect(text).toMatch(expected);
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text).not.toContain(CANARY);
    expect(code).toBe(2);
  });

  test('report everything missing at once', async () => {
    const { code, text } = await command(['plan'], {
      ALIBABA_CLOUD_REGION_ID: '',
      ALIBABA_CLOUD_VPC_ENDPOINT: 'http://u:canary@192.0.2.1',
    });
    expect(text).toMatch(/no region to look at.*\n.*no credentials.*\n.*ALIBABA_CLOUD_VPC_ENDPOINT/);
    expect(text).not.toContain('canary');
    expect(code).toBe(2);
  });
});

describe('a proxy', () => {
  const URL_WITH_PASSWORD = (port: number) => `http://canary-user:canary-password@127.0.0.1:${port}`;
  const quiet = ({ text }: { text: string }) => expect(text).not.toMatch(/canary-(user|password)|Y2FuYXJ5/);

  test('is used for https, with its user and password, which are never shown', async () => {
    const { port, certificate } = await serveTls(cloud.url);
    const proxy = await serveProxy({ port });
    const env = {
      ...at(`https://${HOST}`),
      ...keys,
      HTTPS_PROXY: URL_WITH_PASSWORD(proxy.port),
      NODE_EXTRA_CA_CERTS: certificate,
    };
    const ended = await command(['plan'], env);
    expect(ended.text).toContain('plan complete');
    expect(ended.code).toBe(3);
    quiet(ended);
    expect(proxy.asked.length).toBeGreaterThan(0);
    const basic = Buffer.from('canary-user:canary-password').toString('base64');
    for (const head of proxy.asked) {
      expect(head).toMatch(new RegExp(`^CONNECT ${HOST}:443 [^]*Proxy-Authorization: Basic ${basic}\r\n`));
    }
  });

  test('is not used for the hosts in NO_PROXY, nor for this machine', async () => {
    const proxy = await serveProxy({ status: 502 });
    const env = { ...keys, SWEEP_POLICY: QUICK, HTTPS_PROXY: URL_WITH_PASSWORD(proxy.port) };
    const without = await command(['plan'], { ...env, ...at(`https://${HOST}`), NO_PROXY: HOST });
    expect(without.text).toMatch(
      /GetCallerIdentity failed: \w+ \(.*https:\/\/cloud\.example, from ALIBABA_CLOUD_STS_ENDPOINT\)/,
    );
    quiet(without);
    expect(await command(['plan'], { ...env, ...endpoints, HTTP_PROXY: URL_WITH_PASSWORD(proxy.port) })).toMatchObject({
      code: 3,
    });
    expect(proxy.asked).toEqual([]);
  });

  test('is named only by its variable, if it refuses the connection', async () => {
    const proxy = await serveProxy({ status: 407 });
    const env = { ...keys, ...at(`https://${HOST}`), SWEEP_POLICY: QUICK, https_proxy: URL_WITH_PASSWORD(proxy.port) };
    const ended = await command(['plan'], env);
    expect(ended.text).toContain(
      'NetworkError (PROXY_ANSWERED_407 at https://cloud.example, from ALIBABA_CLOUD_STS_ENDPOINT, through the proxy of https_proxy)',
    );
    expect(ended.code).toBe(4);
    quiet(ended);
  });

  test.each([
    'socks5://canary-user:canary-password@127.0.0.1:1080',
    'http://canary-user:canary-password@',
    'http://canary-user:canary-password@h:x',
  ])('%s is refused, and not shown', async (HTTPS_PROXY) => {
    const ended = await command(['plan'], { ...keys, ...endpoints, HTTPS_PROXY });
    expect(ended.text).toMatch(/^vco-sweeper: HTTPS_PROXY cannot be used; allowed: .*\n$/);
    expect(ended.code).toBe(2);
    quiet(ended);
  });

  test.each(['https-proxy-agent', 'sign'])(
    'DEBUG=%s is refused, because it would print its password or a key',
    async (DEBUG) => {
      const ended = await command(['plan'], { ...keys, ...endpoints, DEBUG });
      expect(ended.text).toContain(`DEBUG is "${DEBUG}", which would print credentials`);
      expect(ended.code).toBe(2);
    },
  );
});
