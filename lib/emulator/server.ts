import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createEngine, emulatorOf } from './emulator.ts';
import { defaultKey } from './estate/defaults.ts';
import { EstateError } from './estate/problems.ts';
import type { Emulator, EmulatorOptions, RunningEmulator } from './options.ts';

const bodyBytesMax = 64 * 1024 * 1024;

/** Serves the emulator on 127.0.0.1. Port 0 takes any that is free; one that is taken rejects. */
export async function startEmulator(options: EmulatorOptions & { port?: number }): Promise<RunningEmulator> {
  const engine = createEngine(options);
  const emulator = emulatorOf(engine);
  const account = firstAccount(emulator);
  const server = createServer((request, response) => {
    answer(emulator, request, response).catch((error: unknown) => fail(response, error));
  });
  const port = options.port ?? 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} of 127.0.0.1 is already taken`) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      // Clients keep connections open, and a scripted timeout holds one for long.
      server.closeAllConnections();
    });
  return Object.defineProperties(
    { ...account, url, close },
    Object.getOwnPropertyDescriptors(emulator),
  ) as RunningEmulator;
}

/** The account and key to start with; one that has no key gets one. */
function firstAccount({ estate }: Emulator): { accountId: string; accessKeyId: string; accessKeySecret: string } {
  const [account] = estate.accounts;
  if (account === undefined) throw new EstateError('estate: accounts must name at least one account');
  const key = account.keys[0] ?? { ...defaultKey };
  if (account.keys.length === 0) account.keys.push(key);
  return { accountId: account.accountId, accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret };
}

/** A mistake of the emulator itself: said aloud, so that nobody takes it for the cloud's behaviour. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain' }).end(`the emulator failed: ${String(error)}\n`);
}

async function answer(emulator: Emulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Error('body too long');
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  const body = Buffer.concat(chunks).toString();
  const reply = await emulator.handle({ method: request.method ?? 'GET', url: request.url ?? '/', headers, body });
  if (reply === 'reset') {
    request.socket.destroy();
    return;
  }
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body);
}
