import * as z from 'zod/mini';
import type { Reader } from '../client/rpc.ts';

/**
 * Building blocks for replies. A strict field makes the whole reply unreadable. A lenient field turns a missing or
 * malformed value into a value that says so.
 */

/** Any text, as a copy of its own. */
export const ownText = z.string().check(z.overwrite(copy));

/** Required: the reply means nothing without this field. */
export const requiredId = z.string().check(z.minLength(1), z.overwrite(copy));

/** Missing, empty and malformed look alike: undefined. */
export const optionalText = lenient((value) => (typeof value === 'string' && value !== '' ? copy(value) : undefined));

/** The engine copies shorter texts by itself. */
const CUT_MIN = 13;
const ASCII = /^[\0-\x7f]*$/;

/**
 * The SDK's parser cuts texts out of the reply, and each piece keeps the whole reply in memory. A whole page of fifty
 * connections would be kept because of a single id.
 */
export function copy(text: string): string {
  if (text.length < CUT_MIN) {
    return text;
  }
  const encoding = ASCII.test(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

/** A documented value, or `unknown`. */
export const oneOf = <T extends string>(values: readonly T[]) =>
  lenient((value): T | 'unknown' => values.find((known) => known === value) ?? 'unknown');

/**
 * A 16-digit account id. On the wire it is a number, which the SDK parses into an object because it has more than 15
 * digits. A plain number may have lost digits, so it is unreadable.
 */
export const accountNumber = lenient((value) => {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? toDigits(String(value)) : undefined;
  }
  if (typeof value === 'string') {
    return toDigits(value);
  }
  // The parser's objects have no prototype, and `toString` may be anything.
  const isBigNumber = typeof value === 'object' && value !== null && 'toFixed' in value;
  return isBigNumber && typeof value.toFixed === 'function' ? toDigits(String(value.toFixed())) : undefined;
});

const toDigits = (text: string): string | undefined => (/^\d{1,20}$/.test(text) ? text : undefined);

/** Strict: a count, as a number or as digits. */
export const count = z.pipe(
  z.union([z.number(), z.string().check(z.regex(/^\d{1,9}$/))]),
  z.pipe(z.transform(Number), z.int().check(z.nonnegative())),
);

/** Strict: absent, null or empty is the end. Anything else than text is unreadable. */
export const nextToken = z.pipe(
  z.nullish(z.string()),
  z.transform((token) => token || undefined),
);

/**
 * `to` receives undefined for a missing field, because a transform takes part in an object whether or not its key is
 * present.
 */
export function lenient<T>(to: (value: unknown) => T) {
  return z.transform(to);
}

/**
 * A reader that answers the schema's output, or the path of the first field that does not fit.
 *
 * @param misfit finds output that is not about the subject of the request, and answers its path. As part of the schema
 * it would be made anew for each call, which takes longer than reading the reply
 */
export function reader<T extends z.ZodMiniType, R>(
  schema: T,
  to: (reply: z.output<T>) => R,
  misfit: (reply: z.output<T>) => string | undefined = () => undefined,
): Reader<R> {
  return (body) => {
    const result = z.safeParse(schema, body);
    // Paths consist of the schema's own keys and of indices, so they reveal nothing of the reply.
    if (!result.success) {
      return { problem: `at ${result.error.issues[0]?.path.join('.') || 'top level'}` };
    }
    const path = misfit(result.data);
    return path === undefined ? { value: to(result.data) } : { problem: `at ${path}` };
  };
}

/** The place of the first item of the list that does not pass. Undefined when all items pass. */
export function firstMisfit<T>(name: string, items: readonly T[], passes: (item: T) => boolean): string | undefined {
  const index = items.findIndex((item) => !passes(item));
  return index === -1 ? undefined : `${name}.${index}`;
}
