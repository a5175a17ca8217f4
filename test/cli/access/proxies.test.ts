import https from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { Sockets } from '../../../lib/cloud/http/sockets.ts';
import { createProxyRoute } from '../../../lib/wiring/access/proxies.ts';
import { serveProxy, stopAll } from './access-support.ts';

afterEach(stopAll);

const routeOf = (env: Record<string, string>, proxy = '') => createProxyRoute({ env, proxyFor: () => proxy });

test('there is no route without HTTPS_PROXY, and HTTP_PROXY is ignored', () => {
  expect(routeOf({})).toBeUndefined();
  expect(routeOf({ HTTPS_PROXY: ' ', HTTP_PROXY: 'http://127.0.0.1:1' })).toBeUndefined();
});

test.each(['http://cloud.example', 'https://localhost:1', 'https://127.0.0.2', 'https://[::1]:2'])(
  '%s is reached directly',
  (origin) => {
    expect(routeOf({ HTTPS_PROXY: 'http://127.0.0.1:1' }, 'http://127.0.0.1:1')?.(origin)).toBeUndefined();
  },
);

test('a proxy without a scheme counts as http', () => {
  const routed = routeOf({ ALL_PROXY: 'proxy.example:3128' }, 'proxy.example:3128')?.('https://cloud.example');
  expect(routed?.name).toBe('the proxy of ALL_PROXY');
});

test('the time limit ends a proxy that never answers, and closes its socket', async () => {
  const proxy = await serveProxy('nothing');
  const url = `http://127.0.0.1:${proxy.port}`;
  const sockets = new Sockets(routeOf({ HTTPS_PROXY: url }, url));
  const limits = { action: 'X', origin: 'https://cloud.example', timeoutMs: 100 };
  const ended = sockets.exchange(limits, async (agent) => {
    await new Promise((resolve, reject) => {
      https.get('https://cloud.example', { agent }, resolve).on('error', reject);
    });
  });
  await expect(ended).rejects.toMatchObject({ name: 'RequestTimeoutError' });
  expect(sockets.via('https://cloud.example')).toBe('the proxy of HTTPS_PROXY');
  expect(proxy.ended).toHaveLength(1);
  await proxy.ended[0];
});
