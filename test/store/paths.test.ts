import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { resultPath } from '../../lib/core/store/store-layout.ts';
import { openStore } from '../../lib/store/open-store.ts';
import { aFolder, aStoreFolder, cleanUp, document, FORMAT, filesIn, PATH, time, withHash } from './store-support.ts';

afterEach(cleanUp);

describe('no path leaves the store:', () => {
  test.each([
    '../outside.json',
    'results/../../outside.json',
    'results/..',
    '/etc/passwd',
    'results//x.json',
    'results/./x.json',
    'results/.hidden',
    'results\\x.json',
    'results/a b.json',
    'results/x\u0000.json',
    'results/x\n.json',
    '',
    'results/',
    `results/${'x'.repeat(300)}`,
  ])('%j is refused', async (path) => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    const refused = { name: 'StoreError', message: expect.stringContaining('is not a path within a store') };
    await expect(store.put(path, document)).rejects.toMatchObject(refused);
    await expect(store.get(path, FORMAT)).rejects.toMatchObject(refused);
    await expect(store.list(path)).rejects.toMatchObject(refused);
    expect(readdirSync(folder)).toEqual(['vco-sweeper-store.json']);
  });

  test.each(['../../run', '/run', 'run/../../..', 'run/x', '', '.'])(
    'the run id %j is refused as a part of a path',
    (runId) => {
      expect(() => resultPath(0, runId)).toThrow(expect.objectContaining({ name: 'StoreError' }));
    },
  );

  test('a folder that is a link out of the store is not followed, at any depth', async () => {
    const outside = aFolder();
    for (const at of ['results', 'results/2026-11-22']) {
      const folder = aStoreFolder();
      mkdirSync(join(folder, at, '..'), { recursive: true });
      symlinkSync(outside, join(folder, at));
      const store = await openStore(folder, time);
      await expect(store.put(PATH, document)).rejects.toMatchObject({
        message: expect.stringContaining('leads out of the store by a symbolic link'),
      });
      await expect(store.list(at)).rejects.toMatchObject({ name: 'StoreError' });
    }
    expect(readdirSync(outside)).toEqual([]);
  });

  test('a file outside the store is not read through a link', async () => {
    const outside = aFolder({ '120000Z-run.json': withHash(document) });
    const folder = aStoreFolder({ 'results/x': '' });
    symlinkSync(outside, join(folder, 'results/2026-11-22'));
    const store = await openStore(folder, time);
    expect(await store.get(PATH, FORMAT)).toEqual({
      kind: 'unusable',
      reason: expect.stringContaining('leads out of the store by a symbolic link'),
    });
  });

  test('a link in place of a new document is not followed', async () => {
    const outside = aFolder();
    const folder = aStoreFolder({ 'results/2026-11-22/x': '' });
    symlinkSync(join(outside, 'target.json'), join(folder, PATH));
    await expect((await openStore(folder, time)).put(PATH, document)).rejects.toMatchObject({
      message: expect.stringContaining('EEXIST'),
    });
    expect(readdirSync(outside)).toEqual([]);
  });

  test('a link within the store is allowed, and the store itself may be a link', async () => {
    const folder = aStoreFolder({ 'elsewhere/x': '' });
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'results'));
    const link = join(aFolder(), 'link');
    symlinkSync(folder, link);
    const store = await openStore(link, time);
    await store.put(PATH, document);
    expect(await store.get(PATH, FORMAT)).toMatchObject({ kind: 'document' });
    expect(Object.keys(filesIn(folder))).toContain(PATH.replace('results', 'elsewhere'));
  });
});
