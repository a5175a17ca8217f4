import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';

export const HOST = 'cloud.example';

const stops: (() => unknown)[] = [];
/** Ends everything that this file started. */
export async function stopAll(): Promise<void> {
  await Promise.all(stops.splice(0).map((stop) => stop()));
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  stops.push(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A home folder with these files. */
export function makeHome(files: Readonly<Record<string, string>> = {}): string {
  const home = mkdtempSync(join(tmpdir(), 'vco-sweeper-home-'));
  stops.push(() => rmSync(home, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return home;
}

/**
 * Serves `cloud.example` and the real STS over TLS, in front of a server with plain http. Returns the port and the
 * certificate.
 */
export async function serveTls(url: string): Promise<{ port: number; certificate: string }> {
  const altNames = [HOST, 'sts.aliyuncs.com'].map((value) => ({ type: 2 as const, value }));
  const { cert, private: key } = await generate([{ name: 'commonName', value: HOST }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  const behind = Number(new URL(url).port);
  const port = await listen(
    createTlsServer({ cert, key }, (socket) => {
      const inner = connect(behind, '127.0.0.1');
      socket.on('error', () => inner.destroy());
      inner.on('error', () => socket.destroy());
      socket.pipe(inner).pipe(socket);
    }),
  );
  return { port, certificate: join(makeHome({ 'ca.pem': cert }), 'ca.pem') };
}

/** A proxy that connects every host to a single port, or gives the set answer. */
export async function serveProxy(answer: { readonly port: number } | { readonly status: number } | 'nothing') {
  const asked: string[] = [];
  const ended: Promise<void>[] = [];
  const port = await listen(
    createServer((socket) => {
      ended.push(new Promise((done) => socket.once('close', () => done())));
      socket.once('data', (head) => {
        asked.push(head.toString('latin1'));
        if (answer === 'nothing') {
          return;
        }
        if ('status' in answer) {
          socket.end(`HTTP/1.1 ${answer.status} No\r\ncontent-length: 0\r\n\r\n`);
          return;
        }
        const inner = connect(answer.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
        inner.on('error', () => socket.destroy());
        socket.on('close', () => inner.destroy());
        socket.pipe(inner).pipe(socket);
      });
    }),
  );
  return { port, asked, ended };
}

export type Ended = { readonly code: number | null; readonly text: string };

/** Runs the built command in a separate process with only this environment. `text` is its whole output. */
export async function command(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, [resolve('dist/cli/index.js'), ...args], {
    env: { ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou', LOG_LEVEL: 'trace', HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += String(chunk);
    });
  }
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, text };
}
