import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { machineFiles } from '../../lib/store/file-system.ts';
import { openStore } from '../../lib/store/open-store.ts';
import { aStoreFolder, brokenFiles, cleanUp, systemError, time } from './store-support.ts';

afterEach(cleanUp);

describe('the file STOP', () => {
  test('stops a run, as any kind of file', async () => {
    const plain = aStoreFolder({ STOP: '' });
    const folder = aStoreFolder({ 'STOP/why': 'a folder' });
    const broken = aStoreFolder();
    symlinkSync('/nowhere/at/all', join(broken, 'STOP'));
    for (const one of [plain, folder, broken]) {
      expect(await (await openStore(one, time)).isStopped()).toBe(true);
    }
  });

  test('is seen as soon as it exists, and a run continues as soon as it is removed', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    expect(await store.isStopped()).toBe(false);
    writeFileSync(join(folder, 'STOP'), '');
    expect(await store.isStopped()).toBe(true);
    rmSync(join(folder, 'STOP'));
    expect(await store.isStopped()).toBe(false);
  });

  test.each([
    ['a lagging listing', brokenFiles({ readdir: async () => ['vco-sweeper-store.json'] })],
    [
      'a lookup from a cache',
      brokenFiles({
        lstat: (path) => (path.endsWith('STOP') ? Promise.reject(systemError('ENOENT')) : machineFiles.lstat(path)),
      }),
    ],
  ])('is seen despite %s', async (_what, files) => {
    expect(await (await openStore(aStoreFolder({ STOP: '' }), time, files)).isStopped()).toBe(true);
  });

  test.each([
    ['the listing', brokenFiles({ readdir: () => Promise.reject(systemError('EIO')) })],
    [
      'the lookup',
      brokenFiles({
        lstat: (path) => (path.endsWith('STOP') ? Promise.reject(systemError('EIO')) : machineFiles.lstat(path)),
      }),
    ],
  ])('if %s fails, the answer is unknown, and unknown is not "no"', async (_what, files) => {
    const folder = aStoreFolder();
    await expect((await openStore(folder, time, files)).isStopped()).rejects.toMatchObject({
      name: 'StoreError',
      message: `${folder}: nobody can tell whether there is a file STOP: EIO`,
    });
  });
});
