import { HttpsProxyAgent } from 'https-proxy-agent';
import httpx from 'httpx';
import { isLoopback } from '../../cloud/client/endpoints.ts';
import type { Route } from '../../cloud/http/sockets.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import type { Surroundings } from './surroundings.ts';

const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/**
 * The proxies that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name. Undefined when no variable names a proxy.
 *
 * Only https leaves this machine, so `HTTP_PROXY` is never used. Requests to this machine, such as requests to the
 * emulator, use no proxy.
 *
 * @throws ConfigError for a proxy that cannot be used. It names the variable and never its value, which may hold a
 * password
 */
export function createProxyRoute({ env, proxyFor }: Pick<Surroundings, 'env' | 'proxyFor'>): Route | undefined {
  const variable = VARIABLES.find((name) => env[name]?.trim());
  if (variable === undefined) {
    return undefined;
  }
  parseProxy(env[variable]?.trim() ?? '', variable);
  const route: Route = (origin, options) => {
    if (!origin.startsWith('https:') || isLoopback(new URL(origin).hostname)) {
      return undefined;
    }
    const proxy = proxyFor(origin);
    return proxy === ''
      ? undefined
      : { agent: new TunnelAgent(parseProxy(proxy, variable), options), name: `the proxy of ${variable}` };
  };
  return route;
}

function parseProxy(text: string, variable: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || url.hostname === '' || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError(
      `${variable} cannot be used; allowed: http://[user:password@]host:port, or https:// for a proxy that speaks TLS`,
    );
  }
  return url;
}

/** The longest time for opening a tunnel. */
const TUNNEL_MS_MAX = 10_000;

/** Each connection has a tunnel. If the proxy refuses a tunnel, that is an error and not the cloud's answer. */
class TunnelAgent extends HttpsProxyAgent<string> {
  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>) {
    let status = 200;
    request.once('proxyConnect', (reply: { readonly statusCode: number }) => {
      status = reply.statusCode;
    });
    // A request without a socket cannot be ended: if the proxy never answered, it would wait for ever.
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, TUNNEL_MS_MAX);
    const asked = 'signal' in options ? options.signal : undefined;
    const isEnded = asked instanceof AbortSignal ? asked : undefined;
    isEnded?.addEventListener('abort', end);
    this.connectOpts = { ...this.connectOpts, signal: ending.signal };
    try {
      const socket = await super.connect(request, options);
      if (status !== 200) {
        socket.destroy();
        throw Object.assign(new Error('the proxy refused'), { code: `PROXY_ANSWERED_${status}` });
      }
      return socket;
    } finally {
      clearTimeout(timer);
      isEnded?.removeEventListener('abort', end);
    }
  }
}

/** The credentials package sends over httpx and does not let callers choose its agent. */
export function routeCredentialRequests(route: Route | undefined): void {
  if (route === undefined) {
    return;
  }
  const direct = httpx.request;
  httpx.request = (url, options) => {
    const agent = route(new URL(url).origin)?.agent;
    return direct(url, agent === undefined ? options : { agent, ...options });
  };
}
