import { createHmac } from 'node:crypto';
import type { RawParams } from '../gateway/params.ts';
import { canonicalQuery, percentEncode } from './encode.ts';

/** The text that signature v1 signs. GET and POST differ only in the name of the method. */
export function stringToSignV1(method: string, params: RawParams): string {
  const { Signature: _notSigned, ...signed } = params;
  return `${method}&%2F&${percentEncode(canonicalQuery(signed))}`;
}

/** HMAC-SHA1, base64. The key is the secret followed by `&`. */
export const signV1 = (stringToSign: string, secret: string): string =>
  createHmac('sha1', `${secret}&`).update(stringToSign).digest('base64');
