import { toPrintable } from '../../core/text/printable.ts';
import { initStore } from '../../store/init-store.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { createOutput } from '../output.ts';

/** Makes a folder a store. Throws `ConfigError` for an unsuitable folder. */
export async function storeInitCommand(folder: string, io: Io): Promise<number> {
  const isNew = await initStore(folder);
  createOutput(io).print(`${toPrintable(folder)} ${isNew ? 'is a store now' : 'was a store already'}.`);
  return EXIT.nothingLeft;
}
