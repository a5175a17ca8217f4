import fc from 'fast-check';

/** A place in a JSON value: the keys that lead to it. */
export type Path = readonly (string | number)[];

type Container = Record<string | number, unknown>;
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Replies are not deeper than this. A deeper place comes only from an earlier change. */
const DEPTH_MAX = 12;

/** Every place of a JSON value but its top, in order. */
export function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (!isContainer(value) || at.length >= DEPTH_MAX) {
    return [];
  }
  const keys: Path = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => [[...at, key], ...pathsOf(value[key], [...at, key])]);
}

/** Changes a place for the worse. `undefined` drops it. */
export type Spoiling = { readonly name: string; readonly apply: (value: unknown) => unknown };

const deep = (depth: number): unknown => {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) {
    value = level % 2 === 0 ? [value] : { inner: value };
  }
  return value;
};
const to = (name: string, value: unknown): Spoiling => ({ name, apply: () => value });

/** Values that no reader can take for a value of another connection: nothing, another type, or nonsense. */
export const NONSENSE: readonly Spoiling[] = [
  to('dropped', undefined),
  to('null', null),
  to('true', true),
  to('a list', [[]]),
  to('an object', { constructor: 1, toString: 'x', toFixed: 'x' }),
  to('an object with a prototype of its own', JSON.parse('{"__proto__":{"length":1,"VpnConnectionId":"vco-x"}}')),
  to('deeply nested', deep(5_000)),
  { name: 'in a list', apply: (value) => [value] },
  { name: 'of another type', apply: (value) => (typeof value === 'string' ? 7.5 : 'x\u0000') },
  to('not a number', Number.NaN),
  to('a number without end', Number.POSITIVE_INFINITY),
  to('a number beyond exactness', 2 ** 53),
  to('a number beyond dates', Number.MAX_SAFE_INTEGER),
  to('below zero', -1),
];

/** Values that look like an answer. They are good for a single reply, which another reply has to confirm. */
export const PLAUSIBLE: readonly Spoiling[] = [
  to('empty text', ''),
  to('an empty list', []),
  to('an empty object', {}),
  { name: 'one too many', apply: (value) => (typeof value === 'number' ? value + 1 : value) },
  { name: 'one too few', apply: (value) => (typeof value === 'number' ? value - 1 : value) },
  { name: 'its first item gone', apply: (value) => (Array.isArray(value) ? value.slice(1) : value) },
  { name: 'its last item gone', apply: (value) => (Array.isArray(value) ? value.slice(0, -1) : value) },
  { name: 'its first item twice', apply: (value) => (Array.isArray(value) ? [...value, ...value.slice(0, 1)] : value) },
];

export const spoiling = fc.constantFrom(...NONSENSE, ...PLAUSIBLE);

/** A copy with a place spoilt. A dropped item of a list leaves no hole. */
export function spoilAt(value: unknown, path: Path, { apply }: Spoiling): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    return apply(value);
  }
  if (!isContainer(value)) {
    return value;
  }
  const inner = spoilAt(value[key], rest, { name: '', apply });
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => (at !== key ? [item] : inner === undefined ? [] : [inner]));
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      name !== key ? [[name, item]] : inner === undefined ? [] : [[name, inner]],
    ),
  );
}

/** A copy with a field spoilt at every place. */
export function spoilField(value: unknown, field: string, how: Spoiling): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => spoilField(item, field, how));
  }
  if (!isContainer(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const inner = name === field ? how.apply(item) : spoilField(item, field, how);
      return inner === undefined ? [] : [[name, inner]];
    }),
  );
}
