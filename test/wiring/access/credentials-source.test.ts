import { expect, test } from 'vitest';
import { createCredentialsSource } from '../../../lib/wiring/access/credentials-source.ts';
import { NOW } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const KEY = { accessKeyId: 'STS.canary-id', accessKeySecret: 'canary-secret', securityToken: 'canary-token' };

/** A provider that gives these in turn, and repeats the last. */
function source(...answers: readonly (object | Error)[]) {
  const clock = new VirtualClock(NOW);
  let asked = 0;
  const provider = () => ({
    getCredentials: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? {};
      asked += 1;
      if (answer instanceof Error) {
        throw answer;
      }
      return { ...answer };
    },
  });
  const credentials = createCredentialsSource({ label: 'profile "x"', provider }, clock);
  return { credentials, clock, asked: () => asked };
}

test('is asked at most once a minute, and once for all waiting requests', async () => {
  const { credentials, clock, asked } = source(KEY);
  const [one, other] = await Promise.all([credentials(), credentials()]);
  expect(one).toEqual(KEY);
  expect(other).toBe(one);
  await clock.sleep(59_000);
  await credentials();
  expect(asked()).toBe(1);
  await clock.sleep(1_000);
  // The same object for the same credentials, because clients are cached by it.
  expect(await credentials()).toBe(one);
  expect(asked()).toBe(2);
});

test('renewed credentials are used from then on', async () => {
  const { credentials, clock } = source(KEY, { ...KEY, securityToken: 'canary-renewed' });
  await credentials();
  await clock.sleep(60_000);
  expect(await credentials()).toEqual({ ...KEY, securityToken: 'canary-renewed' });
});

test('missing credentials are a mistake of configuration at the start, and later fail the call, and the next call asks anew', async () => {
  await expect(source(new Error('x')).credentials()).rejects.toMatchObject({ name: 'ConfigError' });
  const { credentials, clock } = source(KEY, new Error('x'), KEY);
  const first = await credentials();
  await clock.sleep(60_000);
  await expect(credentials()).rejects.toMatchObject({ name: 'CloudError', code: 'NoCredentials', effect: 'refused' });
  expect(await credentials()).toBe(first);
});

const named = (message: string, more: object) => Object.assign(new Error(message), more);

test.each<[string, object | Error, RegExp]>([
  ['nothing', {}, /neither a key nor a reason$/],
  ['half a key', { accessKeyId: 'canary' }, /neither a key nor a reason$/],
  ['a file it cannot parse', new Error('parse aliyun cli config failed: {"canary":1}'), /missing or malformed$/],
  [
    'a refusal',
    new Error('refresh session token failed: {"Code":"NoPermission","Message":"canary"}'),
    /NoPermission\. Grant the action/,
  ],
  [
    'a wrong secret',
    new Error('the access key secret is invalid canary'),
    /SignatureDoesNotMatch\. Check the access key secret/,
  ],
  ['an HTML page', new Error('get sts token failed, httpStatus: 502, message = <canary>'), /HTTP 502$/],
  ['an instance without a role', new Error('get role name failed: GET http://100.100.100.200/x/ 404'), /HTTP 404$/],
  [
    'silence',
    named('ConnectTimeout: Connect http://canary failed.', { name: 'RequestTimeoutError' }),
    /no answer in time$/,
  ],
  ['nobody there', named('GET https://canary failed', { code: 'ECONNREFUSED' }), /: ECONNREFUSED$/],
  ['a command that fails', new Error('failed to execute external command: canary'), /its command failed$/],
  ['a session that is over', new Error('get session token from CloudSSO failed: canary'), /log in again/],
  ['a trap', named('canary', { code: 'canary\nsecret' }), /missing or malformed$/],
])('%s becomes a sentence that quotes nothing', async (_what, answer, expected) => {
  const error = await source(answer)
    .credentials()
    .catch((thrown: unknown) => String(thrown));
  expect(error).toMatch(/^ConfigError: credentials: profile "x" gave none: /);
  expect(error).toMatch(expected);
  expect(error).not.toContain('canary');
});
