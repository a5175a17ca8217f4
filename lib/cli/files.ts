import { randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Throws as `node:fs` does when a file cannot be written, as far as that can be known before. Changes nothing. */
export function checkWritable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: illegal operation on a directory, open '${path}'`), { code: 'EISDIR' });
  }
  accessSync(found === undefined ? dirname(path) : path, constants.W_OK);
}

/**
 * Write a whole file. What was there before stays until all of the new text is on the disk, so that nobody reads half of
 * it. What is no regular file, such as a pipe, is written to directly.
 */
export function replaceFile(path: string, text: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  const target = found === undefined ? path : realpathSync(path);
  if ((found !== undefined && !found.isFile()) || !canWrite(dirname(target))) {
    writeFileSync(path, text);
    return;
  }
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, text, { flag: 'wx', flush: true });
    if (found !== undefined) {
      chmodSync(temporary, found.mode);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // Then the file itself may be writable all the same, and says what is wrong if it is not.
    return false;
  }
}
