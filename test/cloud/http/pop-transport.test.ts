import { createHmac } from 'node:crypto';
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { resolveEndpoints, whereOf } from '../../../lib/cloud/client/endpoints.ts';
import type { TransportCall } from '../../../lib/cloud/client/transport.ts';
import { createPopTransport } from '../../../lib/cloud/http/pop-transport.ts';
import { REPLY_BYTES_MAX, Sockets } from '../../../lib/cloud/http/sockets.ts';
import { rejection } from '../fake-transport.ts';

type Seen = { method: string | undefined; url: string | undefined; form: URLSearchParams; body: string };
/** More than Node's agent keeps by default. */
const BURST = 300;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A server on this machine with scripted answers, and the requests that it received. */
async function serve(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const closed: Promise<void>[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, form: new URLSearchParams(body), body });
      answer(response, request);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    closed.push(new Promise((resolve) => socket.once('close', () => resolve())));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) {
          socket.destroy();
        }
        server.close(() => resolve());
      }),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pool = new Sockets();
  const transport = createPopTransport(
    resolveEndpoints({
      ALIBABA_CLOUD_VPC_ENDPOINT: url,
      ALIBABA_CLOUD_CBN_ENDPOINT: url,
      ALIBABA_CLOUD_STS_ENDPOINT: url,
    }),
    pool,
  );
  const call = (more: Partial<TransportCall> = {}) =>
    transport({
      service: 'vpc',
      regionId: 'eu-central-1',
      action: 'DescribeVpnConnection',
      params: { RegionId: 'eu-central-1' },
      credentials: { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
      timeoutMs: 5000,
      ...more,
    });
  return { call, seen, sockets, closed, url, pool };
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

describe('a request', () => {
  test.each([
    ['vpc', 'DescribeVpnConnection', '2016-04-28'],
    ['cbn', 'ListTransitRouters', '2017-09-12'],
    ['sts', 'GetCallerIdentity', '2015-04-01'],
  ] as const)('to %s is a POST that keeps signature and token out of the URL', async (service, action, version) => {
    const { call, seen } = await serve((response) => json(response, 200, { RequestId: 'x' }));
    const credentials = { accessKeyId: 'STS.id', accessKeySecret: 'testsecret', securityToken: 'token+/=' };
    await call({ service, action, credentials });
    const [request] = seen;
    expect([request?.method, request?.url]).toEqual(['POST', '/']);
    expect(Object.fromEntries(request?.form ?? [])).toMatchObject({
      Action: action,
      Version: version,
      Format: 'JSON',
      AccessKeyId: 'STS.id',
      SecurityToken: 'token+/=',
      SignatureMethod: 'HMAC-SHA1',
    });
  });

  test('is signed over everything in it, lists spelled out', async () => {
    const { call, seen } = await serve((response) => json(response, 200, {}));
    await call({
      action: 'TagResources',
      params: {
        ResourceId: ['vco-1', 'vco-2'],
        Tag: [{ Key: 'vco-sweeper:seen', Value: "a b*!'()~/é" }],
        Force: false,
        MaxResults: 50,
      },
    });
    const form = seen[0]?.form ?? new URLSearchParams();
    expect(Object.fromEntries(form)).toMatchObject({
      'ResourceId.1': 'vco-1',
      'ResourceId.2': 'vco-2',
      'Tag.1.Key': 'vco-sweeper:seen',
      'Tag.1.Value': "a b*!'()~/é",
      Force: 'false',
      MaxResults: '50',
    });
    const encode = (text: string) =>
      encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    const canonical = [...form]
      .filter(([name]) => name !== 'Signature')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .join('&');
    const signature = createHmac('sha1', 'testsecret&')
      .update(`POST&%2F&${encode(canonical)}`)
      .digest('base64');
    expect(form.get('Signature')).toBe(signature);
  });

  test('reuses the connection of the previous request, for any caller', async () => {
    const { call, sockets, seen } = await serve((response) => json(response, 200, {}));
    await call();
    await call({ service: 'cbn', action: 'ListTransitRouters' });
    await call({ credentials: { accessKeyId: 'other', accessKeySecret: 'x' } });
    expect(seen.map(({ form }) => form.get('AccessKeyId'))).toEqual(['testid', 'testid', 'other']);
    expect(sockets.size).toBe(1);
  });

  test('reuses the connections of a burst for the next burst', async () => {
    const { call, sockets, seen } = await serve((response) => json(response, 200, {}));
    const burst = () => Promise.all(Array.from({ length: BURST }, () => call()));
    await burst();
    await burst();
    expect(seen).toHaveLength(2 * BURST);
    expect(sockets.size).toBeLessThanOrEqual(BURST);
  });

  test('is of the service and signed with the keys of its call, after any other call', async () => {
    const { call, seen } = await serve((response) => json(response, 200, {}));
    const first = { accessKeyId: 'first', accessKeySecret: 'x', securityToken: 'token-1' };
    const renewed = { accessKeyId: 'first', accessKeySecret: 'x', securityToken: 'token-2' };
    await call({ credentials: first });
    await call({ credentials: first, service: 'cbn', action: 'ListTransitRouters' });
    await call({ credentials: renewed });
    await call({ credentials: first });
    expect(seen.map(({ form }) => [form.get('Version'), form.get('SecurityToken')])).toEqual([
      ['2016-04-28', 'token-1'],
      ['2017-09-12', 'token-1'],
      ['2016-04-28', 'token-2'],
      ['2016-04-28', 'token-1'],
    ]);
  });
});

test("the SDK's own time limit, by default three seconds, never expires first", async () => {
  const { call } = await serve((response) => json(response, 200, {}));
  const request = vi.spyOn(http, 'request');
  await call({ timeoutMs: 10_000 });
  expect(request).toHaveBeenCalledWith(expect.objectContaining({ timeout: 11_000 }));
  request.mockRestore();
});

describe('an answer', () => {
  test.each<[string, number, unknown]>([
    ['of success', 200, { RequestId: 'x', TotalCount: 0 }],
    ['with a code', 404, { RequestId: 'x', Code: 'InvalidVpnConnectionInstanceId.NotFound', Message: 'm' }],
    ['with a code and 200', 200, { Code: 'OperationDenied', Success: false }],
    ['with Success false beside 200', 200, { Code: '200', Success: false }],
    ['of 500 without a code', 500, { Message: 'oops' }],
    ['of 403 without a code', 403, {}],
    ['that is an array', 200, []],
    ['that is text', 200, '"OK"'],
  ])('%s comes with its status', async (_what, status, body) => {
    const { call } = await serve((response) => json(response, status, body));
    expect(await call()).toEqual({ status, body: typeof body === 'string' ? JSON.parse(body) : body });
  });

  test.each<[string, number, unknown]>([
    ['an error', 400, { Code: 'Throttling.User' }],
    ['a 5xx without a code', 503, {}],
  ])('that is %s says how long to wait', async (_what, status, body) => {
    const { call } = await serve((response) => json(response, status, body, { 'x-acs-retry-after': '1500' }));
    expect(await call()).toMatchObject({ status, retryAfterMs: 1500 });
  });

  test.each(['soon', '-5', '1.5', '', '99999999999999'])('that says to wait %j says nothing', async (retryAfter) => {
    const { call } = await serve((response) => json(response, 400, { Code: 'X' }, { 'x-acs-retry-after': retryAfter }));
    expect(await call()).not.toHaveProperty('retryAfterMs');
  });

  test.each([
    ['HTML', 502, '<html><body>Bad Gateway</body></html>'],
    ['XML', 400, '<?xml version="1.0"?><Error><Code>Throttling</Code></Error>'],
    ['cut JSON', 200, '{"RequestId":"x","VpnConnections":{"VpnConnection":[{"IkeConfig":{"Psk":"hush'],
    ['nothing', 200, ''],
    ['null', 200, 'null'],
    ['a trap for the parser', 200, '{"__proto__":{"Code":"x"}}'],
  ])('of %s is unreadable', async (_what, status, body) => {
    const { call, url } = await serve((response) => json(response, status, body));
    expect(await rejection(call())).toMatchObject({
      name: 'CloudError',
      code: 'UnreadableReply',
      effect: 'unknown',
      message: `DescribeVpnConnection failed: UnreadableReply (not JSON at ${url}, from ALIBABA_CLOUD_VPC_ENDPOINT)`,
    });
  });
});

describe('no answer', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['a connection closed before it', (response) => response.destroy()],
    [
      'a connection closed in the middle of it',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"RequestId":', () => response.destroy());
      },
    ],
  ])('%s', async (_what, answer) => {
    const { call } = await serve(answer);
    expect(await rejection(call())).toMatchObject({ code: 'NetworkError', effect: 'unknown', status: undefined });
  });

  test('nobody listens', async () => {
    const { call, url } = await serve((response) => response.destroy());
    await stops.pop()?.();
    const error = await rejection(call());
    expect(error).toMatchObject({
      code: 'NetworkError',
      message: `DescribeVpnConnection failed: NetworkError (ECONNREFUSED at ${url}, from ALIBABA_CLOUD_VPC_ENDPOINT)`,
    });
  });

  test('a real host is called so', () => {
    const endpoints = resolveEndpoints({ ALIBABA_CLOUD_CBN_ENDPOINT: 'https://cbn.example' });
    const where = (service: 'vpc' | 'cbn') =>
      whereOf(endpoints.url(service, 'eu-central-1'), endpoints.variable(service));
    expect(where('vpc')).toBe('https://vpc.eu-central-1.aliyuncs.com, the real host');
    expect(where('cbn')).toBe('https://cbn.example, from ALIBABA_CLOUD_CBN_ENDPOINT');
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['silence', () => undefined],
    [
      'a head and then silence',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.flushHeaders();
      },
    ],
    [
      'a trickle that never ends',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ])('%s ends with the time limit, and the connection with it', async (_what, answer) => {
    const { call, closed, url } = await serve(answer);
    expect(await rejection(call({ timeoutMs: 150 }))).toMatchObject({
      name: 'CloudError',
      code: 'RequestTimeoutError',
      effect: 'unknown',
      message: `DescribeVpnConnection failed: RequestTimeoutError (no answer at ${url}, from ALIBABA_CLOUD_VPC_ENDPOINT)`,
    });
    expect(closed).toHaveLength(1);
    await closed[0];
  });
});

describe('a reply without bound', () => {
  /** A generous estimate of the bytes that a kernel keeps between the two ends. */
  const UNDER_WAY_MAX = 16 * 2 ** 20;
  const tooLarge = {
    name: 'CloudError',
    code: 'ReplyTooLarge',
    effect: 'unknown',
    status: undefined,
    message: 'DescribeVpnConnection failed: ReplyTooLarge (more than 32 MiB, or without an end)',
  };

  test.each([200, 500])('with HTTP %i ends at 32 MiB, and its socket with it', async (status) => {
    const sent = { bytes: 0 };
    const { call, closed } = await serve((response) => endless(response, status, sent));
    expect(await rejection(call({ timeoutMs: 60_000 }))).toMatchObject(tooLarge);
    await closed[0];
    expect(sent.bytes).toBeGreaterThan(REPLY_BYTES_MAX);
    expect(sent.bytes).toBeLessThan(REPLY_BYTES_MAX + UNDER_WAY_MAX);
  });

  test.each([
    ['vpc', 'DeleteVpnAttachment'],
    ['cbn', 'ListTransitRouters'],
    ['sts', 'AssumeRole'],
  ] as const)('is refused from every service: %s', async (service, action) => {
    const { call } = await serve((response) => endless(response, 200, { bytes: 0 }));
    expect(await rejection(call({ service, action, timeoutMs: 60_000 }))).toMatchObject({ code: 'ReplyTooLarge' });
  });

  test('just below the bound it is an answer', async () => {
    const filled = JSON.stringify({ RequestId: 'x', Filling: ' '.repeat(REPLY_BYTES_MAX - 100) });
    const { call } = await serve((response) => json(response, 200, filled));
    expect(await call({ timeoutMs: 60_000 })).toMatchObject({ status: 200, body: { RequestId: 'x' } });
  });

  test('takes a bounded memory for any number of simultaneous replies, and frees it', async () => {
    const sent = { bytes: 0 };
    let isEndless = true;
    const { call, closed } = await serve((response) =>
      isEndless ? endless(response, 200, sent) : inTwoPieces(response, '{"RequestId":', '"x"}'),
    );
    const replies = 12;
    const all = Array.from({ length: replies }, () => rejection(call({ timeoutMs: 60_000 })));
    for (const error of await Promise.all(all)) {
      expect(error).toMatchObject({ code: 'ReplyTooLarge' });
    }
    await Promise.all(closed);
    // Twelve of them at 32 MiB each would be three times as much.
    expect(sent.bytes).toBeLessThan(4 * REPLY_BYTES_MAX + replies * UNDER_WAY_MAX);
    isEndless = false;
    expect(await call()).toMatchObject({ status: 200 });
  });

  test('does no harm to a small reply whose last piece exceeds the bound of all replies together', async () => {
    const large = Buffer.alloc(REPLY_BYTES_MAX - 1024, ' ');
    const { call, seen } = await serve((response) => {
      if (seen.length <= 4) {
        response.writeHead(200).write(large);
      } else {
        json(response, 200, { RequestId: 'x', Filling: ' '.repeat(8192) });
      }
    });
    const large4 = [1, 2, 3, 4].map(() => call({ timeoutMs: 60_000 }).catch((error: unknown) => error));
    await vi.waitUntil(() => seen.length === 4);
    for (let small = 0; small < 200; small += 1) {
      expect(await call({ timeoutMs: 60_000 })).toMatchObject({ status: 200 });
    }
    await stops.pop()?.();
    expect(await Promise.all(large4)).toEqual([1, 2, 3, 4].map(() => expect.objectContaining({ name: 'CloudError' })));
  });

  test('that is compressed is not decompressed, and is not JSON', async () => {
    const packed = gzipSync(JSON.stringify({ RequestId: 'x', Filling: ' '.repeat(2 ** 20) }));
    const { call } = await serve((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(packed);
    });
    expect(await rejection(call())).toMatchObject({ code: 'UnreadableReply' });
  });
});

describe('sockets that are closed', () => {
  test('are all sockets, including sockets in use, and nothing more is sent', async () => {
    const { call, seen, closed, pool } = await serve((response) => {
      // The first stays in use, and the rest are kept for the next request.
      if (seen.length > 1) {
        json(response, 200, {});
      }
    });
    const hanging = rejection(call());
    await vi.waitUntil(() => seen.length === 1);
    await Promise.all([call(), call(), call()]);
    expect(closed).toHaveLength(4);
    pool.close();
    expect(await hanging).toMatchObject({ code: 'NetworkError' });
    await Promise.all(closed);
    expect(await rejection(call())).toMatchObject({ code: 'DeadlineExceeded', effect: 'refused' });
    expect(seen).toHaveLength(4);
  });
});

/** So far apart that the effects of the first request have happened before the second comes. */
function inTwoPieces(response: ServerResponse, first: string, second: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(first, () => setTimeout(() => response.end(second), 50));
}

/** Spaces for as long as somebody reads them. */
function endless(response: ServerResponse, status: number, sent: { bytes: number }): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const fill = () => {
    let takesMore = true;
    while (takesMore && !response.destroyed) {
      takesMore = response.write(chunk);
      sent.bytes += chunk.length;
    }
  };
  response.on('drain', fill);
  fill();
}
