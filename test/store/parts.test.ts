import { createHash } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../../lib/store/open-store.ts';
import { aFolder, aStoreFolder, cleanUp, FORMAT, filesIn, PATH, time, withHash } from './store-support.ts';

afterEach(cleanUp);

async function partsOf(text: string) {
  const store = await openStore(aStoreFolder({ [PATH]: text }), time);
  const [parts, whole] = [await store.getParts(PATH, FORMAT, 'items'), await store.get(PATH, FORMAT)];
  return { parts: parts.kind === 'parts' ? { head: parts.head, items: [...parts.items()] } : parts, whole };
}

/** For a text that need not be a document. */
const withRightHash = (text: string): string =>
  `${text.slice(0, -1)},"sha256":"${createHash('sha256').update(text).digest('hex')}"}`;

const HOSTILE = ',"items":[{"a":1}],"sha256":"\\"}{[]';

describe('a document in parts', () => {
  test('equals the whole document, with any texts in it', async () => {
    const item = fc.dictionary(fc.string(), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 5 }), fc.string(), async (items, text) => {
        const document = JSON.parse(JSON.stringify({ format: FORMAT, text, hostile: HOSTILE, items }));
        const { parts, whole } = await partsOf(withHash(document));
        const { items: list, ...head } = document;
        expect(whole).toEqual({ kind: 'document', document });
        expect(parts).toEqual({ head, items: list });
      }),
      { numRuns: 50 },
    );
  });

  test('keeps its parts if an editor has reformatted it', async () => {
    const text = withHash({ format: FORMAT, hostile: HOSTILE, items: [{ a: '{' }, { b: '\\' }] });
    const { parts } = await partsOf(JSON.stringify(JSON.parse(text), null, 2));
    expect(parts).toEqual({ head: { format: FORMAT, hostile: HOSTILE }, items: [{ a: '{' }, { b: '\\' }] });
  });

  test.each([
    ['a wrong hash', withHash({ format: FORMAT, items: [{ a: 1 }] }).replace('"a":1', '"a":2'), 'its sha256 is not'],
    ['another format', withHash({ format: 'other', items: [] }), 'not of the format'],
    ['a missing end', withHash({ format: FORMAT, items: [{ a: 1 }] }).slice(0, -1), 'no JSON'],
    ['no list', withHash({ format: FORMAT, items: 3 }), 'its items are no list'],
    ['a matching hash but invalid JSON', withRightHash(`{"format":"${FORMAT}","a":}`), 'no JSON'],
  ])('does not count as a document with %s', async (_what, text, reason) => {
    expect((await partsOf(text)).parts).toEqual({ kind: 'unusable', reason: expect.stringContaining(reason) });
  });
});

test('an item with invalid JSON in a document with a matching hash is undefined, and the next item is still read', async () => {
  const { parts } = await partsOf(withRightHash(`{"format":"${FORMAT}","items":[{"a":},{"b":1}]}`));
  expect(parts).toEqual({ head: { format: FORMAT }, items: [undefined, { b: 1 }] });
});

describe('a text file', () => {
  test('is written piece by piece, and replaced as a whole', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    await store.putText('reports/latest.html', ['one ', 'Zürich ', 'end']);
    await store.putText('reports/latest.html', ['two']);
    expect(filesIn(folder)['reports/latest.html']).toBe('two');
    expect(await store.endsWith('reports/latest.html', 'wo')).toBe(true);
    expect(await store.endsWith('reports/latest.html', 'and two')).toBe(false);
    expect(await store.endsWith('reports/none.html', '')).toBe(false);
  });

  test('is never written through a symbolic link, outside the store, or into a folder that is not a store', async () => {
    const outside = aFolder({ 'of-others.html': 'theirs' });
    const folder = aStoreFolder({ 'reports/a.html': '' });
    symlinkSync(join(outside, 'of-others.html'), join(folder, 'reports/latest.html'));
    const store = await openStore(folder, time);
    await expect(store.putText('reports/latest.html', ['ours'])).rejects.toMatchObject({ name: 'StoreError' });
    await expect(store.putText('../of-others.html', ['ours'])).rejects.toMatchObject({ name: 'StoreError' });
    expect(filesIn(outside)).toEqual({ 'of-others.html': 'theirs' });
  });
});
