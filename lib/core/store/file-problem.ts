/** The system's error codes for a path that a person gave. */
const WORDS = new Map([
  ['ENOENT', 'no such file or directory'],
  ['EEXIST', 'a file of this name exists already'],
  ['EISDIR', 'it is a directory'],
  ['ELOOP', 'it is a symbolic link'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
  ['EDQUOT', 'the quota is used up'],
]);

/**
 * Why a file could not be read or written, in words and with the system's code: `no such file or directory (ENOENT)`.
 */
export function toFileProblem(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown reason';
  }
  if (!('code' in error) || typeof error.code !== 'string') {
    return error.message;
  }
  const told = WORDS.get(error.code);
  return told === undefined ? error.code : `${told} (${error.code})`;
}
