import { ConfigError } from '../core/domain/errors.ts';
import { quote } from '../policy/document/quote.ts';
import { findDoubledKeys } from './doubled-keys.ts';

const BYTES_MAX = 1024 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value, or why there is no value. */
export type JsonReading = { readonly value: unknown; readonly problem?: never } | { readonly problem: string };

export const NOT_JSON = 'text that is not JSON';

/** Text inside an event as a value. A duplicate key makes the meaning ambiguous, so it has no value. */
export function readJson(text: string): JsonReading {
  const value = parseJson(text);
  if (value === undefined) {
    return { problem: NOT_JSON };
  }
  const [doubled] = findDoubledKeys(text);
  return doubled === undefined ? { value } : { problem: describeDoubled(doubled.key) };
}

export const describeDoubled = (key: string): string => `JSON with the key ${quote(key)} twice`;

/**
 * An event as a value. Undefined when it is not JSON. For an array, `doubled` says which elements have a key twice, and
 * which key.
 */
export type EventReading = { readonly value: unknown; readonly doubled: ReadonlyMap<number, string> };

/** @throws ConfigError for a single event with a duplicate key. Each element of an array is judged by itself */
export function readEvent(text: string): EventReading {
  const value = text === '' ? {} : parseJson(text);
  const doubled = value === undefined ? [] : findDoubledKeys(text);
  const [first] = doubled;
  if (first !== undefined && !Array.isArray(value)) {
    throw new ConfigError(`event refused: it is ${describeDoubled(first.key)}`);
  }
  return { value, doubled: new Map(doubled.map(({ element, key }) => [element, key])) };
}

/** Undefined when it is not JSON. No JSON text gives undefined. */
function parseJson(text: string): unknown {
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
