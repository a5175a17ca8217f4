import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkWritable, replaceFile } from '../../lib/cli/files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const at = (name: string) => join(folder, name);

describe('before anything is written', () => {
  test.each([
    ['a folder that is not there', 'none/a.csv', 'ENOENT'],
    ['a folder', '.', 'EISDIR'],
    ['a file below a file', 'file/a.csv', 'ENOTDIR'],
    ['a file system that takes no file', '/proc/a.csv', 'ENOENT'],
  ])('%s is told', (_what, name, code) => {
    writeFileSync(at('file'), '');
    expect(() => checkWritable(resolve(folder, name))).toThrow(expect.objectContaining({ code }));
  });

  test('a new file and one that is there are fine, and stay as they are', () => {
    writeFileSync(at('old.csv'), 'old');
    checkWritable(at('old.csv'));
    checkWritable(at('new.csv'));
    expect(readdirSync(folder)).toEqual(['old.csv']);
    expect(readFileSync(at('old.csv'), 'utf8')).toBe('old');
  });
});

describe('a file', () => {
  test('is replaced whole, with the mode it had, and nothing is left beside it', () => {
    writeFileSync(at('a.csv'), 'a longer text than the new one');
    chmodSync(at('a.csv'), 0o604);
    replaceFile(at('a.csv'), 'new');
    expect(readFileSync(at('a.csv'), 'utf8')).toBe('new');
    expect(statSync(at('a.csv')).mode & 0o777).toBe(0o604);
    replaceFile(at('b.csv'), 'b');
    expect(readdirSync(folder).sort()).toEqual(['a.csv', 'b.csv']);
  });

  test('that a link leads to is replaced where it is', () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/a.csv'), 'old');
    symlinkSync('real/a.csv', at('link.csv'));
    replaceFile(at('link.csv'), 'new');
    expect(readFileSync(at('real/a.csv'), 'utf8')).toBe('new');
    expect(readdirSync(at('real'))).toEqual(['a.csv']);
  });

  test('that cannot be replaced leaves nothing of the attempt', () => {
    mkdirSync(at('a.csv'));
    expect(() => replaceFile(at('a.csv'), 'new')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  test('that is none, such as a device, is written to', () => {
    replaceFile('/dev/null', 'gone');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});
