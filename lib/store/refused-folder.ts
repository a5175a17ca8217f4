import { ConfigError } from '../core/domain/errors.ts';
import { toFileProblem } from '../core/store/file-problem.ts';
import { StoreError } from '../core/store/store-error.ts';
import type { FileSystem } from './file-system.ts';
import { systemCode, within } from './store-problem.ts';

/** How long a folder may take to be looked at. */
export const LOOK_MS_MAX = 10_000;

const SHOWN_MAX = 200;

/** What a person hears of a folder that cannot be a store. */
export const refuse = (folder: string, why: string): ConfigError =>
  new ConfigError(`the store ${JSON.stringify(folder.slice(0, SHOWN_MAX))} ${why}`);

/** The folder with every link on the way resolved. Throws `ConfigError` for a file. */
export async function requireFolder(path: string, files: FileSystem): Promise<string> {
  const root = await files.realpath(path);
  if ((await files.lstat(root)).isDirectory()) {
    return root;
  }
  throw refuse(path, 'is not a folder');
}

/**
 * Look at a folder, in a time that a person will wait. Throws `ConfigError` for whatever goes wrong with it.
 *
 * @param advice what to do when it is not there
 */
export async function guardFolder<T>(folder: string, advice: string, look: () => Promise<T>): Promise<T> {
  try {
    return await within(LOOK_MS_MAX, 'it cannot be looked at', look());
  } catch (error) {
    if (error instanceof ConfigError) {
      throw error;
    }
    const why = error instanceof StoreError ? error.message : toFileProblem(error);
    const isAbsent = systemCode(error) === 'ENOENT' && advice !== '';
    throw refuse(folder, `cannot be used: ${why}${isAbsent ? `. ${advice}` : ''}`);
  }
}
