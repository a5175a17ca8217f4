import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Certificate } from './make-certificate.ts';

export type Listening = { readonly url: string; close(): Promise<void> };

/**
 * Serves on 127.0.0.1: HTTPS with a certificate, otherwise HTTP. Port 0 takes any free port. Rejects if the port is
 * taken.
 */
export async function listen(
  answer: RequestListener,
  port: number,
  certificate: Certificate | undefined,
): Promise<Listening> {
  const server = certificate === undefined ? createHttpServer(answer) : createHttpsServer({ ...certificate }, answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} of 127.0.0.1 is already taken`) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const scheme = certificate === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        // Clients keep connections open, and a scripted timeout holds a connection for a long time.
        server.closeAllConnections();
      }),
  };
}
