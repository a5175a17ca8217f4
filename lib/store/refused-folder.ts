import { ConfigError } from '../core/domain/errors.ts';
import { toFileProblem } from '../core/store/file-problem.ts';
import { StoreError } from '../core/store/store-error.ts';
import type { FileSystem } from './file-system.ts';
import { systemCode, within } from './store-problem.ts';

/** The longest wait for a folder. */
export const LOOK_MS_MAX = 10_000;

const SHOWN_MAX = 200;

/** The error about a folder that cannot be a store. */
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
 * Look at a folder, but not longer than a person would wait. Throws `ConfigError` for every problem with it.
 *
 * @param advice the advice if the folder does not exist
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
