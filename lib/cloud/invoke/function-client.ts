import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp, type RequestOptions } from 'node:http';
import { request as overHttps } from 'node:https';
import FcClient from '@alicloud/fc2/lib/client.js';
import type { Sockets } from '../client/sockets.ts';

type Strings = Readonly<Record<string, string>>;

export type FunctionClientOptions = ConstructorParameters<typeof FcClient>[1] & { readonly sockets: Sockets };

/** What came, whatever its status. */
export type FcReply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/**
 * The SDK's client, which knows paths, headers and signatures, with a `request` that keeps what came: its own tells
 * neither which status a success had, so that a proxy's page looks like an invocation that was accepted, nor the code
 * of a refusal in the words of 3.0.
 */
export class FunctionClient extends FcClient<FcReply> {
  readonly #sockets: Sockets;

  constructor(accountId: string, { sockets, ...options }: FunctionClientOptions) {
    super(accountId, options);
    this.#sockets = sockets;
  }

  override async request(
    method: string,
    path: string,
    query: Strings | null | undefined,
    body: string,
    headers: Strings,
  ): Promise<FcReply> {
    const sent: Record<string, string> = {
      ...this.buildHeaders(),
      ...this.headers,
      ...headers,
      'content-type': 'application/octet-stream',
      'content-length': String(Buffer.byteLength(body)),
      // Of the hexadecimal digits, not of the bytes: so the service wants it.
      'content-md5': Buffer.from(createHash('md5').update(body).digest('hex')).toString('base64'),
    };
    const authorization = FcClient.getSignature(
      this.accessKeyID,
      this.accessKeySecret,
      method,
      `/${this.version}${path}`,
      sent,
    );
    const url = new URL(`${this.endpoint}/${this.version}${path}`);
    url.search = new URLSearchParams(query ?? {}).toString();
    const limits = { action: 'InvokeFunction', origin: url.origin, timeoutMs: this.timeout };
    return await this.#sockets.exchange(limits, (over) =>
      send(url, { ...over, method, headers: { ...sent, authorization } }, body),
    );
  }
}

async function send(url: URL, options: RequestOptions, body: string): Promise<FcReply> {
  const request = url.protocol === 'http:' ? overHttp : overHttps;
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body);
  });
  return { status: reply.statusCode ?? 0, headers: reply.headers, text: await readText(reply) };
}

/** By its events and not as a stream: so it flows, and `Sockets` counts what comes. */
async function readText(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    reply
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', resolve)
      .on('error', reject);
  });
  return Buffer.concat(chunks).toString('utf8');
}
