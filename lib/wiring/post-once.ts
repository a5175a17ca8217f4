import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Route } from '../cloud/http/sockets.ts';

/** A reply of a channel has a few words. Nothing is read beyond this size. */
const REPLY_BYTES_MAX = 64 * 1024;

type PostRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
};

/** A reply of any status. `retryAfterMs`: from the header `Retry-After`. */
type PostReply = { readonly status: number; readonly body: string; readonly retryAfterMs?: number };

/**
 * HTTP POST for messages. Follows no redirect, and reads at most 64 KiB of a reply.
 *
 * If no reply arrives, it rejects with an error that has a `code`. The message says nothing more, because the address
 * is a secret.
 *
 * @param route the proxies of the environment, which only the command line uses
 */
export function createPost(route?: Route): (url: string, request: PostRequest) => Promise<PostReply> {
  return async (address, { headers, body, timeoutMs }) => {
    const url = new URL(address);
    const agent = route?.(url.origin)?.agent;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const reply = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
        const options = { method: 'POST', headers: sent, signal, ...(agent && { agent }) };
        const send = url.protocol === 'http:' ? overHttp : overHttps;
        send(url, options, resolve).on('error', reject).end(body);
      });
      const text = await readText(reply);
      return { status: reply.statusCode ?? 0, body: text, ...retryAfter(reply.headers['retry-after']) };
    } catch (error) {
      throw withoutAddress(error, signal.aborted);
    }
  };
}

async function readText(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of reply) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= REPLY_BYTES_MAX) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, REPLY_BYTES_MAX).toString('utf8');
}

/** In whole seconds. No channel uses the other form, a date. */
function retryAfter(header: string | undefined): { readonly retryAfterMs?: number } {
  return header !== undefined && /^\d{1,6}$/.test(header) ? { retryAfterMs: Number(header) * 1_000 } : {};
}

/**
 * Errors of Node may name host, port and path. An error without a code is a defect, and must not look like a network
 * error.
 */
function withoutAddress(error: unknown, isLate: boolean): unknown {
  if (isLate) {
    return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? Object.assign(new Error(code), { code }) : error;
}
