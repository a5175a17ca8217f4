import { XMLBuilder } from 'fast-xml-parser';

export type Format = 'JSON' | 'XML';
export type WireReply = { status: number; headers: Record<string, string>; body: string };

const xml = new XMLBuilder({ suppressEmptyNode: false });

/**
 * A body as the service sends it. In XML an error is an `Error`, a success is a `{Action}Response`, and a list repeats
 * its name.
 */
export function encodeReply(
  {
    status,
    headers,
    body,
  }: { status: number; headers: Readonly<Record<string, string>>; body: Record<string, unknown> },
  format: Format,
  action: string,
): WireReply {
  if (format === 'JSON') {
    return {
      status,
      headers: { ...headers, 'content-type': 'application/json;charset=utf-8' },
      body: JSON.stringify(body),
    };
  }
  const root = status === 200 ? `${action}Response` : 'Error';
  const text = `<?xml version='1.0' encoding='UTF-8'?>${xml.build({ [root]: body })}`;
  return { status, headers: { ...headers, 'content-type': 'text/xml;charset=utf-8' }, body: text };
}

/** The page that a proxy sends when the service does not answer. */
export const htmlReply = (status: number): WireReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html><head><title>${status}</title></head><body><center><h1>${status} Bad Gateway</h1></center></body></html>`,
});
