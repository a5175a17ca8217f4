import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp, type RequestOptions } from 'node:http';
import { request as overHttps } from 'node:https';
import FcClient from '@alicloud/fc2/lib/client.js';
import type { FunctionTarget } from '../../core/domain/cloud-api.ts';
import { ConfigError } from '../../core/domain/errors.ts';
import type { Credentials } from '../client/transport.ts';
import type { Sockets } from '../http/sockets.ts';

/** The arguments with which the SDK's client calls its `request`. */
type FcRequest = Parameters<FcClient<unknown>['request']>;

type ClientOptions = ConstructorParameters<typeof FcClient>[1] & { readonly sockets: Sockets };

/** The reply, with any status. */
export type FcReply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/**
 * The SDK's client with another `request`. The client knows paths, headers and signatures. Its own `request` reports
 * neither the status of a success nor the code of a 3.0 refusal, so a proxy's page would look like an accepted
 * invocation.
 */
export class FunctionClient extends FcClient<FcReply> {
  readonly #sockets: Sockets;

  constructor(accountId: string, { sockets, ...options }: ClientOptions) {
    super(accountId, options);
    this.#sockets = sockets;
  }

  override async request(...call: FcRequest): Promise<FcReply> {
    const [method, path, query, body, headers] = call;
    const sent: Record<string, string> = {
      ...this.buildHeaders(),
      ...this.headers,
      ...headers,
      'content-type': 'application/octet-stream',
      'content-length': String(Buffer.byteLength(body)),
      // The service wants the hexadecimal digits, not the bytes.
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
    return await this.#sockets.exchange(limits, (agent) =>
      exchange(url, { agent, method, headers: { ...sent, authorization } }, body),
    );
  }
}

async function exchange(url: URL, options: RequestOptions, body: string): Promise<FcReply> {
  const request = url.protocol === 'http:' ? overHttp : overHttps;
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body);
  });
  return { status: reply.statusCode ?? 0, headers: reply.headers, text: await readText(reply) };
}

/** Read by its events and not as a stream, so that it flows and `Sockets` counts its bytes. */
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

export type FunctionClientOptions = {
  readonly credentials: Credentials;
  readonly target: FunctionTarget;
  /** Undefined for the account's own host, over https. */
  readonly endpoint: string | undefined;
};

/** A client for each attempt, because it only holds credentials and a time limit. */
export function createClient(
  { credentials, target, endpoint, sockets }: FunctionClientOptions & { readonly sockets: Sockets },
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
    sockets,
  });
  if (target.serviceName === undefined) {
    client.version = '2023-03-30';
  }
  return client;
}

/** Send an event, by the path of its generation. */
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
