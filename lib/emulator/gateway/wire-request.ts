import { ApiError } from './api-error.ts';
import type { RawParams } from './params.ts';

/** A request as it came over the wire. */
export type WireRequest = {
  readonly method: string;
  /** Path and query, or a whole URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The same request in parts: header names in lower case, query and form by name. */
export type ParsedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: RawParams;
  readonly form: RawParams;
  readonly headers: RawParams;
  readonly body: string;
};

const BASE = 'http://127.0.0.1';

/** Throws `ApiError` for a malformed request line such as `GET //`. */
export function parseRequest(request: WireRequest): ParsedRequest {
  if (request.url.startsWith('//') || !URL.canParse(request.url, BASE)) {
    throw new ApiError(400, 'InvalidParameter', 'The request line is not valid.');
  }
  const url = new URL(request.url, BASE);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return {
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    form: isForm && request.method === 'POST' ? Object.fromEntries(new URLSearchParams(request.body)) : {},
    headers,
    body: request.body,
  };
}
