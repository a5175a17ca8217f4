import { createHash, createHmac } from 'node:crypto';

type SignedParts = {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * The signature of Function Compute's own API covers the method, three headers, all `x-fc-…` headers by name, and the
 * decoded path.
 */
export function stringToSignFc({ method, path, headers }: SignedParts): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-fc-'))
    .sort()
    .map((name) => `${name}:${headers[name]}\n`)
    .join('');
  const named = ['content-md5', 'content-type', 'date'].map((name) => headers[name] ?? '');
  return [method, ...named, own + decodeURIComponent(path)].join('\n');
}

export const signFc = (stringToSign: string, secret: string): string =>
  createHmac('sha256', secret).update(stringToSign).digest('base64');

/** The service wants the base64 of the digest's hexadecimal text, not of its bytes. */
export const contentMd5 = (body: Buffer): string =>
  Buffer.from(createHash('md5').update(body).digest('hex')).toString('base64');
