import * as z from 'zod/mini';
import { DURATION_PATTERN, parseDuration } from '../../core/domain/duration.ts';

/** The content of the documents for a key, besides its type and default. */
export type KeyNotes = {
  readonly description: string;
  /** The unit of a number or a text, if it has a unit. */
  readonly unit?: string;
  readonly allowed?: string;
  readonly examples?: readonly unknown[];
};

/** The generators of `policy.schema.json` and of the table of keys in `docs/policy.md` read it. */
export const keyNotes = z.registry<KeyNotes>();

/** A kind of value. Both the message about a refused value and the table of keys show `allowed`. */
export type Field<Schema> = { readonly schema: Schema; readonly allowed: string; readonly unit?: string };

/** A mapping that refuses unknown keys. The message about an unknown key lists the allowed keys. */
export const mapping = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys : `a mapping with keys of ${keys}`),
  });
};

export const text = (pattern: RegExp, allowed: string) => ({
  allowed,
  schema: z.string({ error: allowed }).check(z.regex(pattern, { error: allowed })),
});

export const list = <Item extends z.core.SomeType>(item: Field<Item>) => ({
  allowed: `a list; each item ${item.allowed}`,
  schema: z.array(item.schema, { error: `a list, each item ${item.allowed}` }),
});

export const flag = { allowed: 'true or false', schema: z.boolean({ error: 'true or false' }) };

/** @param unit the counted things, in the plural */
export const count = (min: number, unit: string) => {
  const allowed = `a whole number, ${min} or more`;
  return {
    allowed,
    unit,
    schema: z.number({ error: allowed }).check(z.int({ error: allowed }), z.gte(min, { error: allowed })),
  };
};

/** As `count`, but `off` means no limit. */
export const countOrOff = (unit: string) => {
  const number = count(0, unit);
  const allowed = `off, or ${number.allowed}`;
  return {
    allowed,
    unit,
    // A bare `off` is text in YAML 1.2. In JSON and in older YAML, people write `false`.
    schema: z.union([z.literal('off'), number.schema], {
      error: ({ input }) =>
        typeof input === 'boolean' ? `the word off (not ${input}), or ${number.allowed}` : allowed,
    }),
  };
};

const PORTION_ALLOWED = 'a number from 0.01 to 1';
/** A share above 0, because a share of 0 would stop everything. */
export const portion = {
  allowed: PORTION_ALLOWED,
  unit: 'share',
  schema: z
    .number({ error: PORTION_ALLOWED })
    .check(z.gte(0.01, { error: PORTION_ALLOWED }), z.lte(1, { error: PORTION_ALLOWED })),
};

const SHARE_ALLOWED = 'a number from 0 to 1';
export const share = {
  allowed: SHARE_ALLOWED,
  unit: 'share',
  schema: z
    .number({ error: SHARE_ALLOWED })
    .check(z.gte(0, { error: SHARE_ALLOWED }), z.lte(1, { error: SHARE_ALLOWED })),
};

/** Ten years. A longer duration is a typing mistake. */
const GRACE_MAX = '3650d';
/** A function runs for at most a day. A timer of the runtime that is set to more than 24 days fires at once. */
const WAIT_MAX = '24h';

const durationAllowed = (max: string) => `a duration such as 250ms, 30s, 10m, 24h or 14d, at most ${max}`;

/**
 * Durations stay text here, so that the schema describes the notation of people. `to-policy.ts` turns them into
 * numbers.
 */
const durationText = (pattern: RegExp, max: string, allowed: (input: unknown) => string) => {
  const maxMs = parseDuration(max) ?? 0;
  const isShortEnough = (value: string) =>
    value === 'off' || (parseDuration(value) ?? Number.POSITIVE_INFINITY) <= maxMs;
  const error = (issue: { readonly input?: unknown }) => allowed(issue.input);
  return z.string({ error }).check(z.regex(pattern, { error, abort: true }), z.refine(isShortEnough, { error }));
};

const durationUpTo = (max: string) => ({
  allowed: durationAllowed(max),
  unit: 'duration',
  schema: durationText(DURATION_PATTERN, max, () => durationAllowed(max)),
});

/** The age of something, or the time since an event. */
export const age = durationUpTo(GRACE_MAX);
/** The duration of a wait in a run. */
export const wait = durationUpTo(WAIT_MAX);

/** The same without 0, because a duration of 0 would prevent every deletion. */
const above0 = ({ allowed, unit, schema }: ReturnType<typeof durationUpTo>) => {
  const error = `${allowed}, more than 0`;
  const isSome = (value: string) => parseDuration(value) !== 0;
  return { allowed: error, unit, schema: schema.check(z.refine(isSome, { error })) };
};
export const someAge = above0(age);
export const someWait = above0(wait);

const GRACE_ALLOWED = `off, or ${durationAllowed(GRACE_MAX)}`;
export const grace = {
  allowed: GRACE_ALLOWED,
  unit: 'duration',
  // A bare `off` is text in YAML 1.2. In JSON and in older YAML, people write `false`.
  schema: durationText(new RegExp(`^off$|${DURATION_PATTERN.source}`), GRACE_MAX, (input) =>
    typeof input === 'boolean'
      ? `the word off (not ${input}) to disable a rule, or ${durationAllowed(GRACE_MAX)}`
      : GRACE_ALLOWED,
  ),
};

const FOLDER_ALLOWED = 'off, or the path of a folder';
export const folderOrOff = {
  allowed: FOLDER_ALLOWED,
  schema: z
    .string({
      error: ({ input }) =>
        typeof input === 'boolean' ? `the word off (not ${input}), or the path of a folder` : FOLDER_ALLOWED,
    })
    // A blank at either end would be part of the folder's name, and people would not see it.
    .check(z.regex(/^\S(.*\S)?$/, { error: FOLDER_ALLOWED })),
};

/** An optional key: its kind of value, its default, and its notes for the documents. */
export const key = <Schema extends z.core.$ZodType>(
  field: Field<Schema>,
  fallback: z.core.util.NoUndefined<z.core.output<Schema>>,
  description: string,
  examples: readonly unknown[] = [],
) => withNotes(z._default(field.schema, fallback), notesOf(field, description, examples));

/** As `key`, but without a default: the absence of the key has a meaning of its own. */
export const optionalKey = <Schema extends z.core.$ZodType>(
  field: Field<Schema>,
  description: string,
  examples: readonly unknown[] = [],
) => withNotes(z.optional(field.schema), notesOf(field, description, examples));

const notesOf = ({ allowed, unit }: Field<unknown>, description: string, examples: readonly unknown[]): KeyNotes => ({
  description,
  allowed,
  examples,
  ...(unit === undefined ? {} : { unit }),
});

/** A group of keys. */
export const section = <Schema extends z.core.$ZodType>(schema: Schema, description: string): Schema =>
  withNotes(schema, { description });

export const withNotes = <Schema extends z.core.$ZodType>(schema: Schema, notes: KeyNotes): Schema => {
  keyNotes.add(schema, notes);
  return schema;
};
