import * as z from 'zod/mini';
import type { Reader } from '../client/rpc.ts';

/**
 * Building blocks for replies. Two kinds of field: strict ones make the whole reply unreadable, lenient ones turn
 * what is missing or malformed into a value that says so.
 */

/** Any text, as a copy of its own. */
export const ownText = z.string().check(z.overwrite(copy));

/** A field the reply is nothing without. */
export const requiredId = z.string().check(z.minLength(1), z.overwrite(copy));

/** Missing, empty and malformed look alike: undefined. */
export const optionalText = lenient((value) => (typeof value === 'string' && value !== '' ? copy(value) : undefined));

/** The engine copies shorter ones by itself. */
const CUT_MIN = 13;
const ASCII = /^[\0-\x7f]*$/;

/**
 * The SDK's parser cuts texts out of the reply, and each piece keeps the whole reply in memory: a page of fifty
 * connections would be kept for the sake of one id.
 */
export function copy(text: string): string {
  if (text.length < CUT_MIN) {
    return text;
  }
  const encoding = ASCII.test(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

/** One of the documented values, or `unknown`. */
export const oneOf = <T extends string>(values: readonly T[]) =>
  lenient((value): T | 'unknown' => values.find((known) => known === value) ?? 'unknown');

/**
 * A 16-digit account id. On the wire it is a number, which the SDK parses into an object because it has more than 15
 * digits; as a plain number it may have lost digits, and then it is unreadable.
 */
export const accountNumber = lenient((value) => {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? toDigits(String(value)) : undefined;
  }
  if (typeof value === 'string') {
    return toDigits(value);
  }
  // The parser's objects have no prototype of ours, and `toString` may be anything.
  const isBigNumber = typeof value === 'object' && value !== null && 'toFixed' in value;
  return isBigNumber && typeof value.toFixed === 'function' ? toDigits(String(value.toFixed())) : undefined;
});

const toDigits = (text: string): string | undefined => (/^\d{1,20}$/.test(text) ? text : undefined);

/** Strict: a count, as a number or as digits. */
export const count = z.pipe(
  z.union([z.number(), z.string().check(z.regex(/^\d{1,9}$/))]),
  z.pipe(z.transform(Number), z.int().check(z.nonnegative())),
);

/** Strict: absent, null or empty is the end; anything but text is unreadable. */
export const nextToken = z.pipe(
  z.nullish(z.string()),
  z.transform((token) => token || undefined),
);

/** A missing field is given to `to` as undefined: a transform takes part in an object whether or not its key is there. */
export function lenient<T>(to: (value: unknown) => T) {
  return z.transform(to);
}

/**
 * A reader that answers the schema's output, or the path of the first field that does not fit.
 *
 * @param misfit the path of something in the output that is not about what was asked for. In the schema it would have to
 *   be made anew for each call, and that takes longer than to read the reply.
 */
export function reader<T extends z.ZodMiniType, R>(
  schema: T,
  to: (reply: z.output<T>) => R,
  misfit: (reply: z.output<T>) => string | undefined = () => undefined,
): Reader<R> {
  return (body) => {
    const result = z.safeParse(schema, body);
    // Paths are made of the schema's own keys and of indices, so nothing of the reply gets out.
    if (!result.success) {
      return { problem: `at ${result.error.issues[0]?.path.join('.') || 'top level'}` };
    }
    const path = misfit(result.data);
    return path === undefined ? { value: to(result.data) } : { problem: `at ${path}` };
  };
}

/** Where in a list of that name the first item is that does not pass; undefined when all do. */
export function firstMisfit<T>(name: string, items: readonly T[], passes: (item: T) => boolean): string | undefined {
  const index = items.findIndex((item) => !passes(item));
  return index === -1 ? undefined : `${name}.${index}`;
}
