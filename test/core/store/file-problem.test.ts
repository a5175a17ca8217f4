import { expect, test } from 'vitest';
import { toFileProblem } from '../../../lib/core/store/file-problem.ts';

const withCode = (code: unknown) => Object.assign(new Error('open failed'), { code });

test.each([
  ['ENOENT', 'no such file or directory (ENOENT)'],
  ['EEXIST', 'a file of this name exists already (EEXIST)'],
  ['EISDIR', 'it is a directory (EISDIR)'],
  ['ELOOP', 'it is a symbolic link (ELOOP)'],
  ['ENOTDIR', 'a part of the path is not a directory (ENOTDIR)'],
  ['EACCES', 'permission denied (EACCES)'],
  ['EPERM', 'not permitted (EPERM)'],
  ['EROFS', 'the file system is read-only (EROFS)'],
  ['ENOSPC', 'no space is left (ENOSPC)'],
  ['EDQUOT', 'the quota is used up (EDQUOT)'],
  ['EMFILE', 'EMFILE'],
])('the problem of a file with the code %s is "%s"', (code, expected) => {
  expect(toFileProblem(withCode(code))).toBe(expected);
});

test('an error without a code of the system is told by its message', () => {
  expect(toFileProblem(withCode(7))).toBe('open failed');
  expect(toFileProblem(new Error('open failed'))).toBe('open failed');
  expect(toFileProblem('open failed')).toBe('unknown reason');
});
