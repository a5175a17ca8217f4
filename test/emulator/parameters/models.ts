import { readFileSync } from 'node:fs';
import * as vpcModels from '@alicloud/vpc20160428';
import { CBN, VPC } from '../emulator-support.ts';

/** A parameter's type: a word, a list of a type, or an object. */
type Shape = string | readonly [Shape] | { readonly [name: string]: Shape };
type Model = { names(): Record<string, string>; types(): Record<string, unknown> };

const cbnModels: { readonly operations: Readonly<Record<string, Record<string, Shape>>> } = JSON.parse(
  readFileSync(new URL('cbn-parameters.json', import.meta.url), 'utf8'),
);

const isModel = (value: unknown): value is Model => typeof value === 'function' && 'names' in value && 'types' in value;

function shapeOf(type: unknown): Shape {
  if (typeof type === 'string') {
    return type;
  }
  if (isModel(type)) {
    const types = type.types();
    return Object.fromEntries(Object.entries(type.names()).map(([field, wire]) => [wire, shapeOf(types[field])]));
  }
  if (typeof type === 'object' && type !== null && 'itemType' in type) {
    return [shapeOf(type.itemType)];
  }
  throw new Error(`no shape: ${String(type)}`);
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);

export type Parameter = { readonly name: string; readonly type: string };

/** The parameters below a shape, as they are written in a request: lists by their first item. */
function flat(shape: Shape, name: string): Parameter[] {
  if (typeof shape === 'string') {
    return [{ name, type: shape }];
  }
  if (isList(shape)) {
    return flat(shape[0], `${name}.1`);
  }
  return Object.entries(shape).flatMap(([key, inner]) => flat(inner, name === '' ? key : `${name}.${key}`));
}

/** The parameters of an operation in the official models. Undefined if the models do not have the operation. */
export function parametersOf(version: string, action: string): readonly Parameter[] | undefined {
  if (version === CBN) {
    const shape = cbnModels.operations[action];
    return shape && flat(shape, '');
  }
  const model: unknown = version === VPC ? Reflect.get(vpcModels, `${action}Request`) : undefined;
  return isModel(model) ? flat(shapeOf(model), '') : undefined;
}
