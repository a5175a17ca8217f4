import { ConfigError } from '../../lib/core/errors.ts';
import type { Io } from './io.ts';

export async function demoCommand(_io: Io): Promise<number> {
  throw new ConfigError('not yet');
}
