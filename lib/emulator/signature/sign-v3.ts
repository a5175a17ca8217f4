import { createHash, createHmac } from 'node:crypto';
import type { RawParams } from '../gateway/params.ts';
import { canonicalQuery } from './encode.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const bodyHash = sha256;

export type SignedRequest = {
  readonly method: string;
  readonly query: RawParams;
  /** Names in lower case. */
  readonly headers: RawParams;
  readonly signedHeaders: readonly string[];
  readonly hashedBody: string;
};

/** The text that signature v3 signs: a hash over method, path, query, signed headers and body. */
export function stringToSignV3({ method, query, headers, signedHeaders, hashedBody }: SignedRequest): string {
  const lines = signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('');
  const request = [method, '/', canonicalQuery(query), lines, signedHeaders.join(';'), hashedBody].join('\n');
  return `ACS3-HMAC-SHA256\n${sha256(request)}`;
}

/** HMAC-SHA256, hex. The key is the bare secret. */
export const signV3 = (stringToSign: string, secret: string): string =>
  createHmac('sha256', secret).update(stringToSign).digest('hex');

export type Authorization = {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

/** Reads `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`. Undefined when the text has another form. */
export function parseAuthorization(header: string): Authorization | undefined {
  const match = /^ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(header);
  const [, accessKeyId, names, signature] = match ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) {
    return undefined;
  }
  return { accessKeyId, signedHeaders: names.split(';'), signature };
}
