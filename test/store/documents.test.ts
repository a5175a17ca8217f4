import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../../lib/store/open-store.ts';
import {
  aStoreFolder,
  brokenFiles,
  cleanUp,
  document,
  FORMAT,
  PATH,
  systemError,
  time,
  withHash,
} from './store-support.ts';

afterEach(cleanUp);

describe('a document', () => {
  test('is JSON whose last key is the SHA-256 of its text without that key', async () => {
    const folder = aStoreFolder();
    await (await openStore(folder, time)).put(PATH, document);
    const text = readFileSync(join(folder, PATH), 'utf8');
    expect(text).toBe(withHash(document));
    const [, before = '', hash] = /^(.*),"sha256":"([0-9a-f]{64})"\}$/s.exec(text) ?? [];
    expect(hash).toBe(createHash('sha256').update(`${before}}`).digest('hex'));
  });

  test('is read back unchanged', async () => {
    const store = await openStore(aStoreFolder(), time);
    await store.put(PATH, document);
    expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'document', document });
  });

  test('is readable only by its owner, and so are the folders above it', async () => {
    const folder = aStoreFolder();
    await (await openStore(folder, time)).put(PATH, document);
    const mode = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
    expect([PATH, 'results/2026-11-22', 'results'].map(mode)).toEqual(['600', '700', '700']);
  });

  test('is written once: if a name exists already, the store refuses it and keeps the old document', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    await store.put(PATH, document);
    await expect(store.put(PATH, { format: FORMAT, other: true })).rejects.toMatchObject({
      name: 'StoreError',
      code: 'StoreFailed',
      message: `${folder}: ${PATH} cannot be written: a file of this name exists already (EEXIST)`,
    });
    expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'document', document });
  });

  test('that two runs write at the same time is the complete document of either run', async () => {
    const store = await openStore(aStoreFolder(), time);
    const ended = await Promise.allSettled(
      ['a', 'b', 'c'].map((runId) => store.put(PATH, { format: FORMAT, runId, text: runId.repeat(200_000) })),
    );
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await store.get(PATH, FORMAT)).toMatchObject({ kind: 'document' });
  });

  test('that comes in pieces equals a document that comes at once, and the file is opened with the first piece', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    const writer = store.begin(PATH);
    expect(readdirSync(folder)).toEqual(['vco-sweeper-store.json']);
    const text = JSON.stringify(document).slice(0, -1);
    for (const [at, character] of [...text].entries()) {
      writer.write(character);
      if (at % 21 === 0) {
        await writer.drained();
      }
    }
    await writer.close();
    expect(readFileSync(join(folder, PATH), 'utf8')).toBe(withHash(document));
  });

  test('that was given up has no hash, and does not count as a document', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    const writer = store.begin(PATH);
    writer.write('{"format":"vco-sweeper/result@1"');
    await writer.drained();
    await writer.abandon();
    await expect(writer.close()).rejects.toMatchObject({ message: expect.stringContaining('given up') });
    expect(readFileSync(join(folder, PATH), 'utf8')).toBe('{"format":"vco-sweeper/result@1"');
    expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'unusable', reason: 'it is no JSON, or was cut off' });
  });

  test('never waits in memory as a whole: the store writes pieces while more pieces come', async () => {
    const sizes: number[] = [];
    const files = brokenFiles({}, (file) => ({
      write: (bytes, offset, length) => {
        sizes.push(length);
        return file.write(bytes, offset, length);
      },
    }));
    const store = await openStore(aStoreFolder(), time, files);
    const writer = store.begin(PATH);
    const piece = 'x'.repeat(1_000);
    writer.write(`{"format":"${FORMAT}","text":"`);
    for (let count = 0; count < 2_000; count += 1) {
      writer.write(piece);
      if (count % 100 === 0) {
        await writer.drained();
      }
    }
    writer.write('"');
    await writer.close();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100_000);
    expect(await store.get(PATH, FORMAT)).toMatchObject({ kind: 'document' });
  });
});

describe('a listing', () => {
  test('has the sorted names of our files in a folder, and no names for a missing folder', async () => {
    const store = await openStore(
      aStoreFolder({ 'results/b.json': '', 'results/a.json': '', 'results/.DS_Store': '', 'results/a b': '' }),
      time,
    );
    expect(await store.list('results')).toEqual(['a.json', 'b.json']);
    expect(await store.list('backups/1000000000000001')).toEqual([]);
  });

  test('that lags cannot hide a document whose name is known, and a name without a document is absent', async () => {
    const files = brokenFiles({ readdir: async () => ['120000Z-deleted.json'] });
    const store = await openStore(aStoreFolder({ 'results/2026-11-22/x.json': '' }), time, files);
    await store.put(PATH, document);
    expect(await store.list('results/2026-11-22')).toEqual(['120000Z-deleted.json']);
    expect(await store.get(PATH, FORMAT)).toMatchObject({ kind: 'document' });
    expect(await store.get('results/2026-11-22/120000Z-deleted.json', FORMAT)).toEqual({ kind: 'absent' });
  });

  test('throws if the folder cannot be read', async () => {
    const store = await openStore(aStoreFolder({ results: 'a file' }), time);
    await expect(store.list('results')).rejects.toMatchObject({
      message: expect.stringContaining('results cannot be listed: a part of the path is not a directory (ENOTDIR)'),
    });
  });
});

describe('a reader ignores, with a reason,', () => {
  const whole = withHash(document);
  const hash = /"sha256":"(\w+)"/.exec(whole)?.[1] ?? '';
  test.each<[string, string | Uint8Array, RegExp]>([
    ['a document that is cut off', whole.slice(0, -1), /cut off/],
    ['a document that is cut off in its hash', whole.slice(0, -20), /cut off/],
    ['an empty file', '', /cut off/],
    ['a text that is not JSON', 'hello', /no JSON/],
    ['bytes that are not text', new Uint8Array([0x7b, 0xff, 0x7d]), /no JSON/],
    ['JSON that is not a document', '[1]', /no document of a store/],
    ['null', 'null', /no document of a store/],
    ['a document without a hash', JSON.stringify(document), /last key is not sha256/],
    [
      'a document with another hash',
      whole.replace(
        hash,
        hash.replace(/./, (first) => (first === '0' ? '1' : '0')),
      ),
      /was changed/,
    ],
    ['a document whose hash is not text', JSON.stringify({ ...document, sha256: 1 }), /was changed/],
    ['a document that was changed', whole.replace('"kept":3', '"kept":4'), /was changed/],
    ['a document with an added key', whole.replace(/\}$/, ',"more":1}'), /last key is not sha256/],
    [
      'a document of another format',
      withHash({ ...document, format: 'vco-sweeper/result@2' }),
      /not of the format vco-sweeper\/result@1/,
    ],
    ['two documents in one file', `${whole}${whole}`, /cut off/],
  ])('%s', async (_what, text, reason) => {
    const folder = aStoreFolder();
    mkdirSync(join(folder, 'results/2026-11-22'), { recursive: true });
    writeFileSync(join(folder, PATH), text);
    const reading = await (await openStore(folder, time)).get(PATH, FORMAT);
    expect(reading).toEqual({ kind: 'unusable', reason: expect.stringMatching(reason) });
  });

  test('a folder or a link in place of a document', async () => {
    const folder = aStoreFolder({ [`${PATH}/x`]: '', 'results/other.json': whole });
    symlinkSync(join(folder, 'results/other.json'), join(folder, 'results/link.json'));
    const store = await openStore(folder, time);
    expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'unusable', reason: expect.stringMatching(/is not a file/) });
    expect(await store.get('results/link.json', FORMAT)).toEqual({
      kind: 'unusable',
      reason: 'it cannot be read: it is a symbolic link (ELOOP)',
    });
  });

  test('a document in which a letter became an invalid byte', async () => {
    const text = Buffer.from(withHash({ format: FORMAT, name: '\ufffd' }));
    const at = text.indexOf('\ufffd');
    const store = await openStore(aStoreFolder(), time);
    await store.put(PATH, document);
    writeFileSync(
      join(store.folder, PATH),
      Buffer.concat([text.subarray(0, at), Buffer.of(0xff), text.subarray(at + 3)]),
    );
    expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'unusable', reason: 'it is no JSON, or was cut off' });
  });

  test('but not a document that an editor has reformatted, even with a byte order mark', async () => {
    const pretty = `\ufeff${JSON.stringify(JSON.parse(whole), null, 2)}\n`;
    const store = await openStore(aStoreFolder({ [PATH]: pretty }), time);
    expect(await store.get(PATH, FORMAT)).toEqual({ kind: 'document', document });
  });

  test('but not a complete document, although it ignored each incomplete state of it', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    await store.put(PATH, document);
    const { size } = statSync(join(folder, PATH));
    for (let bytes = 0; bytes < size; bytes += 1) {
      truncateSync(join(folder, PATH), size - 1 - bytes);
      expect(await store.get(PATH, FORMAT)).toMatchObject({ kind: 'unusable' });
    }
  });

  test('a store that fails to read throws, and the document does not count as absent', async () => {
    const files = brokenFiles({}, () => ({ read: () => Promise.reject(systemError('EIO')) }));
    const folder = aStoreFolder({ [PATH]: whole });
    const store = await openStore(folder, time);
    expect(await store.get(PATH, FORMAT)).toMatchObject({ kind: 'document' });
    let reads = 0;
    const later = brokenFiles({}, (file) => ({
      read: (bytes, offset, length, position) => {
        reads += 1;
        // The first two reads are reads of the marker.
        return reads > 2 ? Promise.reject(systemError('EIO')) : file.read(bytes, offset, length, position);
      },
    }));
    await expect((await openStore(folder, time, later)).get(PATH, FORMAT)).rejects.toMatchObject({
      code: 'StoreFailed',
      message: `${folder}: ${PATH} cannot be read: EIO`,
    });
    await expect(openStore(folder, time, files)).rejects.toMatchObject({ name: 'ConfigError' });
  });
});
