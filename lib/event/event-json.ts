import { ConfigError } from '../core/domain/errors.ts';

const BYTES_MAX = 1024 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON text as a value; undefined, which no JSON text gives, when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The text of an event as the platform hands it over.
 *
 * @throws ConfigError when it is not UTF-8, or larger than any event the platform sends
 */
export function toText(event: Uint8Array | string): string {
  const bytes = typeof event === 'string' ? Buffer.byteLength(event) : event.byteLength;
  if (bytes > BYTES_MAX) {
    throw new ConfigError(`event refused: ${bytes} bytes; at most ${BYTES_MAX} are read`);
  }
  if (typeof event === 'string') {
    return event;
  }
  try {
    return utf8.decode(event);
  } catch {
    throw new ConfigError('event refused: it is not UTF-8 text');
  }
}
