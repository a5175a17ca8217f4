import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { machineFiles } from '../../lib/store/file-system.ts';
import { initStore } from '../../lib/store/init-store.ts';
import { openStore } from '../../lib/store/open-store.ts';
import {
  aFolder,
  aStoreFolder,
  brokenFiles,
  cleanUp,
  filesIn,
  MARKER_TEXT,
  systemError,
  time,
} from './store-support.ts';

afterEach(cleanUp);

const MARKER = 'vco-sweeper-store.json';
const refusal = (folder: string, words: string) => ({
  name: 'ConfigError',
  message: `the store ${JSON.stringify(folder)} ${words}`,
});

describe('a folder that is not a store is refused, and stays unchanged:', () => {
  test('a folder that does not exist', async () => {
    const folder = join(aFolder(), 'none');
    const words =
      'cannot be used: no such file or directory (ENOENT). If it is a mount, it may be missing. To make the folder a store: vco-sweeper store init FOLDER';
    await expect(openStore(folder, time)).rejects.toMatchObject(refusal(folder, words));
  });

  test('a file', async () => {
    const folder = join(aFolder({ file: '' }), 'file');
    await expect(openStore(folder, time)).rejects.toMatchObject(refusal(folder, 'is not a folder'));
    const below = join(folder, 'below');
    const words = 'cannot be used: a part of the path is not a directory (ENOTDIR)';
    await expect(openStore(below, time)).rejects.toMatchObject(refusal(below, words));
  });

  test('a folder without the marker, as after a forgotten mount', async () => {
    const folder = aFolder({ 'results/x': '' });
    const words = `is no store: there is no file ${MARKER} in it. If it is a mount, it may be missing. To make the folder a store: vco-sweeper store init FOLDER`;
    await expect(openStore(folder, time)).rejects.toMatchObject(refusal(folder, words));
    expect(Object.keys(filesIn(folder))).toEqual(['results/x']);
  });

  test.each([
    ['', `${MARKER} is no JSON with a "format", or was cut off`],
    ['{"format":"vco-sweep', `${MARKER} is no JSON with a "format", or was cut off`],
    ['[]', `${MARKER} is no JSON with a "format", or was cut off`],
    ['{"format":1}', `${MARKER} says the format is no text, and this version knows only vco-sweeper/store@1`],
    [
      '{"format":"vco-sweeper/store@2"}',
      `${MARKER} says the format is "vco-sweeper/store@2", and this version knows only vco-sweeper/store@1`,
    ],
  ])('a folder with the marker %j', async (text, why) => {
    const folder = aFolder({ [MARKER]: text });
    await expect(openStore(folder, time)).rejects.toMatchObject(refusal(folder, `is no store: ${why}.`));
    await expect(initStore(folder)).rejects.toMatchObject(refusal(folder, `was left as it is: ${why}.`));
    expect(filesIn(folder)).toEqual({ [MARKER]: text });
  });

  test('a folder whose marker is a folder or a link', async () => {
    const folder = aFolder({ [`${MARKER}/x`]: '' });
    const words = `cannot be used: ${MARKER} is not a file`;
    await expect(openStore(folder, time)).rejects.toMatchObject(refusal(folder, words));
    const linked = aFolder();
    symlinkSync(join(aStoreFolder(), MARKER), join(linked, MARKER));
    const found = 'cannot be used: it is a symbolic link (ELOOP)';
    await expect(openStore(linked, time)).rejects.toMatchObject(refusal(linked, found));
  });

  test.each([
    ['EROFS', 'the file system is read-only (EROFS)'],
    ['EACCES', 'permission denied (EACCES)'],
  ])('a folder without write permission: %s', async (code, words) => {
    const folder = aStoreFolder();
    const files = brokenFiles({ access: () => Promise.reject(systemError(code)) });
    await expect(openStore(folder, time, files)).rejects.toMatchObject(refusal(folder, `cannot be used: ${words}`));
  });

  test('a folder that cannot be read', async () => {
    const folder = aStoreFolder();
    const files = brokenFiles({ realpath: () => Promise.reject(systemError('EACCES')) });
    const words = 'cannot be used: permission denied (EACCES)';
    await expect(openStore(folder, time, files)).rejects.toMatchObject(refusal(folder, words));
    await expect(openStore('/x\u0000y', time)).rejects.toMatchObject({ name: 'ConfigError' });
  });
});

describe('store init', () => {
  test('creates the folder and makes it a store', async () => {
    const folder = join(aFolder(), 'a/b');
    expect(await initStore(folder)).toBe(true);
    expect(filesIn(folder)).toEqual({ [MARKER]: `${MARKER_TEXT}\n` });
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(join(folder, MARKER)).mode & 0o777).toString(8)).toBe('600');
    expect((await openStore(folder, time)).folder).toBe(folder);
  });

  test('keeps existing files, and leaves a store unchanged', async () => {
    const folder = aFolder({ 'notes.txt': 'mine' });
    expect(await initStore(folder)).toBe(true);
    writeFileSync(join(folder, MARKER), `${MARKER_TEXT} `);
    expect(await initStore(folder)).toBe(false);
    expect(filesIn(folder)).toEqual({ 'notes.txt': 'mine', [MARKER]: `${MARKER_TEXT} ` });
  });

  test('names the problem of a folder that cannot be a store', async () => {
    const file = join(aFolder({ file: '' }), 'file');
    await expect(initStore(file)).rejects.toMatchObject(
      refusal(file, 'cannot be used: a file of this name exists already (EEXIST)'),
    );
    const folder = aFolder();
    const full = brokenFiles({}, () => ({ write: () => Promise.reject(systemError('ENOSPC')) }));
    await expect(initStore(folder, full)).rejects.toMatchObject(
      refusal(folder, `cannot be used: ${MARKER} cannot be written: no space is left (ENOSPC)`),
    );
    const fixed = aFolder();
    const readOnly = brokenFiles({
      open: (path, flags, mode) =>
        mode === undefined ? machineFiles.open(path, flags) : Promise.reject(systemError('EROFS')),
    });
    await expect(initStore(fixed, readOnly)).rejects.toMatchObject(
      refusal(fixed, `cannot be used: ${MARKER} cannot be written: the file system is read-only (EROFS)`),
    );
  });

  test('makes a single store if it runs twice at the same time', async () => {
    const folder = join(aFolder(), 'new');
    const ended = await Promise.allSettled([initStore(folder), initStore(folder)]);
    expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
    mkdirSync(join(folder, 'results'));
    expect(readFileSync(join(folder, MARKER), 'utf8')).toBe(`${MARKER_TEXT}\n`);
    await openStore(folder, time);
  });
});
