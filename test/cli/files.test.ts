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
    ['a missing folder', 'none/a.csv', 'ENOENT'],
    ['a folder', '.', 'EISDIR'],
    ['a file below a file', 'file/a.csv', 'ENOTDIR'],
    ['a file system that accepts no file', '/proc/a.csv', 'ENOENT'],
  ])('%s is reported', (_what, name, code) => {
    writeFileSync(at('file'), '');
    expect(() => checkWritable(resolve(folder, name))).toThrow(expect.objectContaining({ code }));
  });

  test('a new file and an existing file are accepted, and not changed', () => {
    writeFileSync(at('old.csv'), 'old');
    checkWritable(at('old.csv'));
    checkWritable(at('new.csv'));
    expect(readdirSync(folder)).toEqual(['old.csv']);
    expect(readFileSync(at('old.csv'), 'utf8')).toBe('old');
  });
});

describe('a file', () => {
  test('is replaced whole and keeps its mode, and no other file remains beside it', () => {
    writeFileSync(at('a.csv'), 'a longer text than the new one');
    chmodSync(at('a.csv'), 0o604);
    replaceFile(at('a.csv'), 'new');
    expect(readFileSync(at('a.csv'), 'utf8')).toBe('new');
    expect(statSync(at('a.csv')).mode & 0o777).toBe(0o604);
    replaceFile(at('b.csv'), 'b');
    expect(readdirSync(folder).sort()).toEqual(['a.csv', 'b.csv']);
  });

  test('behind a link is replaced in its own folder', () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/a.csv'), 'old');
    symlinkSync('real/a.csv', at('link.csv'));
    replaceFile(at('link.csv'), 'new');
    expect(readFileSync(at('real/a.csv'), 'utf8')).toBe('new');
    expect(readdirSync(at('real'))).toEqual(['a.csv']);
  });

  test('that cannot be replaced stays, without remains of the attempt', () => {
    mkdirSync(at('a.csv'));
    expect(() => replaceFile(at('a.csv'), 'new')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  test('that is a device is written directly', () => {
    replaceFile('/dev/null', 'gone');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});
