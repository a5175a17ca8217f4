import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Throws as `node:fs` does when a file cannot be written, as far as that can be known before. Leaves all as it was. */
export function checkWritable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: illegal operation on a directory, open '${path}'`), { code: 'EISDIR' });
  }
  const target = found === undefined ? path : realpathSync(path);
  if (isReplaceable(target, found)) {
    // Rights alone do not tell: a file system may be full or read-only, and whoever may do everything has all of them.
    const temporary = temporaryFor(target);
    writeFileSync(temporary, '', { flag: 'wx' });
    rmSync(temporary);
    return;
  }
  accessSync(path, constants.W_OK);
}

/**
 * Write a whole file. What was there before stays until all of the new text is on the disk, so that nobody reads half of
 * it. What is no regular file, such as a pipe, is written to directly.
 *
 * @param mode of the file; left out: that of the file that was there, or what the system gives a new one
 */
export function replaceFile(path: string, text: string, mode?: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  const target = found === undefined ? path : realpathSync(path);
  if (!isReplaceable(target, found)) {
    writeFileSync(path, text);
    return;
  }
  const temporary = temporaryFor(target);
  try {
    writeFileSync(temporary, text, { flag: 'wx', flush: true, ...(mode === undefined ? {} : { mode }) });
    if (mode !== undefined || found !== undefined) {
      chmodSync(temporary, mode ?? found?.mode ?? 0o600);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

const temporaryFor = (target: string): string =>
  join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);

/** A new file, or a regular one in a folder that takes another: one that does not may take the text all the same. */
function isReplaceable(target: string, found: Stats | undefined): boolean {
  if (found === undefined) {
    return true;
  }
  try {
    accessSync(target, constants.W_OK);
    accessSync(dirname(target), constants.W_OK);
    return found.isFile();
  } catch {
    return false;
  }
}
