import type { CreateCall } from '../core/undo/create-api.ts';
import type { Settings } from '../core/undo/settings.ts';
import { tunnelsOf } from './backup-document.ts';
import { type Field, JSON_PARAMETERS } from './field-table.ts';

type Params = Record<string, string | number | boolean>;
type Scalar = string | number | boolean;

export type Shape = 'single' | 'dual';
export const shapeOf = (connection: Settings): Shape => (tunnelsOf(connection).length > 0 ? 'dual' : 'single');

/** The parameters that create a thing again, from its settings in a backup. Pure. */
export function toParams(fields: readonly Field[], settings: Settings, shape: Shape): CreateCall['params'] {
  const params: Params = {};
  const objects = new Map<string, Record<string, Scalar>>();
  for (const { create, form, only, reply } of fields) {
    if (create === undefined || (only ?? shape) !== shape) {
      continue;
    }
    for (const { value, indexes } of valuesAt(settings, reply)) {
      const sent = toSent(value, form);
      if (sent === '') {
        continue;
      }
      const [first = '', inner = ''] = create.split('.');
      if (JSON_PARAMETERS.some((name) => name === first)) {
        objects.set(first, { ...objects.get(first), [inner]: sent });
      } else {
        params[withIndexes(create, indexes)] = sent;
      }
    }
  }
  for (const [name, object] of objects) {
    params[name] = JSON.stringify(object);
  }
  return params;
}

function toSent(value: Scalar, form: Field['form']): Scalar {
  switch (form) {
    case 'number':
      return Number(value);
    case 'flag':
      return String(value).toLowerCase() === 'true';
    case 'capitalized': {
      const text = String(value);
      return text.slice(0, 1).toUpperCase() + text.slice(1);
    }
    case 'as-is':
      return value;
  }
}

/** The path `a[].b` at index 0 becomes `a.1.b`. */
const withIndexes = (path: string, indexes: readonly number[]): string =>
  indexes.reduce((text, index) => text.replace('[]', `.${index + 1}`), path);

/** Every value at a path, with its indexes in the lists along the path. */
export function valuesAt(
  settings: Settings,
  path: string,
): readonly { readonly value: Scalar; readonly indexes: readonly number[] }[] {
  const [part = '', ...rest] = path.split('.');
  const name = part.replace('[]', '');
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (value === undefined) {
    return [];
  }
  if (typeof value !== 'object') {
    return rest.length === 0 ? [{ value, indexes: [] }] : [];
  }
  const below = rest.join('.');
  if (!isList(value)) {
    return valuesAt(value, below);
  }
  return value.flatMap((item, index) =>
    valuesAt(item, below).map((found) => ({ ...found, indexes: [index, ...found.indexes] })),
  );
}

const isList = (value: Settings | readonly Settings[]): value is readonly Settings[] => Array.isArray(value);

/**
 * The settings of a connection that can be set again. This leaves out the settings of health check and BGP if they are
 * off. It also leaves out a `LocalId` that is the address of its own tunnel, because the new tunnel has another
 * address. Pure.
 */
export function toCreatable(connection: Settings): Settings {
  const { VcoHealthCheck: health, VpnBgpConfig: bgp, TunnelOptionsSpecification: _tunnels, ...rest } = connection;
  const tunnels = tunnelsOf(connection).map((tunnel) => {
    const { TunnelBgpConfig: ofTunnel, ...others } = withoutOwnAddress(tunnel, 'TunnelIkeConfig', connection);
    return isOn(connection.EnableTunnelsBgp) && ofTunnel !== undefined
      ? { ...others, TunnelBgpConfig: ofTunnel }
      : others;
  });
  return {
    ...withoutOwnAddress(rest, 'IkeConfig', connection),
    ...(isOn(fieldOf(health, 'Enable')) && health !== undefined ? { VcoHealthCheck: health } : {}),
    ...(isOn(fieldOf(bgp, 'EnableBgp')) && bgp !== undefined ? { VpnBgpConfig: bgp } : {}),
    ...(tunnels.length > 0 ? { TunnelOptionsSpecification: { TunnelOptions: tunnels } } : {}),
  };
}

const isOn = (value: Settings[string] | undefined): boolean => String(value).toLowerCase() === 'true';

const fieldOf = (group: Settings[string] | undefined, name: string): Settings[string] | undefined =>
  typeof group === 'object' && !isList(group) ? group[name] : undefined;

function withoutOwnAddress(part: Settings, group: string, { InternetIp }: Settings): Settings {
  const ike = part[group];
  if (typeof ike !== 'object' || isList(ike)) {
    return part;
  }
  const { LocalId, ...others } = ike;
  const isOwn = LocalId !== undefined && (LocalId === part.InternetIp || LocalId === InternetIp);
  return isOwn ? { ...part, [group]: others } : part;
}

/** The public addresses that the other ends of its tunnels know, in the order of the tunnels. */
export const addressesOf = (connection: Settings): readonly string[] =>
  [connection, ...tunnelsOf(connection)].flatMap(({ InternetIp: address }) =>
    typeof address === 'string' && address !== '' ? [address] : [],
  );
