import type { PickSettings, Settings } from '../core/undo/settings.ts';
import {
  ATTACHMENT_FIELDS,
  CONNECTION_FIELDS,
  CONNECTION_ROUTE_FIELDS,
  CUSTOMER_GATEWAY_FIELDS,
  type Field,
  STATIC_ROUTE_FIELDS,
} from './field-table.ts';

/** The known fields of an object by name, each with its own known fields. */
type Tree = ReadonlyMap<string, Known>;
type Known = { readonly isList: boolean; readonly below: Map<string, Known> };

class OddField extends Error {}

function toTree(fields: readonly Field[]): Tree {
  const root = new Map<string, Known>();
  for (const { reply } of fields) {
    let level = root;
    for (const part of reply.split('.')) {
      const name = part.replace('[]', '');
      const known = level.get(name) ?? { isList: part.endsWith('[]'), below: new Map<string, Known>() };
      level.set(name, known);
      level = known.below;
    }
  }
  return root;
}

/** Takes the fields in the table out of a part of a reply. The rest of the reply is left behind. */
function createPick(fields: readonly Field[]): PickSettings {
  const tree = toTree(fields);
  return (item) => {
    try {
      // Copy the value through JSON, because a text that a parser cut out of a reply can keep the whole reply in
      // memory.
      return { settings: JSON.parse(JSON.stringify(pickObject(tree, item, 'item'))) };
    } catch (error) {
      if (error instanceof OddField) {
        return { problem: error.message };
      }
      throw error;
    }
  };
}

function pickObject(tree: Tree, item: unknown, path: string): Settings {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new OddField(path);
  }
  const picked: Record<string, Settings[string]> = {};
  for (const [name, known] of tree) {
    const value: unknown = Object.hasOwn(item, name) ? Reflect.get(item, name) : undefined;
    if (value !== undefined && value !== null) {
      picked[name] = pickValue(known, value, `${path}.${name}`);
    }
  }
  return picked;
}

function pickValue({ isList, below }: Known, value: unknown, path: string): Settings[string] {
  if (isList) {
    if (!Array.isArray(value)) {
      throw new OddField(path);
    }
    return value.map((item: unknown, index) => pickObject(below, item, `${path}.${index}`));
  }
  if (below.size > 0) {
    return pickObject(below, value, path);
  }
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
    return value as string | number | boolean;
  }
  throw new OddField(path);
}

export const pickConnection = createPick(CONNECTION_FIELDS);
export const pickAttachment = createPick(ATTACHMENT_FIELDS);
export const pickStaticRoute = createPick(STATIC_ROUTE_FIELDS);
export const pickConnectionRoute = createPick(CONNECTION_ROUTE_FIELDS);
export const pickCustomerGateway = createPick(CUSTOMER_GATEWAY_FIELDS);
