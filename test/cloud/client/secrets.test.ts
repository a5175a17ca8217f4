import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { createCloudApi } from '../../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../../lib/cloud/client/endpoints.ts';
import type { CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import { type CloudError, ConfigError } from '../../../lib/core/domain/errors.ts';
import { fakeClock, type Retry, rejection } from '../fake-transport.ts';

const CANARIES = {
  accessKeyId: 'STS.CanaryKeyId',
  accessKeySecret: 'CanaryKeySecret',
  securityToken: 'CanarySecurityToken',
  psk: 'CanaryPreSharedKey',
};
// An endpoint is named on purpose. A called URL has more than that.
const SECRETS = [...Object.values(CANARIES), 'Signature=', 'SignatureNonce=', '127.0.0.1/', '?'];

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) {
    stop();
  }
});

async function apiOn(
  answer: (response: ServerResponse, form: URLSearchParams) => void,
): Promise<{ api: CloudApi; retries: Retry[] }> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => answer(response, new URLSearchParams(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const retries: Retry[] = [];
  const { accessKeyId, accessKeySecret, securityToken } = CANARIES;
  const api = createCloudApi({
    credentials: { accessKeyId, accessKeySecret, securityToken },
    endpoints: resolveEndpoints({
      ALIBABA_CLOUD_VPC_ENDPOINT: url,
      ALIBABA_CLOUD_CBN_ENDPOINT: url,
      ALIBABA_CLOUD_STS_ENDPOINT: url,
    }),
    policy: {
      retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 1 },
      pace: { share: 0.8, describePerMinute: 1e6, writePerMinute: 1e6, concurrency: 8 },
    },
    clock: fakeClock(),
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: () => undefined, onRetry: (retry) => retries.push(retry) },
    requestTimeoutMs: 150,
  });
  return { api, retries };
}

const send = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
/** A body that repeats the whole request, and a pre-shared key, in every possible place. */
const echo =
  (status: number, more: object = {}) =>
  (response: ServerResponse, form: URLSearchParams) => {
    const sent = `${[...form].join('&')} https://127.0.0.1/?${form} ${CANARIES.psk}`;
    const item = { VpnConnectionId: [CANARIES.psk], IkeConfig: { Psk: CANARIES.psk }, Name: sent };
    send(status, {
      RequestId: sent,
      HostId: sent,
      Message: sent,
      Recommend: sent,
      AccessDeniedDetail: { AuthPrincipal: sent },
      VpnConnections: { VpnConnection: [item] },
      TotalCount: sent,
      Credentials: { AccessKeyId: CANARIES.accessKeyId, AccessKeySecret: CANARIES.accessKeySecret, SecurityToken: '' },
      Expiration: sent,
      ...more,
    })(response);
  };

const FAILURES: Record<string, (response: ServerResponse, form: URLSearchParams) => void> = {
  'a business code': echo(400, { Code: 'VpnConnection.Configuring' }),
  'no permission': echo(403, { Code: 'Forbidden.RAM' }),
  throttling: echo(400, { Code: 'Throttling.User' }),
  'a wrong signature': echo(400, { Code: 'SignatureDoesNotMatch' }),
  'a code that holds a secret': echo(400, { Code: `x ${CANARIES.psk}` }),
  'a code that is an object': echo(400, { Code: { Psk: CANARIES.psk } }),
  'a code that is a key': (response, form) => echo(400, { Code: form.get('SecurityToken') })(response, form),
  'a code that contains a key': (response, form) =>
    echo(403, { Code: `No.${form.get('AccessKeyId')}` })(response, form),
  '500 without a code': echo(500),
  'Success false': echo(200, { Code: '200', Success: false }),
  'a reply without its fields': echo(200),
  'HTML that repeats the request': (response, form) => send(502, `<html>${form} ${CANARIES.psk}</html>`)(response),
  'XML that repeats the request': (response, form) =>
    send(400, `<Error><Message>${form} ${CANARIES.psk}</Message></Error>`)(response),
  'cut JSON': send(200, `{"VpnConnections":{"VpnConnection":[{"Psk":"${CANARIES.psk}","Name":"`),
  'JSON the parser refuses': send(200, `{"__proto__":{"Psk":"${CANARIES.psk}"}}`),
  nothing: send(200, ''),
  'a reset': (response) => response.destroy(),
  silence: () => undefined,
};
const USES: Record<string, (api: CloudApi) => Promise<unknown>> = {
  listConnections: (api) => api.listConnections('eu-central-1'),
  getConnection: (api) => api.getConnection('eu-central-1', 'vco-1'),
  deleteConnection: (api) => api.deleteConnection('eu-central-1', 'vco-1', { beforeAttempt: async () => undefined }),
  assumeRole: (api) => api.assumeRole('acs:ram::1000000000000001:role/x'),
};
const cases = Object.keys(FAILURES).flatMap((failure) =>
  Object.keys(USES).map((use): [string, string] => [failure, use]),
);

/** Everything of an error that a careless log line could print. */
function spellOut(error: unknown): string {
  const { message, stack, cause, ...own } = error as CloudError;
  const names = Object.getOwnPropertyNames(error);
  const values = names.map((name) => inspect((error as Record<string, unknown>)[name], { depth: 20 }));
  const shown = inspect(error, { depth: 20, showHidden: true, getters: true });
  return [
    message,
    stack,
    String(cause),
    String(error),
    JSON.stringify(error),
    JSON.stringify(own),
    shown,
    ...values,
  ].join('\n');
}

test.each(cases)('%s, in %s: no secret gets into the error or to observers', async (failure, use) => {
  const answer = FAILURES[failure];
  const call = USES[use];
  if (!answer || !call) {
    throw new Error('no such case');
  }
  const { api, retries } = await apiOn(answer);
  const outcome = await call(api).catch((error: unknown) => error);
  // A write that accepts any answer is the only use that can succeed here.
  if (outcome instanceof Error) {
    expect([outcome.name, Object.hasOwn(outcome, 'cause')]).toEqual(['CloudError', false]);
  } else {
    expect(use).toBe('deleteConnection');
  }
  const told = `${outcome instanceof Error ? spellOut(outcome) : inspect(outcome)}\n${JSON.stringify(retries)}`;
  for (const secret of SECRETS) {
    expect(told).not.toContain(secret);
  }
});

test('the result of a read holds no secret either', async () => {
  const tunnel = { TunnelId: 'tun-a', Status: 'ipsec_sa_established', TunnelIkeConfig: { Psk: CANARIES.psk } };
  const item = {
    VpnConnectionId: 'vco-1',
    IkeConfig: { Psk: CANARIES.psk },
    VpnBgpConfig: { AuthKey: CANARIES.psk },
    RemoteCaCertificate: CANARIES.psk,
    TunnelOptionsSpecification: { TunnelOptions: [tunnel] },
  };
  const { api } = await apiOn(send(200, { TotalCount: 1, VpnConnections: { VpnConnection: [item] } }));
  const shown = inspect(await api.listConnections('eu-central-1'), { depth: 20, showHidden: true });
  for (const secret of SECRETS) {
    expect(shown).not.toContain(secret);
  }
  expect(shown).toContain('tun-a');
});

test('an api and its role do not show credentials when printed', async () => {
  const { api } = await apiOn((response) => {
    const { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, securityToken: SecurityToken } = CANARIES;
    send(200, { Credentials: { AccessKeyId, AccessKeySecret, SecurityToken, Expiration: '2099-01-01T00:00:00Z' } })(
      response,
    );
  });
  const role = await api.assumeRole('acs:ram::1000000000000001:role/x');
  const shown = [api, role]
    .map((each) => `${inspect(each, { depth: 20, showHidden: true })} ${JSON.stringify(each)}`)
    .join();
  for (const secret of SECRETS) {
    expect(shown).not.toContain(secret);
  }
});

test('a refused region does not leak either, and is no CloudError', async () => {
  const api = createCloudApi({
    credentials: CANARIES,
    endpoints: resolveEndpoints({}),
    policy: {
      retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 1 },
      pace: { share: 0.8, describePerMinute: 1e6, writePerMinute: 1e6, concurrency: 8 },
    },
    clock: fakeClock(),
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: () => undefined, onRetry: () => undefined },
  });
  const error = await rejection(api.listConnections('evil.example/'));
  expect(error).toBeInstanceOf(ConfigError);
  for (const secret of SECRETS) {
    expect(spellOut(error)).not.toContain(secret);
  }
});
