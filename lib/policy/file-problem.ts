/** The system's codes for what goes wrong with a path that a person gave. */
const WORDS = new Map([
  ['ENOENT', 'no such file or directory'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
]);

/** Why a file could not be read or written, in words, with the system's code: `no such file or directory (ENOENT)`. */
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
