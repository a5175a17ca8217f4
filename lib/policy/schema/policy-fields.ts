import * as z from 'zod/mini';
import { DURATION_PATTERN, parseDuration } from '../../core/domain/duration.ts';

/** What the documents say about a key beside its type and default. */
export type KeyNotes = {
  readonly description: string;
  /** What a number or text counts; absent where it counts nothing. */
  readonly unit?: string;
  readonly allowed?: string;
  readonly examples?: readonly unknown[];
};

/** Read by the generators of `policy.schema.json` and of the table of keys in `docs/policy.md`. */
export const keyNotes = z.registry<KeyNotes>();

/** A kind of value. `allowed` is what both the message about a refused value and the table of keys say. */
export type Field<Schema> = { readonly schema: Schema; readonly allowed: string; readonly unit?: string };

/** A mapping, strict about its keys: the message of an unknown one is the list of those allowed. */
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

/** @param unit what is counted, in the plural */
export const count = (min: number, unit: string) => {
  const allowed = `a whole number, ${min} or more`;
  return {
    allowed,
    unit,
    schema: z.number({ error: allowed }).check(z.int({ error: allowed }), z.gte(min, { error: allowed })),
  };
};

const PORTION_ALLOWED = 'a number from 0.01 to 1';
/** Some of something: nothing at all would stop everything. */
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

/** Ten years: whatever waits longer than that was mistyped. */
const GRACE_MAX = '3650d';
/** A function runs for a day at most, and a timer of the runtime that is asked for more than 24 days fires at once. */
const WAIT_MAX = '24h';

const durationAllowed = (max: string) => `a duration such as 250ms, 30s, 10m, 24h or 14d, at most ${max}`;

/** Durations stay text here, so that the schema describes what people write; `to-policy.ts` makes numbers of them. */
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

/** How old or how long ago something is. */
export const age = durationUpTo(GRACE_MAX);
/** How long a run waits for something. */
export const wait = durationUpTo(WAIT_MAX);

/** The same, where with no time at all nothing could ever be deleted. */
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
  // A bare `off` is text in YAML 1.2; JSON and older habits write `false`.
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
    // A blank beside the path would be one of its name, and nobody sees it.
    .check(z.regex(/^\S(.*\S)?$/, { error: FOLDER_ALLOWED })),
};

/** A key that may be left out: its kind of value, its default, and what the documents say about it. */
export const key = <Schema extends z.core.$ZodType>(
  field: Field<Schema>,
  fallback: z.core.util.NoUndefined<z.core.output<Schema>>,
  description: string,
  examples: readonly unknown[] = [],
) => withNotes(z._default(field.schema, fallback), notesOf(field, description, examples));

/** As `key`, for one whose absence has a meaning of its own. */
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
