import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import FcClient from '@alicloud/fc2/lib/client.js';
import type { FunctionTarget } from '../../core/domain/cloud-api.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import type { Credentials } from '../client/transport.ts';

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

export type FunctionClientOptions = {
  readonly credentials: Credentials;
  readonly target: FunctionTarget;
  /** Undefined: the account's own host, over https. */
  readonly endpoint: string | undefined;
};

/** One for each attempt: it is no more than the holder of credentials and a time limit. */
export function createClient(
  { credentials, target, endpoint }: FunctionClientOptions,
  timeout: number,
): FunctionClient {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  if (accessKeyId.startsWith('STS') && !securityToken) {
    throw new ConfigError('credentials: the access key id begins with STS, so a security token belongs to it');
  }
  const client = new FunctionClient(target.accountId, {
    accessKeyID: accessKeyId,
    accessKeySecret,
    ...(securityToken ? { securityToken, headers: { 'x-fc-security-token': securityToken } } : {}),
    region: target.regionId,
    ...(endpoint === undefined ? {} : { endpoint }),
    secure: true,
    timeout,
  });
  if (target.serviceName === undefined) {
    client.version = '2023-03-30';
  }
  return client;
}

/** Send one event, by the path of its generation. */
export function send(
  client: FunctionClient,
  { functionName, serviceName, qualifier }: FunctionTarget,
  event: string,
  headers: Readonly<Record<string, string>>,
): Promise<FcReply> {
  if (serviceName !== undefined) {
    return client.invokeFunction(serviceName, functionName, event, headers, qualifier);
  }
  const path = `/functions/${functionName}/invocations`;
  return qualifier === undefined ? client.post(path, event, headers) : client.post(path, event, headers, { qualifier });
}
