import { request } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import type { EmulatorOptions, RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { defineEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { A, aClock, CBN, KEY, REGION, v1, v3 } from './emulator-support.ts';

const running: RunningEmulator[] = [];

async function start(
  options: Partial<EmulatorOptions> & { port?: number; tls?: boolean } = {},
): Promise<RunningEmulator> {
  const estate = defineEstate({
    accounts: [{ accountId: A, keys: [KEY] }],
    vpnConnections: [{ VpnConnectionId: 'vco-1', regionId: REGION, TransitRouterId: 'tr-1' }],
  });
  const emulator = await startEmulator({ estate, clock: aClock(), ...options });
  running.push(emulator);
  return emulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

type Request = ReturnType<typeof v1>;

async function post(url: string, { method, url: path, headers, body }: Request): Promise<Response> {
  const { host: _own, ...rest } = headers as Record<string, string>;
  return fetch(url + path, { method, headers: rest, ...(method === 'POST' && { body }) });
}

test('serves the three services on a single port, told apart by version', async () => {
  const { url } = await start();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const connections = await (await post(url, v1('DescribeVpnConnections', { RegionId: REGION }))).json();
  expect(connections).toMatchObject({ TotalCount: 1 });
  const attachments = await post(
    url,
    v1('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' }, { version: CBN, method: 'GET' }),
  );
  expect(await attachments.json()).toMatchObject({ TotalCount: 1 });
  const identity = await post(url, v1('GetCallerIdentity', {}, { version: '2015-04-01' }));
  expect(await identity.json()).toMatchObject({ AccountId: A });
});

test('says which account and key to use, and makes a key if there is no key', async () => {
  expect(await start()).toMatchObject({ accountId: A, ...KEY });
  const bare = await start({ estate: defineEstate({ accounts: [{ accountId: '42' }] }) });
  expect(bare).toMatchObject({ accountId: '42', accessKeyId: expect.stringMatching(/^LTAI/) });
  const key = { accessKeyId: bare.accessKeyId, accessKeySecret: bare.accessKeySecret };
  expect((await post(bare.url, v1('DescribeRegions', {}, { key }))).status).toBe(200);
});

test('behaves as an emulator without sockets', async () => {
  const emulator = await start();
  emulator.setFaults([{ fault: { kind: 'throttle' } }]);
  expect((await post(emulator.url, v1('DescribeRegions', {}))).status).toBe(400);
  expect(emulator.calls).toMatchObject([{ code: 'Throttling.User' }]);
  expect(emulator.estate.vpnConnections).toHaveLength(1);
  expect((await emulator.call({ accountId: A, version: CBN, action: 'DescribeCens', params: {} })).status).toBe(200);
  emulator.resetCalls();
  expect(emulator.calls).toEqual([]);
});

test('a port in use is an error that names it', async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  await expect(start({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is already taken`);
});

test('an estate without accounts is refused', async () => {
  await expect(start({ estate: { ...defineEstate({}), accounts: [] } })).rejects.toThrow('at least one account');
});

test('a scripted cut is a cut, after or before the effect', async () => {
  const { url, setFaults } = await start();
  setFaults([{ fault: { kind: 'reset', when: 'after' } }, { fault: { kind: 'timeout', when: 'before', ms: 5 } }]);
  for (let turn = 0; turn < 2; turn++) {
    await expect(post(url, v1('DescribeRegions', {}))).rejects.toThrow();
  }
  expect((await post(url, v1('DescribeRegions', {}))).status).toBe(200);
});

test('closing does not wait for a call that hangs', async () => {
  const never = { now: () => aClock().now(), sleep: () => new Promise<void>(() => undefined) };
  const emulator = await start({ clock: never, faults: [{ fault: { kind: 'timeout', when: 'before' } }] });
  const hanging = post(emulator.url, v1('DescribeRegions', {})).then(
    () => 'answered',
    () => 'cut',
  );
  while (emulator.calls.length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await emulator.close();
  expect(await hanging).toBe('cut');
});

test('the control endpoint is served as well', async () => {
  const { url } = await start();
  expect(await (await fetch(`${url}/_emulator/behaviours`)).json()).toMatchObject({ detachOrder: 'cbn-first' });
  const bad = await fetch(`${url}/_emulator/clock`, { method: 'PUT', body: '{}' });
  expect(bad.status).toBe(400);
});

test('lists in XML: a wrapped list repeats its items inside the wrapper, a flat list without it', async () => {
  const { url } = await start();
  const xml = async (request: Request) => {
    const reply = await post(url, request);
    expect(reply.headers.get('content-type')).toBe('text/xml;charset=utf-8');
    return reply.text();
  };
  const common = { Format: undefined };
  expect(await xml(v1('DescribeVpnConnections', { RegionId: REGION }, { common }))).toMatch(
    /<DescribeVpnConnectionsResponse>.*<VpnConnections><VpnConnection>.*<\/VpnConnection><\/VpnConnections><\/DescribeVpnConnectionsResponse>$/,
  );
  expect(await xml(v1('ListTransitRouters', { RegionId: REGION }, { common, version: CBN }))).toMatch(
    /<TransitRouters>.*<\/TransitRouters>/,
  );
  expect(await xml(v1('DescribeVpnConnection', { RegionId: REGION, VpnConnectionId: 'vco-9' }, { common }))).toMatch(
    /^<\?xml version='1\.0' encoding='UTF-8'\?><Error><RequestId>.*<\/RequestId><HostId>vpc\.aliyuncs\.com<\/HostId><Code>InvalidVpnConnectionInstanceId\.NotFound<\/Code><Message>.*<\/Message><Recommend>.*<\/Recommend><\/Error>$/,
  );
});

test('an unknown format is refused, and v3 is always answered in JSON', async () => {
  const { handle } = await start();
  expect(await handle(v1('DescribeRegions', {}, { common: { Format: 'CSV' } }))).toMatchObject({
    status: 400,
    body: expect.stringContaining('<Code>InvalidParameter.Format</Code>'),
  });
  expect(await handle(v3('DescribeRegions', {}))).toMatchObject({
    headers: { 'content-type': 'application/json;charset=utf-8' },
  });
});

test.each(['//', '//x/', 'http://[', '/\\x00//'])(
  'a malformed request line (%s) is refused, and the next request is served',
  async (path) => {
    const { url } = await start();
    const { hostname, port } = new URL(url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ hostname, port, path }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(path.startsWith('/\\') ? 404 : 400);
    expect((await post(url, v1('DescribeRegions', {}))).status).toBe(200);
  },
);

test('over TLS, with a certificate of its own each time, which vouches for 127.0.0.1', async () => {
  const [one, other] = [await start({ tls: true }), await start({ tls: true })];
  expect(one.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(one.certificate).not.toBe(other.certificate);
  const ask = ({ url }: RunningEmulator, ca: string | undefined) =>
    new Promise<string>((resolve, reject) => {
      const { url: path, headers } = v1('GetCallerIdentity', {}, { version: '2015-04-01', method: 'GET' });
      const { host: _own, ...rest } = headers as Record<string, string>;
      const sent = httpsRequest(url + path, { headers: rest, ca }, async (response) => {
        response.setEncoding('utf8');
        resolve((await response.toArray()).join(''));
      });
      sent.on('error', reject).end();
    });
  expect(JSON.parse(await ask(one, one.certificate))).toMatchObject({ AccountId: A });
  await expect(ask(one, other.certificate)).rejects.toThrow(/self-signed certificate|unable to verify/);
  expect((await start()).certificate).toBeUndefined();
});

test('the log keeps the latest calls, and forgets older calls', async () => {
  const emulator = await start({ callsKept: 10, limits: 'off' });
  for (let turn = 0; turn < 35; turn++) {
    await emulator.call({ accountId: A, version: CBN, action: 'DescribeCens', params: {} });
  }
  expect(emulator.calls.length).toBeGreaterThanOrEqual(10);
  expect(emulator.calls.length).toBeLessThanOrEqual(11);
  expect(emulator.calls.at(-1)?.seq).toBe(35);
});
