import { toPrintable } from '../../report/text/printable.ts';
import { initStore } from '../../store/init-store.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../io.ts';

/** Make a folder a store. Throws `ConfigError` for a folder that cannot be one. */
export async function storeInitCommand(folder: string, io: Io): Promise<number> {
  const isNew = await initStore(folder);
  io.stdout.write(`${toPrintable(folder)} ${isNew ? 'is a store now' : 'was a store already'}.\n`);
  return EXIT.nothingLeft;
}
