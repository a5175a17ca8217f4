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

/** Checks that a file can be written, as far as this is known in advance. Throws as `node:fs` does. Changes nothing. */
export function checkWritable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: illegal operation on a directory, open '${path}'`), { code: 'EISDIR' });
  }
  const target = found === undefined ? path : realpathSync(path);
  if (isReplaceable(target, found)) {
    // Rights alone prove nothing: a file system may be full or read-only, and the superuser has all rights.
    const temporary = temporaryFor(target);
    writeFileSync(temporary, '', { flag: 'wx' });
    rmSync(temporary);
    return;
  }
  accessSync(path, constants.W_OK);
}

/**
 * Writes a whole file. The old text stays until the whole new text is on the disk, so that nobody reads half of it. A
 * pipe or another special file is written directly.
 *
 * @param mode of the file. If absent, the mode of the old file, or the system's default for a new file
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

/**
 * True for a new file, or for a regular file in a folder that accepts another file. If the folder accepts no file, the
 * file itself may still be writable.
 */
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
