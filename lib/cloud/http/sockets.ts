import http from 'node:http';
import https from 'node:https';
import { CloudError } from '../../core/domain/errors.ts';
import { deadlineExceeded } from '../client/with-retry.ts';

/** A page of fifty connections is 100 kB. */
export const REPLY_BYTES_MAX = 32 * 1024 * 1024;
/**
 * The total of all replies that are read at the same time. The function has 512 MB, and reading a reply takes twice its
 * size.
 */
const BYTES_AT_ONCE_MAX = 128 * 1024 * 1024;
/**
 * Node keeps 256 sockets and closes the rest after a burst. The next burst would then need new connections and
 * handshakes.
 */
const FREE_SOCKETS_MAX = 2048;

/** Node takes any object that has `addRequest` for an agent. */
type Agent = http.Agent & { addRequest(request: http.ClientRequest, options: object): void };

/** How to reach an origin through a proxy. Undefined to reach it directly. `name` is for messages. */
export type Route = (
  origin: string,
  options?: http.AgentOptions,
) => { readonly agent: http.Agent; readonly name: string } | undefined;

type Exchange = {
  readonly action: string;
  /** Scheme, host and port. Each origin has a pool of its own. */
  readonly origin: string;
  readonly timeoutMs: number;
};

/**
 * The sockets of a run or a dispatch. They stay open from request to request, and are closed at its end, because a
 * warm instance of a function lives through hundreds of runs.
 */
export class Sockets {
  readonly #agents = new Map<string, Agent>();
  readonly #route: Route | undefined;
  readonly #names = new Map<string, string>();
  #bytesAtOnce = 0;
  #isClosed = false;

  constructor(route?: Route) {
    this.#route = route;
  }

  /**
   * Send a request and read its reply, within limits of time and size. A limit ends the request for good: its socket
   * is destroyed.
   *
   * Throws an error named `RequestTimeoutError`, a `CloudError` with `ReplyTooLarge` or, after `close`, with
   * `DeadlineExceeded`, and any error that `send` throws.
   */
  async exchange<T>({ action, origin, timeoutMs }: Exchange, send: (agent: http.Agent) => Promise<T>): Promise<T> {
    if (this.#isClosed) {
      throw deadlineExceeded(action);
    }
    let request: http.ClientRequest | undefined;
    let reason: Error | undefined;
    let isOver = false;
    const end = (toError: () => Error): void => {
      if (!isOver) {
        reason ??= toError();
        // Not with the reason, because the SDK writes into the error that it gets.
        request?.destroy();
      }
    };
    const timer = setTimeout(end, timeoutMs, noAnswerInTime);
    const onRequest = (sent: http.ClientRequest): void => {
      request = sent;
    };
    // A turn later, because destroying a socket while its reply just ends raises an error that nobody can catch.
    const onExcess = () => setImmediate(end, () => replyTooLarge(action));
    try {
      return await send(this.#agentFor(origin, onRequest, onExcess));
    } catch (error) {
      throw reason ?? error;
    } finally {
      isOver = true;
      clearTimeout(timer);
    }
  }

  /** The proxy between this machine and an origin, if any. */
  via(origin: string): string | undefined {
    return this.#names.get(origin);
  }

  /** Closes all sockets, including sockets in use, and sends nothing more. */
  close(): void {
    this.#isClosed = true;
    for (const agent of this.#agents.values()) {
      agent.destroy();
    }
  }

  /** The agent of a request. An SDK hands over neither its request nor the reply, but both pass through its agent. */
  #agentFor(origin: string, onRequest: (request: http.ClientRequest) => void, onExcess: () => void): http.Agent {
    const pool = this.#poolOf(origin);
    const addRequest: Agent['addRequest'] = (request, options) => {
      onRequest(request);
      request.once('response', (reply) => this.#limitSize(reply, onExcess));
      pool.addRequest(request, options);
    };
    return Object.create(pool, { addRequest: { value: addRequest } });
  }

  #poolOf(origin: string): Agent {
    const known = this.#agents.get(origin);
    if (known) {
      return known;
    }
    const options = { keepAlive: true, keepAliveMsecs: 3000, maxFreeSockets: FREE_SOCKETS_MAX };
    const routed = this.#route?.(origin, options);
    if (routed) {
      this.#names.set(origin, routed.name);
    }
    const { Agent } = origin.startsWith('https:') ? https : http;
    const pool = (routed?.agent ?? new Agent(options)) as Agent;
    this.#agents.set(origin, pool);
    return pool;
  }

  #limitSize(reply: http.IncomingMessage, onExcess: () => void): void {
    // No request asks for a compressed reply, and its unpacked size has no bound. Left packed, it is not JSON.
    delete reply.headers['content-encoding'];
    let bytes = 0;
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      this.#bytesAtOnce += chunk.length;
      if (bytes > REPLY_BYTES_MAX || this.#bytesAtOnce > BYTES_AT_ONCE_MAX) {
        onExcess();
      }
    };
    // Not before somebody reads it, because a listener of ours alone would let the data flow past the reader.
    reply.once('resume', () => reply.on('data', count));
    reply.once('close', () => {
      this.#bytesAtOnce -= bytes;
    });
  }
}

const noAnswerInTime = (): Error => Object.assign(new Error('no answer in time'), { name: 'RequestTimeoutError' });

/** The request of this reply may have taken effect. */
const replyTooLarge = (action: string): CloudError =>
  new CloudError({ action, code: 'ReplyTooLarge', effect: 'unknown', detail: 'more than 32 MiB, or without an end' });
