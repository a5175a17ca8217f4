import { ConfigError } from '../../lib/core/errors.ts';
import type { Io } from './io.ts';

export type EmulatorCommandOptions = Readonly<Record<string, unknown>>;
export async function emulatorCommand(_options: EmulatorCommandOptions, _io: Io): Promise<number> {
  throw new ConfigError('not yet');
}
