import type { IncomingMessage, ServerResponse } from 'node:http';
import { createEngine, emulatorOf } from './create-emulator.ts';
import type { Emulator, EmulatorOptions, RunningEmulator } from './emulator-types.ts';
import type { Engine } from './engine.ts';
import { DEFAULT_KEY } from './estate/estate-defaults.ts';
import { EstateError } from './estate/estate-problems.ts';
import type { AccessKey } from './estate/estate-types.ts';
import { createLocalFunctions } from './fc/create-local-functions.ts';
import { isFcUrl, toFcRequest } from './fc/fc-request.ts';
import { type FunctionConfig, readFunctions } from './fc/function-config.ts';
import { FunctionPlatform } from './fc/function-platform.ts';
import { serveFc } from './fc/serve-fc.ts';
import { listen } from './serving/listen.ts';
import { makeCertificate } from './serving/make-certificate.ts';

const BODY_BYTES_MAX = 64 * 1024 * 1024;

export type ServerOptions = EmulatorOptions & {
  readonly port?: number;
  /** The functions of the local Function Compute. Default: no functions. */
  readonly functions?: readonly FunctionConfig[];
  /** HTTPS, with a certificate made now. Default: HTTP. */
  readonly tls?: boolean;
  /** The key of the first account, if the estate gives it no key. Default: a fixed key. */
  readonly key?: AccessKey;
};

/** A running emulator. */
type Served = { readonly engine: Engine; readonly emulator: Emulator; platform?: FunctionPlatform };

/** Serves the emulator on 127.0.0.1. Port 0 takes any free port. Rejects if the port is taken. */
export async function startEmulator(options: ServerOptions): Promise<RunningEmulator> {
  const engine = createEngine(options);
  const emulator = emulatorOf(engine);
  const account = firstAccount(emulator, options.key ?? DEFAULT_KEY);
  const functions = readFunctions(options.functions ?? [], 'functions', emulator.estate);
  const served: Served = { engine, emulator };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    answer(served, request, response).catch((error: unknown) => fail(response, error));
  };
  const certificate = options.tls === true ? await makeCertificate() : undefined;
  const outer = await listen(onRequest, options.port ?? 0, certificate);
  // Functions do not trust the certificate, so they get an HTTP port of their own.
  const inner = certificate === undefined ? undefined : await listen(onRequest, 0, undefined);
  const platform = new FunctionPlatform(engine, functions, (inner ?? outer).url, (options.seed ?? 1) + 3);
  served.platform = platform;
  const fc = createLocalFunctions(platform);
  engine.fc = fc;
  const close = async () => {
    const closed = [outer.close(), inner?.close()];
    await platform.close();
    await Promise.all(closed);
  };
  const { url } = outer;
  return Object.defineProperties(
    { ...account, url, fc, close, ...(certificate && { certificate: certificate.cert }) },
    Object.getOwnPropertyDescriptors(emulator),
  ) as RunningEmulator;
}

type FirstAccount = { accountId: string; accessKeyId: string; accessKeySecret: string };

/** The account and key to start with. If the account has no key, it gets a fixed key. */
function firstAccount({ estate }: Emulator, fallback: AccessKey): FirstAccount {
  const [account] = estate.accounts;
  if (account === undefined) {
    throw new EstateError('estate: accounts must name at least one account');
  }
  const key = account.keys[0] ?? { ...fallback };
  if (account.keys.length === 0) {
    account.keys.push(key);
  }
  return { accountId: account.accountId, accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret };
}

/** A defect of the emulator itself. The reply says so, so that nobody takes it for the cloud's behaviour. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(`the emulator failed: ${String(error)}\n`);
  }
}

/** A repeated header becomes a header with commas. */
const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) {
      throw new Error('body too long');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function answer(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await bytesOf(request);
  const headers = headersOf(request);
  const { method = 'GET', url = '/' } = request;
  const { engine, emulator, platform } = served;
  const reply =
    platform !== undefined && isFcUrl(url)
      ? await serveFc(engine, platform, toFcRequest(method, url, headers, bytes))
      : await emulator.handle({ method, url, headers, body: bytes.toString() });
  if (reply === 'reset') {
    request.socket.destroy();
    return;
  }
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body);
}
