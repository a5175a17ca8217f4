import type { TransportCall } from '../../cloud/client/transport.ts';

/** Parameters in wire form: `Name.1`, and `Name.1.Key` for objects. */
export function flatten(params: TransportCall['params']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (!Array.isArray(value)) {
      flat[name] = String(value);
      continue;
    }
    value.forEach((item: unknown, index) => {
      if (typeof item !== 'object' || item === null) {
        flat[`${name}.${index + 1}`] = String(item);
      } else {
        for (const [key, inner] of Object.entries(item)) {
          flat[`${name}.${index + 1}.${key}`] = String(inner);
        }
      }
    });
  }
  return flat;
}
