import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome, RunResult } from '../../lib/core/domain/outcome.ts';
import { machineFiles } from '../../lib/store/file-system.ts';
import { openStore } from '../../lib/store/open-store.ts';
import { ResultDocument } from '../../lib/sweep/result-document.ts';
import { aStoreFolder, brokenFiles, cleanUp, filesIn, systemError, time, withHash } from '../store/store-support.ts';
import { anOutcome, NOW } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { dueTags, estate, free, inUse } from '../support/estates.ts';

afterEach(cleanUp);

const MARKER = 'vco-sweeper-store.json';
const PATH = 'results/2026-11-22/120000Z-run.json';
const documentsIn = (folder: string) => Object.entries(filesIn(folder)).filter(([path]) => path !== MARKER);

/** The only result in a store. Also checks its hash. */
function resultIn(folder: string): Record<string, unknown> & Pick<RunResult, 'outcomes'> {
  const results = documentsIn(folder).filter(([name]) => name.startsWith('results/'));
  const [[path, text] = ['', ''], ...others] = results;
  expect(others).toEqual([]);
  expect(path).toBe(PATH);
  const { sha256, ...document } = JSON.parse(text);
  expect(text).toBe(withHash(document));
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  return document;
}

const kept = { 'vco-sweeper:keep': '' };
const small = () =>
  startCloud({ estate: estate(free('old', dueTags()), free('kept', kept), free('new'), ...inUse(3)) });
const events = ({ lines }: ReturnType<typeof startCloud>) => lines.map(({ event }) => event);
const byId = (outcomes: readonly Outcome[]) => outcomes.toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1));

describe('a run with a store', () => {
  test.each(['plan', 'mark', 'sweep'] as const)('keeps its whole result there, in mode %s', async (mode) => {
    const folder = aStoreFolder();
    const cloud = small();
    const parts = [{ mode, regions: undefined, connections: undefined }];
    const result = await cloud.run({ store: await openStore(folder, time), parts });
    expect(result).toMatchObject({ mode, status: 'complete' });
    const { format, ...stored } = resultIn(folder);
    expect(format).toBe('vco-sweeper/result@1');
    expect({ ...stored, outcomes: byId(stored.outcomes) }).toEqual({ ...result, outcomes: byId(result.outcomes) });
    expect(stored.outcomes.map(({ connectionId }) => connectionId).sort()).toEqual(['vco-kept', 'vco-new', 'vco-old']);
    expect(cloud.lines.at(-1)).toMatchObject({ event: 'run.finished', status: 'complete', storedAs: PATH });
    expect(result).not.toHaveProperty('notStored');
  });

  test('has its format as the first key and its hash as the last key', async () => {
    const folder = aStoreFolder();
    await small().run({ store: await openStore(folder, time) });
    const keys = Object.keys(JSON.parse(filesIn(folder)[PATH] ?? ''));
    expect([keys.at(0), keys.at(-1)]).toEqual(['format', 'sha256']);
  });

  test('stores every outcome, even if the answer leaves some out', async () => {
    const folder = aStoreFolder();
    const many = Array.from({ length: 1_003 }, (_, index) => free(`kept${index}`, kept));
    const cloud = startCloud({ estate: estate(...many, free('old', dueTags()), ...inUse(2)) });
    const result = await cloud.run({ store: await openStore(folder, time) });
    expect(result).toMatchObject({ outcomesOmitted: 4, counts: { protected: 1_003, deleted: 1 } });
    const stored = resultIn(folder);
    expect(stored.outcomes).toHaveLength(1_004);
    expect(stored).not.toHaveProperty('outcomesOmitted');
    expect(stored.counts).toEqual(result.counts);
  });

  test('stores a result even if it looks at nothing', async () => {
    const folder = aStoreFolder();
    await small().run({ store: await openStore(folder, time), parts: [] });
    expect(resultIn(folder)).toMatchObject({ status: 'complete', regions: [], outcomes: [] });
  });

  test('stores no result if it is refused', async () => {
    const folder = aStoreFolder();
    const refused = startCloud({ estate: estate(free('old')), policy: { regions: undefined } });
    const run = refused.run({ store: await openStore(folder, time), defaultRegion: null });
    await expect(run).rejects.toMatchObject({ name: 'ConfigError' });
    expect(documentsIn(folder)).toEqual([]);
  });

  test('leaves a document without a hash if it ends with a defect', async () => {
    const folder = aStoreFolder();
    const store = await openStore(folder, time);
    const cloud = small();
    const limits = {
      ...cloud.policy.limits,
      get perRun(): number {
        throw new TypeError('a defect');
      },
    };
    await expect(cloud.run({ store, policy: { ...cloud.policy, limits } })).rejects.toThrow('a defect');
    expect(Object.keys(filesIn(folder))).toContain(PATH);
    expect(await store.get(PATH, 'vco-sweeper/result@1')).toMatchObject({ kind: 'unusable' });
  });
});

test('without a store, a run writes no file and does not mention a store', async () => {
  const cloud = small();
  expect(await cloud.run()).not.toHaveProperty('notStored');
  expect(cloud.lines.at(-1)).not.toHaveProperty('storedAs');
});

describe('if a result cannot be stored, the run is incomplete but still answers:', () => {
  const failing = (code: string) => () => Promise.reject(systemError(code));
  const ofResult = (change: object) =>
    brokenFiles({
      open: async (path, ...rest) => {
        const file = await machineFiles.open(path, ...rest);
        return path.endsWith('Z-run.json') && path.includes('/results/') ? Object.assign(file, change) : file;
      },
    });

  test.each([
    ['the store is full', brokenFiles({ mkdir: failing('ENOSPC') }), 'StoreFull', 'no space is left (ENOSPC)'],
    [
      'the file system became read-only',
      brokenFiles({ mkdir: failing('EROFS') }),
      'StoreDenied',
      'the file system is read-only (EROFS)',
    ],
    [
      'the store is full in the middle',
      ofResult({ write: failing('ENOSPC') }),
      'StoreFull',
      'no space is left (ENOSPC)',
    ],
    [
      'the store is full at the end',
      ofResult({ sync: failing('EDQUOT') }),
      'StoreFull',
      'the quota is used up (EDQUOT)',
    ],
    [
      'the file system takes no bytes',
      ofResult({ write: async () => ({ bytesWritten: 0 }) }),
      'StoreFailed',
      'the file system wrote nothing, and did not say why',
    ],
  ])('%s', async (_what, files, code, words) => {
    const folder = aStoreFolder();
    const cloud = small();
    const result = await cloud.run({ store: await openStore(folder, time, files) });
    const reason = `${folder}: ${PATH} cannot be written: ${words}`;
    expect(result).toMatchObject({ status: 'incomplete', notStored: reason, counts: { marked: 1 } });
    expect(result.outcomes).toHaveLength(3);
    expect(cloud.lines.slice(-2)).toMatchObject([
      { event: 'result.failed', code, reason },
      { event: 'run.finished', status: 'incomplete' },
    ]);
    expect(events(cloud).filter((event) => event === 'result.failed')).toHaveLength(1);
    expect(cloud.lines.at(-1)).not.toHaveProperty('storedAs');
  });

  test('the store vanished during the run', async () => {
    const folder = aStoreFolder();
    const cloud = startCloud({ estate: estate(free('new'), ...inUse(3)) });
    const result = await cloud.run({
      store: await openStore(folder, time),
      before: () => rmSync(join(folder, MARKER), { force: true }),
    });
    expect(result).toMatchObject({ status: 'incomplete', counts: { marked: 1 } });
    expect(result.notStored).toContain('it is no store any more: there is no file vco-sweeper-store.json in it');
  });

  test('a file exists in place of the folder of results', async () => {
    const folder = aStoreFolder({ results: 'mine' });
    const result = await small().run({ store: await openStore(folder, time) });
    expect(result).toMatchObject({ status: 'incomplete', counts: { deleted: 1 } });
    expect(filesIn(folder)).toMatchObject({ results: 'mine' });
  });

  test('the name of the result exists already', async () => {
    const folder = aStoreFolder({ [PATH]: 'first' });
    expect(await small().run({ store: await openStore(folder, time) })).toMatchObject({ status: 'incomplete' });
    expect(filesIn(folder)[PATH]).toBe('first');
  });
});

describe('memory', () => {
  const MIB = 1024 * 1024;

  /** The longest text in a single write, because it had waited in memory. */
  function watched() {
    const seen = { longest: 0, total: 0 };
    const files = brokenFiles({}, (file) => ({
      write: (bytes, offset, length) => {
        seen.longest = Math.max(seen.longest, length);
        seen.total += length;
        return file.write(bytes, offset, length);
      },
    }));
    return { seen, files };
  }

  test('100,000 outcomes are written as they come, and few of them wait in memory', async () => {
    const folder = aStoreFolder();
    const { seen, files } = watched();
    const store = await openStore(folder, time, files);
    const head = { runId: 'run', startedAt: new Date(NOW).toISOString() };
    const document = new ResultDocument(store, { ...time.clock, now: () => NOW }, head);
    for (let index = 0; index < 100_000; index += 1) {
      document.add(aProtected(index));
      await document.whenBehind();
    }
    await document.close({ ...(await small().run()), outcomes: [] });
    expect(resultIn(folder).outcomes).toHaveLength(100_000);
    expect(seen.total).toBeGreaterThan(20 * MIB);
    expect(seen.longest).toBeLessThan(1.1 * MIB);
  });

  test('a survey waits for the store in the middle of a region', async () => {
    const store = await openStore(aStoreFolder(), time);
    let pieces = 0;
    const waits: { readonly before: number; readonly after: number }[] = [];
    const begin = (path: string) => {
      const writer = store.begin(path);
      return {
        ...writer,
        write: (text: string) => {
          pieces += 1;
          writer.write(text);
        },
        drained: async () => {
          const before = pieces;
          await writer.drained();
          waits.push({ before, after: pieces });
        },
      };
    };
    const many = Array.from({ length: 6_000 }, (_, index) => free(`kept${index}`, kept));
    const cloud = startCloud({ estate: estate(...many) });
    expect(await cloud.run({ store: { ...store, begin } })).toMatchObject({ counts: { protected: 6_000 } });
    expect(pieces).toBeGreaterThan(6_000);
    expect(waits.length).toBeGreaterThan(0);
    expect(waits[0]?.before).toBeLessThan(6_000);
    expect(waits.filter(({ before, after }) => after > before)).toEqual([]);
  });
});

const aProtected = (index: number): Outcome =>
  anOutcome({
    connectionId: `vco-${index}`,
    outcome: 'protected',
    rule: null,
    reason: 'its owner says no',
    evidence: ['AttachType NO_ASSOCIATED, State init', 'no attachment of tr-1 holds it'],
  });
