import * as z from 'zod/mini';

/** An invalid estate, fault list or other document. The message is for people. */
export class EstateError extends Error {
  override readonly name = 'EstateError';
}

type EstateIssue = z.core.$ZodIssue;
type EstatePath = readonly PropertyKey[];

/**
 * Reads `value` by `schema`. The first problem becomes a `EstateError` that names the source, the path, the value and
 * the allowed values.
 */
export function readBy<T extends z.core.$ZodType>(schema: T, value: unknown, source: string): z.core.output<T> {
  const result = z.safeParse(schema, value);
  if (result.success) {
    return result.data;
  }
  const problem = result.error.issues.map((issue) => describe(issue, value, schema)).at(0);
  throw new EstateError(`${source}: ${problem ?? 'not readable'}`);
}

function describe(issue: EstateIssue, root: unknown, schema: z.core.$ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const path = [...issue.path, issue.keys[0] ?? ''];
    return `${toPath(path)}: unknown key; allowed are ${keysAt(schema, issue.path).join(', ')}`;
  }
  const value = valueAt(root, issue.path);
  const found = value === undefined ? 'is missing' : `${quote(value, issue.path)} is not allowed`;
  return `${toPath(issue.path)}: ${found}; it ${allowed(issue)}`;
}

function allowed(issue: EstateIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected === 'record' ? 'object' : issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_format':
      return `must match ${issue.pattern ?? issue.format}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flat().map(allowed))].join(', or ') || 'has none of the shapes allowed here';
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** A secret of the wrong type must not appear in a message. */
const isSecret = (path: EstatePath): boolean => /secret|psk|authkey/i.test(String(path.at(-1) ?? ''));

function quote(value: unknown, path: EstatePath): string {
  if (isSecret(path)) {
    return 'the value';
  }
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function toPath(path: EstatePath): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}

function valueAt(root: unknown, path: EstatePath): unknown {
  let here = root;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) {
      return undefined;
    }
    here = Reflect.get(here, key);
  }
  return here;
}

/** The keys that the schema knows at a path, also inside lists and optional wrappers. */
function keysAt(schema: z.core.$ZodType, path: EstatePath): readonly string[] {
  let here: z.core.$ZodType | undefined = schema;
  for (const key of path) {
    const def = bare(here);
    here = def instanceof Object && 'shape' in def ? shapeOf(def)[String(key)] : elementOf(def);
  }
  return Object.keys(shapeOf(bare(here)));
}

const bare = (schema: z.core.$ZodType | undefined): object => {
  const def: object = schema?._zod.def ?? {};
  return 'innerType' in def ? bare(def.innerType as z.core.$ZodType) : def;
};

const elementOf = (def: object): z.core.$ZodType | undefined =>
  'element' in def ? (def.element as z.core.$ZodType) : undefined;

const shapeOf = (def: object): Readonly<Record<string, z.core.$ZodType>> =>
  'shape' in def ? (def.shape as Readonly<Record<string, z.core.$ZodType>>) : {};
