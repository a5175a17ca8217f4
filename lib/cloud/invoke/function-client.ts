import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import FcClient from '@alicloud/fc2/lib/client.js';

/** What the SDK's client calls its `request` with. */
type FcRequest = Parameters<FcClient<unknown>['request']>;

/** What came, whatever its status. */
export type FcReply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/**
 * The SDK's client, which knows paths, headers and signatures, with a `request` that keeps what came: its own tells
 * neither which status a success had, so that a proxy's page looks like an invocation that was accepted, nor the code
 * of a refusal in the words of 3.0.
 */
export class FunctionClient extends FcClient<FcReply> {
  override async request(...call: FcRequest): Promise<FcReply> {
    const [method, path, query, body, headers] = call;
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
    const signal = AbortSignal.timeout(this.timeout);
    try {
      return await exchange(url, { method, headers: { ...sent, authorization }, signal }, body);
    } catch (error) {
      if (signal.aborted) {
        throw Object.assign(new Error('no answer in time'), { name: 'RequestTimeoutError' });
      }
      throw error;
    }
  }
}

async function exchange(
  url: URL,
  options: { readonly method: string; readonly headers: Record<string, string>; readonly signal: AbortSignal },
  body: string,
): Promise<FcReply> {
  const request = url.protocol === 'http:' ? overHttp : overHttps;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
}
