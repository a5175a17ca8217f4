import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type FileSystem, machineFiles } from '../../lib/store/file-system.ts';
import { openStore } from '../../lib/store/open-store.ts';
import {
  aStoreFolder,
  brokenFile,
  brokenFiles,
  cleanUp,
  document,
  FORMAT,
  never,
  PATH,
  systemError,
  time,
  withHash,
} from './store-support.ts';

afterEach(cleanUp);

describe('a document that cannot be written', () => {
  test.each([
    ['ENOSPC', 'StoreFull', 'no space is left (ENOSPC)'],
    ['EDQUOT', 'StoreFull', 'the quota is used up (EDQUOT)'],
    ['EROFS', 'StoreDenied', 'the file system is read-only (EROFS)'],
    ['EACCES', 'StoreDenied', 'permission denied (EACCES)'],
    ['EIO', 'StoreFailed', 'EIO'],
  ])('has the path and the cause in its error: %s', async (code, expected, words) => {
    const failing = () => Promise.reject(systemError(code));
    const open: FileSystem['open'] = (path, ...rest) =>
      path.endsWith('run.json') ? failing() : machineFiles.open(path, ...rest);
    const places = [brokenFiles({ mkdir: failing }), brokenFiles({ open })];
    const writing = (['write', 'sync'] as const).map((name) => brokenFiles({}, () => ({ [name]: failing })));
    for (const files of [...places, ...writing]) {
      const folder = aStoreFolder();
      await expect((await openStore(folder, time, files)).put(PATH, document)).rejects.toMatchObject({
        name: 'StoreError',
        code: expected,
        message: `${folder}: ${PATH} cannot be written: ${words}`,
      });
    }
  });

  test('is not stored if only its close fails', async () => {
    const open: FileSystem['open'] = async (path, ...rest) => {
      const file = await machineFiles.open(path, ...rest);
      const close = () => file.close().then(() => Promise.reject(systemError('EIO')));
      return path.endsWith('run.json') ? brokenFile(file, { close }) : file;
    };
    const store = await openStore(aStoreFolder(), time, brokenFiles({ open }));
    await expect(store.put(PATH, document)).rejects.toMatchObject({ code: 'StoreFailed' });
  });

  test('leaves no file open', async () => {
    let open = 0;
    const counting = brokenFiles({}, (file) => {
      open += 1;
      return {
        sync: () => Promise.reject(systemError('EIO')),
        close: async () => {
          await file.close();
          open -= 1;
        },
      };
    });
    const store = await openStore(aStoreFolder(), time, counting);
    await expect(store.put(PATH, document)).rejects.toMatchObject({ code: 'StoreFailed' });
    await (await openStore(aStoreFolder(), time)).put(PATH, document);
    expect(open).toBe(0);
  });

  test('does not count as a document if half of it was written', async () => {
    let writes = 0;
    const files = brokenFiles({}, (file) => ({
      write: async (bytes, offset, length) => {
        writes += 1;
        if (writes > 1) {
          throw systemError('ENOSPC');
        }
        return await file.write(bytes, offset, Math.ceil(length / 2));
      },
    }));
    const store = await openStore(aStoreFolder(), time, files);
    await expect(store.put(PATH, document)).rejects.toMatchObject({ code: 'StoreFull' });
    expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'unusable', reason: 'it is no JSON, or was cut off' });
  });

  test('ends with a failure, not with an endless loop, if the file system takes no bytes', async () => {
    const files = brokenFiles({}, () => ({ write: async () => ({ bytesWritten: 0 }) }));
    const store = await openStore(aStoreFolder(), time, files);
    await expect(store.put(PATH, document)).rejects.toMatchObject({
      message: expect.stringContaining('the file system wrote nothing'),
    });
  });

  test('a write that takes fewer bytes than it gets is followed by another write for the rest', async () => {
    const folder = aStoreFolder();
    const files = brokenFiles({}, (file) => ({
      write: (bytes, offset, length) => file.write(bytes, offset, Math.min(length, 3)),
    }));
    await (await openStore(folder, time, files)).put(PATH, document);
    expect(readFileSync(join(folder, PATH), 'utf8')).toBe(withHash(document));
  });

  test.each(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])(
    'a file system without fsync (%s) is enough',
    async (code) => {
      const store = await openStore(
        aStoreFolder(),
        time,
        brokenFiles({}, () => ({ sync: () => Promise.reject(systemError(code)) })),
      );
      await store.put(PATH, document);
      expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'document', document });
    },
  );

  test('after a failed write, no further piece stays in memory, and the error is the first failure', async () => {
    let writes = 0;
    let opens = 0;
    const open: FileSystem['open'] = (path, ...rest) => {
      opens += Number(path.endsWith('run.json'));
      return machineFiles.open(path, ...rest);
    };
    const files = brokenFiles({ open }, () => ({
      write: async () => {
        writes += 1;
        throw systemError(writes === 1 ? 'ENOSPC' : 'EIO');
      },
    }));
    const writer = (await openStore(aStoreFolder(), time, files)).begin(PATH);
    for (let count = 0; count < 5; count += 1) {
      writer.write('{');
      await writer.drained();
    }
    await expect(writer.close()).rejects.toMatchObject({ code: 'StoreFull' });
    // Wait as long as another document takes. Further calls would have come within this time.
    await (await openStore(aStoreFolder(), time)).put(PATH, document);
    expect([opens, writes]).toEqual([1, 1]);
  });

  test('a file system that does not answer delays a run only until its deadline', async () => {
    const nowMs = 1_000_000;
    const near = { clock: { ...time.clock, now: () => nowMs }, deadlineMs: nowMs + 200 };
    const files = brokenFiles({}, () => ({ write: never }));
    const store = await openStore(aStoreFolder(), near, files);
    await expect(store.put(PATH, document)).rejects.toMatchObject({
      code: 'StoreTimeout',
      message: expect.stringMatching(/cannot be written: no answer within 1000 ms$/),
    });
    const deaf = await openStore(aStoreFolder(), near, brokenFiles({ readdir: never }));
    await expect(deaf.isStopped()).rejects.toMatchObject({ code: 'StoreTimeout' });
    await expect(deaf.list('results')).resolves.toEqual([]);
  });
});

describe('a store that vanishes', () => {
  const gone = { name: 'StoreError', code: 'StoreGone' };

  test('makes every method fail', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    renameSync(folder, `${folder}-elsewhere`);
    try {
      await expect(store.put(PATH, document)).rejects.toMatchObject(gone);
      await expect(store.get(PATH, FORMAT)).rejects.toMatchObject(gone);
      await expect(store.list('results')).rejects.toMatchObject(gone);
      await expect(store.isStopped()).rejects.toMatchObject(gone);
      expect(existsSync(folder)).toBe(false);
    } finally {
      renameSync(`${folder}-elsewhere`, folder);
    }
  });

  test('and leaves an empty folder, like a bucket that was unmounted, takes no document', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    rmSync(join(folder, 'vco-sweeper-store.json'));
    await expect(store.put(PATH, document)).rejects.toMatchObject({
      ...gone,
      message: `${folder}: it is no store any more: there is no file vco-sweeper-store.json in it`,
    });
    await expect(store.isStopped()).rejects.toMatchObject(gone);
    await expect(store.list('results')).rejects.toMatchObject(gone);
    await expect(store.get(PATH, FORMAT)).rejects.toMatchObject(gone);
    expect(readdirSync(folder)).toEqual([]);
  });
});
