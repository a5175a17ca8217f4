import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../lib/core/domain/outcome.ts';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { aFolder, aStoreFolder, cleanUp, filesIn, withHash } from '../store/store-support.ts';
import { DAY, HOUR, REGION } from '../support/builders.ts';
import { bound, down, estate, free, inUse } from '../support/estates.ts';
import { invoke } from '../support/function.ts';
import { startFunctionCompute } from '../support/function-compute.ts';

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const due = (rule: string) => ({ 'vco-sweeper:orphan': `${rule} ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) });
const policy = {
  mode: 'sweep',
  rules: { unassociated: '24h', 'tunnels-down': '24h' },
  wait: { pollInterval: '20ms' },
  retry: { minDelay: '10ms', maxDelay: '100ms' },
  pace: { describePerMinute: 60_000, writePerMinute: 6_000 },
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  cleanUp();
});

type Options = Partial<Parameters<typeof startEmulator>[0]>;

async function start(options: Options = {}): Promise<RunningEmulator> {
  const rows = [free('old', due('unassociated')), bound('down', due('tunnels-down'), down), ...inUse(5)];
  const text = JSON.stringify(estate(...rows));
  const cloud = await startEmulator({ estate: parseEstate(text, 'test'), seed: 1, limits: 'off', ...options });
  stops.push(cloud.close);
  return cloud;
}

/** The single result in a store, without its hash, which is valid. */
function resultIn(folder: string): Record<string, unknown> {
  const paths = Object.keys(filesIn(folder)).filter((path) => path.startsWith('results/'));
  expect(paths).toHaveLength(1);
  const [path = ''] = paths;
  const text = filesIn(folder)[path] ?? '';
  const { sha256, ...document } = JSON.parse(text);
  expect(text).toBe(withHash(document));
  const [, id] = /^results\/\d{4}-\d\d-\d\d\/\d{6}Z-([\w-]+)\.json$/.exec(path) ?? [];
  expect(id).toBe(document.runId ?? document.dispatchId);
  return document;
}

const byId = (result: unknown) => {
  const { outcomes, ...rest } = result as { readonly outcomes: readonly Outcome[] };
  return { ...rest, outcomes: outcomes.toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1)) };
};

describe('the built sweep', () => {
  test('keeps its result in the store that SWEEP_STORE names, and answers the same result', async () => {
    const folder = aStoreFolder();
    const cloud = await start();
    const { answer, lines } = await invoke(cloud, { event: {}, policy, env: { SWEEP_STORE: folder } }).ended;
    const { format, ...stored } = resultIn(folder);
    expect(format).toBe('vco-sweeper/result@1');
    expect(byId(stored)).toEqual(byId(answer));
    expect(answer).toMatchObject({ status: 'complete', counts: { deleted: 2, kept: 5 } });
    expect(lines.at(-1)).toMatchObject({ event: 'run.finished', storedAs: expect.stringMatching(/^results\//) });
  });

  test('refuses a folder that is not a store, before any call', async () => {
    const folder = aFolder();
    const cloud = await start();
    const { thrown } = await invoke(cloud, { event: {}, policy: { ...policy, store: folder } }).ended;
    expect(thrown).toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(`the store "${folder}" is no store: there is no file vco-sweeper-store.json`),
    });
    expect(cloud.calls).toEqual([]);
    expect(filesIn(folder)).toEqual({});
  });

  test('throws and says why if it cannot store its result, unless SWEEP_THROW=never', async () => {
    const folder = aStoreFolder({ results: 'a file' });
    const env = { SWEEP_STORE: folder };
    const { thrown, lines } = await invoke(await start(), { event: {}, policy, env }).ended;
    const why = `result not stored: ${folder}: results/`;
    expect(thrown).toMatchObject({ name: 'IncompleteRun', message: expect.stringContaining(why) });
    expect(lines.slice(-2)).toMatchObject([
      { event: 'result.failed', level: 'warn', code: 'StoreFailed' },
      { event: 'run.finished', status: 'incomplete' },
    ]);
    const never = { ...env, SWEEP_THROW: 'never' };
    const { answer } = await invoke(await start(), { event: {}, policy, env: never }).ended;
    expect(answer).toMatchObject({ status: 'incomplete', counts: { deleted: 2 }, notStored: expect.any(String) });
  });

  test('on the local Function Compute keeps a result for each tick', async () => {
    const folder = aStoreFolder();
    const code = resolve('dist/sweep');
    const environmentVariables = { SWEEP_POLICY: JSON.stringify(policy), SWEEP_STORE: folder };
    const { fc } = await start({ functions: [{ functionName: 'sweep', code, region: REGION, environmentVariables }] });
    const tick = fc.tick('sweep', '2026-11-22T19:30:00Z');
    await fc.idle();
    expect(tick).toMatchObject({ status: 'Succeeded', attempts: 1 });
    expect(resultIn(folder)).toMatchObject({ status: 'complete', counts: { deleted: 2, kept: 5 } });
    rmSync(join(folder, 'results'), { recursive: true });
    fc.tick('sweep', '2026-11-23T19:30:00Z');
    await fc.idle();
    expect(resultIn(folder)).toMatchObject({ status: 'complete', counts: { deleted: 0, kept: 5 } });
  });
});

describe('the built dispatcher', () => {
  async function dispatch(folder: string, env: Readonly<Record<string, string>> = {}) {
    const cloud = await start();
    const fc = await startFunctionCompute(undefined, cloud);
    stops.push(fc.close);
    const all = { ALIBABA_CLOUD_FC_ENDPOINT: fc.url, SWEEP_STORE: folder, ...env };
    return { fc, ...(await invoke(cloud, { event: {}, policy, folder: 'dist/dispatch', env: all }).ended) };
  }

  test('keeps its result in the store', async () => {
    const folder = aStoreFolder();
    const { answer } = await dispatch(folder);
    expect(answer).toMatchObject({ counts: { started: 1 } });
    expect(resultIn(folder)).toEqual({ format: 'vco-sweeper/result@1', ...(answer as object) });
  });

  test('refuses a folder that is not a store, and starts nothing', async () => {
    const { thrown, fc } = await dispatch(aFolder());
    expect(thrown).toMatchObject({ name: 'ConfigError', message: expect.stringContaining('is no store') });
    expect(fc.invoked).toEqual([]);
  });

  test('throws if it cannot store its result, after it has started everything', async () => {
    const folder = aStoreFolder({ results: 'a file' });
    const { thrown, fc, lines } = await dispatch(folder);
    expect(fc.started.size).toBe(1);
    expect(thrown).toMatchObject({
      name: 'NotAllStarted',
      message: expect.stringContaining(`{"started":1,"already-started":0,"failed":0}; result not stored: ${folder}`),
    });
    expect(lines.slice(-2).map(({ event }) => event)).toEqual(['result.failed', 'dispatch.finished']);
    const { answer } = await dispatch(folder, { SWEEP_THROW: 'never' });
    expect(answer).toMatchObject({ counts: { started: 1 }, notStored: expect.any(String) });
  });
});
