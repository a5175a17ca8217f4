import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An invocation as it arrived, with its signature verified. */
export type Invoked = {
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly taskId: string | undefined;
  readonly event: unknown;
};

export type FcReply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type Key = { readonly accessKeyId: string; readonly accessKeySecret: string; readonly securityToken?: string };

export const KEY = {
  accessKeyId: 'STS.fc-key-canary',
  accessKeySecret: 'fc-secret-canary',
  securityToken: 'fc-token-canary',
};

const REQUEST_ID = '1-65e571bc-158a59e8-b63f98cd471c';
const json = { 'content-type': 'application/json', 'x-fc-request-id': REQUEST_ID };

export const refusal = (status: number, ErrorCode: string): FcReply => ({
  status,
  headers: json,
  body: JSON.stringify({ ErrorCode, ErrorMessage: `${ErrorCode} of ${KEY.securityToken}` }),
});

/** As the API of 3.0 may word it: the SDK does not know these names. */
export const refusalV3 = (status: number, Code: string): FcReply => ({
  status,
  headers: json,
  body: JSON.stringify({ Code, Message: Code, RequestId: REQUEST_ID }),
});

export const functionError = (type: string, body: object): FcReply => ({
  status: 200,
  headers: { ...json, 'x-fc-error-type': type },
  body: JSON.stringify(body),
});

export const accepted: FcReply = { status: 202, headers: { 'x-fc-request-id': REQUEST_ID } };

/**
 * A small Function Compute. It verifies signatures, takes asynchronous invocations, and refuses known task ids.
 *
 * @param answer replaces its reply, or cuts the connection. Undefined leaves it
 */
export async function startFunctionCompute(
  answer: (invoked: Invoked, count: number) => FcReply | 'reset' | undefined = () => undefined,
  key: Key = KEY,
) {
  const invoked: Invoked[] = [];
  const started = new Map<string, Invoked>();

  const take = (request: IncomingMessage, body: string): FcReply | 'reset' => {
    const wrong = problemOf(request, body, key);
    if (wrong !== undefined) {
      return refusal(403, wrong);
    }
    const invocation = toInvoked(request, body);
    invoked.push(invocation);
    const told = answer(invocation, invoked.length);
    if (told !== undefined) {
      return told;
    }
    const { taskId } = invocation;
    if (taskId !== undefined && started.has(taskId)) {
      return refusal(409, 'StatefulAsyncInvocationAlreadyExists');
    }
    if (taskId !== undefined) {
      started.set(taskId, invocation);
    }
    return accepted;
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => reply(response, take(request, body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All requests in order. */
    invoked,
    /** The accepted invocations, by task id. */
    started,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function reply(response: ServerResponse, told: FcReply | 'reset'): void {
  if (told === 'reset') {
    response.destroy();
  } else {
    response.writeHead(told.status, told.headers).end(told.body ?? '');
  }
}

function toInvoked(request: IncomingMessage, body: string): Invoked {
  const url = new URL(request.url ?? '/', 'http://local');
  const headers = request.headers as Invoked['headers'];
  const event: unknown = JSON.parse(body);
  const taskId = headers['x-fc-async-task-id'] ?? headers['x-fc-stateful-async-invocation-id'];
  return { path: url.pathname, query: url.search, headers, taskId, event };
}

/** Method, three headers, all `x-fc-` headers by name, and the decoded path, as the service signs them. */
function problemOf(request: IncomingMessage, body: string, key: Key): string | undefined {
  const headers = request.headers as Readonly<Record<string, string | undefined>>;
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-fc-'))
    .sort()
    .map((name) => `${name}:${headers[name]}\n`)
    .join('');
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://local').pathname);
  const named = [headers['content-md5'] ?? '', headers['content-type'] ?? '', headers.date ?? ''];
  const text = [request.method, ...named, own + path].join('\n');
  const signature = createHmac('sha256', key.accessKeySecret).update(text).digest('base64');
  if (headers.authorization !== `FC ${key.accessKeyId}:${signature}`) {
    return 'SignatureNotMatch';
  }
  if (headers['x-fc-security-token'] !== key.securityToken) {
    return 'InvalidSecurityToken';
  }
  const md5 = Buffer.from(createHash('md5').update(body).digest('hex')).toString('base64');
  return headers['content-md5'] === md5 ? undefined : 'InvalidArgument';
}
