import * as z from 'zod/mini';

/** A non-empty text. */
export const text = z.string().check(z.minLength(1));

/** An account: up to 16 digits. YAML reads bare digits as a number, so numbers are accepted as well. */
export const accountId = z.pipe(
  z.transform((value: unknown) => (typeof value === 'number' ? String(value) : value)),
  z.string().check(z.regex(/^[1-9]\d{0,15}$/)),
);

/**
 * Tags as `key: value`. YAML reads `keep: true` as a boolean and `year: 2026` as a number, so both are converted to
 * text.
 */
export const tags = z.record(
  z.string(),
  z.pipe(
    z.transform((value: unknown) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value)),
    z.string(),
  ),
);

/** A moment: milliseconds since 1970, or an ISO date-time, kept as milliseconds. */
export const moment = z.pipe(
  z.transform((value: unknown) => {
    if (typeof value !== 'string') {
      return value;
    }
    const parsed = Date.parse(value);
    return Number.isNaN(parsed) ? value : parsed;
  }),
  z.number(),
);

/** A word as the service sends it. An unknown word is served unchanged, to test how a client handles it. */
export const word = z.nullable(text);

/**
 * A change under way. It ends at `atMs` on the clock, or after `polls` more reads have shown the object as it was,
 * whichever comes first. With `null`, the time or the number of reads does not end the change.
 */
export const pending = z.strictObject({
  to: z.enum(['init', 'attached', 'active', 'gone', 'deleted']),
  polls: z.nullable(z.number()),
  atMs: z.nullable(z.number()),
});

export type Pending = z.output<typeof pending>;
