import { annotatedSchema, type JsonSchema } from './json-schema.ts';

/** Every key of the policy as a Markdown table, for `docs/policy.md`. */
export function policyKeyTable(): string {
  const header = ['Key', 'Unit', 'Default', 'Allowed', 'Example', 'Meaning'];
  const rows = [header, header.map(() => '---'), ...keysBelow(annotatedSchema(), '').map(toRow)];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Dotted names of all keys with a value. */
export const policyKeys = (): string[] => keysBelow(annotatedSchema(), '').map(({ name }) => name);

type KeyRow = { readonly name: string; readonly schema: JsonSchema };

function keysBelow(schema: JsonSchema, above: string): KeyRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([step, child]) => {
    if (typeof child === 'boolean') {
      return [];
    }
    const name = `${above}${step}`;
    if (child.properties !== undefined) {
      return keysBelow(child, `${name}.`);
    }
    return [{ name, schema: child }, ...[child, ...(child.anyOf ?? [])].flatMap((form) => keysInside(form, name))];
  });
}

/** The keys of the mappings in a list, or of a mapping among several forms. */
function keysInside(form: JsonSchema | boolean, name: string): KeyRow[] {
  if (typeof form === 'boolean') {
    return [];
  }
  if (form.properties !== undefined) {
    return keysBelow(form, `${name}.`);
  }
  const items = isSchema(form.items) ? [form.items, ...(form.items.anyOf ?? [])] : [];
  return items.flatMap((item) => (typeof item === 'boolean' ? [] : keysBelow(item, `${name}[].`)));
}

const isSchema = (items: JsonSchema['items']): items is JsonSchema =>
  typeof items === 'object' && items !== null && !Array.isArray(items);

const toRow = ({ name, schema }: KeyRow): string[] => [
  code(name),
  typeof schema.unit === 'string' ? schema.unit : '',
  schema.default === undefined ? '' : code(written(schema.default)),
  cell(String(schema.allowed ?? '').replaceAll('; ', ', ')),
  cell((schema.examples ?? []).map((example) => code(written(example))).join(' ')),
  cell(schema.description ?? ''),
];

/** The notation of a policy in YAML, on a single line. */
const written = (value: unknown): string => {
  if (Array.isArray(value)) {
    return `[${value.map(written).join(', ')}]`;
  }
  if (typeof value === 'string') {
    return plain(value);
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${written(inner)}`)
    .join(', ')} }`;
};

/**
 * YAML would read a leading star as an alias and digits as a number. Some readers take a time of day as a base-60
 * number.
 */
const plain = (text: string): string => (/^\*|^\d+$|^\d\d:\d\d$/.test(text) ? `"${text}"` : text);

const code = (text: string): string => `\`${text}\``;

const cell = (text: string): string => text.replaceAll('|', '\\|');
