import { parseDocument } from 'yaml';
import { ConfigError } from '../core/domain/errors.ts';
import { type Backup, tunnelsOf } from './backup-document.ts';

/** Pre-shared keys by the index of their tunnel. A single tunnel has the index 1. Never shown. */
export type PskKeys = ReadonlyMap<number, string>;

/** The form that CreateVpnAttachment accepts. */
const KEY_PATTERN = /^\S{1,100}$/;

/**
 * The keys in a file that a person wrote: a map of tunnel index to key.
 *
 * @param text of the file, YAML or JSON
 * @throws ConfigError that names the file and the tunnel, and quotes no key
 */
export function readPskKeys(text: string, file: string, backup: Backup): PskKeys {
  const value = parseQuietly(text);
  const refuse = (why: string) => new ConfigError(`--psk-file ${JSON.stringify(file)}: ${why}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse('it has to be a map of tunnel index to key, such as 1: "key"');
  }
  const wanted = tunnelIndexes(backup);
  const given = Object.entries(value);
  if (given.some(([index]) => !wanted.some((known) => String(known) === index))) {
    throw refuse(`it may name only ${describe(wanted)}`);
  }
  const keys = new Map<number, string>();
  for (const index of wanted) {
    const [, key] = given.find(([name]) => name === String(index)) ?? [];
    if (key === undefined) {
      throw refuse(`there is no key for tunnel ${index}; the connection has ${describe(wanted)}`);
    }
    if (typeof key !== 'string' || !KEY_PATTERN.test(key)) {
      throw refuse(`the key of tunnel ${index} has to be text of 1 to 100 characters without blanks, in quotes`);
    }
    keys.set(index, key);
  }
  return keys;
}

/**
 * Undefined for a text that is not YAML. The parser's own message is dropped, because it may quote a line of the file.
 */
function parseQuietly(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent' });
  try {
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

const describe = (indexes: readonly number[]): string =>
  indexes.length === 1 ? 'one tunnel, 1' : `the tunnels ${indexes.join(' and ')}`;

function tunnelIndexes({ connection }: Backup): readonly number[] {
  const tunnels = tunnelsOf(connection);
  return tunnels.length === 0 ? [1] : tunnels.map(({ TunnelIndex }, at) => Number(TunnelIndex ?? at + 1));
}
