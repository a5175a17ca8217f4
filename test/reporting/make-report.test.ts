import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { aFolder, aStoreFolder, cleanUp, filesIn, withHash } from '../store/store-support.ts';
import { ACCOUNT, anOutcome, REGION } from '../support/builders.ts';
import { aResult, manyOutcomes } from '../support/digests.ts';
import {
  aDispatch,
  aNight,
  aReporter,
  aScope,
  aSweep,
  DAY,
  HOUR,
  iso,
  NOW,
  recordsIn,
  reportsIn,
  stored,
} from './reports-support.ts';

afterEach(cleanUp);

const storeWith = (...files: readonly (readonly [string, string])[]): string => aStoreFolder(Object.fromEntries(files));

describe('the results of a report', () => {
  test('are the results of the last 7 days that no report names', async () => {
    const old = aSweep('old', 7 * DAY + HOUR);
    const folder = storeWith(old, aSweep('one', 6 * DAY), aSweep('two', HOUR), aDispatch('three', 2 * HOUR, []));
    const { run } = aReporter();
    await run({ folder });
    const [first] = reportsIn(folder);
    expect(first?.results.map((path) => path.split('-').at(-1)).sort()).toEqual(['one.json', 'three.json', 'two.json']);
    expect(await run({ folder, nowMs: NOW + HOUR })).toMatchObject({ report: null });

    const later = aFolder(Object.fromEntries([aSweep('four', -2 * HOUR)]));
    const files = { ...filesIn(folder), ...filesIn(later) };
    const both = aStoreFolder(files);
    expect(await run({ folder: both, nowMs: NOW + 3 * HOUR })).toMatchObject({ report: { results: 1 } });
    expect(reportsIn(both).flatMap(({ results }) => results)).toHaveLength(4);
  });

  test('have rules only if their policy is the same, so that dates are not guessed', async () => {
    const waiting = anOutcome({ outcome: 'waiting', rule: 'unassociated', since: null, dueAt: null });
    const startedAt = iso(NOW - HOUR);
    const of = (runId: string, hash: string) =>
      stored(NOW - HOUR, runId, aResult([waiting], { runId, startedAt, policy: { source: 'packed', hash } }));
    for (const [hash, expectedAt] of [
      ['0123456789abcdef', iso(NOW - HOUR + DAY)],
      ['another', null],
    ] as const) {
      const folder = storeWith(of('one', hash));
      await aReporter().run({ folder });
      expect(reportsIn(folder)[0]?.outcomes).toMatchObject([{ expectedAt }]);
    }
  });
});

describe('a damaged result file', () => {
  test.each([
    ['is cut off', '{"format":"vco-sweeper/result@1","runId":"x"', 'no JSON, or was cut off'],
    ['has a wrong hash', aSweep('x', HOUR)[1].replace('"mode":"sweep"', '"mode":"plan"'), 'its sha256 is not'],
    ['is of another format', withHash({ format: 'vco-sweeper/result@2', runId: 'x' }), 'not of the format'],
    ['lacks what a result has', withHash({ format: 'vco-sweeper/result@1', runId: 'x' }), 'it is no result: mode'],
  ])('%s: the report names it as a problem, and later once as lost', async (_what, text, reason) => {
    const path = '2026-11-22/100000Z-x.json';
    const folder = storeWith(aSweep('one', HOUR), [`results/${path}`, text]);
    const { run } = aReporter();
    await run({ folder });
    const [first] = reportsIn(folder);
    expect(first).toMatchObject({ status: 'complete', results: [expect.stringContaining('one')], unusable: [] });
    expect(first?.problems.join()).toContain(path);
    expect(first?.problems.join()).toContain(reason);

    expect(await run({ folder, nowMs: NOW + DAY })).toMatchObject({ report: { status: 'incomplete' } });
    const second = reportsIn(folder)[1];
    expect(second?.unusable).toEqual([`results/${path}`]);
    expect(second?.problems).toEqual([expect.stringMatching(`A run left no whole result. results/${path}: .*`)]);
    expect(await run({ folder, nowMs: NOW + DAY + HOUR })).toMatchObject({ report: null });
  });

  test('a damaged report is named, and the next report takes its results', async () => {
    const folder = aNight();
    await aReporter().run({ folder });
    const files = filesIn(folder);
    const [name = ''] = Object.keys(files).filter((path) => /^reports\/.*json$/.test(path));
    const broken = aStoreFolder({ ...files, [name]: (files[name] ?? '').slice(0, -9) });
    const { run } = aReporter();
    expect(await run({ folder: broken, nowMs: NOW + HOUR })).toMatchObject({ report: { results: 2 } });
    expect(reportsIn(broken).at(-1)?.problems.join()).toContain(`${name} does not count as a report`);
  });
});

describe('silence', () => {
  const place = { regionId: REGION };

  test('a place without a result for report.missing is missing, also by older reports', async () => {
    const folder = storeWith(aSweep('one', HOUR, { regions: [region(REGION), region('cn-shanghai')] }));
    const { run } = aReporter();
    expect(await run({ folder })).toMatchObject({ report: { missing: 0 } });
    const next = (agoMs: number, runId: string) =>
      aSweep(runId, agoMs, { regions: [region('cn-shanghai')], outcomes: [] });
    const files = { ...filesIn(folder), ...Object.fromEntries([next(-25 * HOUR, 'two')]) };
    const both = aStoreFolder(files);
    expect(await run({ folder: both, nowMs: NOW + 26 * HOUR })).toMatchObject({
      report: { missing: 1, results: 1, status: 'incomplete' },
    });
    expect(reportsIn(both).at(-1)?.missing).toEqual([{ accountId: ACCOUNT, ...place, lastAt: iso(NOW - HOUR) }]);
  });

  test('is reported once in 12 hours without any result, and at once when a place becomes missing', async () => {
    const folder = storeWith(aSweep('one', HOUR));
    const { run } = aReporter();
    const at = async (hours: number) => (await run({ folder, nowMs: NOW + hours * HOUR })).report?.missing;
    expect(await at(0)).toBe(0);
    expect(await at(11)).toBeUndefined();
    expect(await at(12)).toBe(0);
    // The result is 26 hours old.
    expect(await at(23)).toBeUndefined();
    expect(await at(25.5)).toBeGreaterThan(0);
    expect(await at(26)).toBeUndefined();
    expect(await at(37.5)).toBeGreaterThan(0);
  });

  test('a dispatched place that never had a result is missing', async () => {
    const folder = storeWith(
      aDispatch('one', HOUR, [aScope(), aScope({ regionId: 'cn-beijing', state: 'failed', code: 'Throttling' })]),
    );
    const { run } = aReporter();
    await run({ folder });
    const [first] = reportsIn(folder);
    expect(first).toMatchObject({
      missing: [],
      status: 'incomplete',
      notDispatched: [{ regionId: 'cn-beijing', code: 'Throttling' }],
    });
    await run({ folder, nowMs: NOW + 26 * HOUR });
    expect(reportsIn(folder).at(-1)?.missing).toEqual([{ accountId: ACCOUNT, ...place, lastAt: null }]);
  });

  test('a store without results is refused', async () => {
    for (const folder of [aStoreFolder(), storeWith(aSweep('old', 9 * DAY))]) {
      await expect(aReporter().run({ folder, channels: ['slack'] })).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining('has no results of the last 7 days'),
      });
      expect(Object.keys(filesIn(folder)).filter((path) => /^(reports|told)/.test(path))).toEqual([]);
    }
  });
});

describe('the messages of a report', () => {
  const refused = { kind: 'refused', code: 'HttpStatus403', reason: 'the key is wrong' } as const;

  test('go once to each channel, and their content is recorded', async () => {
    const folder = aNight();
    const { run, got } = aReporter();
    const { report, messages } = await run({ folder, channels: ['slack', 'slack-2'] });
    expect(got.map(({ channel }) => channel)).toEqual(['slack', 'slack-2']);
    expect(messages.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    expect(recordsIn(folder)).toMatchObject([
      { reportId: report?.reportId, channel: 'slack-2', acceptedAt: iso(NOW) },
      { channel: 'slack' },
    ]);
  });

  test('treat clocks of earlier messages as known', async () => {
    const folder = aNight();
    const { run, got } = aReporter();
    await run({ folder, channels: ['slack'] });
    await run({ folder, channels: ['slack'], nowMs: NOW + 12 * HOUR });
    expect(got[0]?.toldBefore).toBe(0);
    expect(got[1]?.toldBefore).toBe(new Set(Object.values(clocks())).size);
  });

  const clocks = () =>
    manyOutcomes(3).flatMap(({ rule, since, connectionId }) => (rule === null || since === null ? [] : [connectionId]));

  test('reach all other channels if a channel refuses, and reach that channel later, within 24 hours', async () => {
    const folder = aNight();
    const { run, got, lines } = aReporter();
    const channels = ['slack', 'slack-2'];
    const answer = ({ channel }: { channel: { name: string } }) => (channel.name === 'slack' ? refused : undefined);
    const { messages } = await run({ folder, channels, answer });
    expect(messages).toMatchObject([
      { channel: 'slack', state: 'refused', code: 'HttpStatus403' },
      { state: 'accepted' },
    ]);
    expect(lines.filter(({ event }) => event === 'notify.failed')).toMatchObject([
      { channel: 'slack', ...{ code: 'HttpStatus403', reason: 'the key is wrong' } },
    ]);
    expect(got.map(({ channel }) => channel)).toEqual(['slack-2']);

    expect(await run({ folder, channels, nowMs: NOW + HOUR })).toMatchObject({
      report: null,
      messages: [{ channel: 'slack', state: 'accepted' }],
    });
    expect(got.map(({ channel }) => channel)).toEqual(['slack-2', 'slack']);
  });

  test('are not sent for a report that is older than 24 hours', async () => {
    const folder = aNight();
    const { run, got } = aReporter();
    await run({ folder, channels: ['slack'], answer: () => refused });
    const { messages, report } = await run({ folder, channels: ['slack'], nowMs: NOW + DAY });
    expect(messages.map(({ reportId }) => reportId)).toEqual([report?.reportId]);
    expect(got).toHaveLength(1);
  });

  test('are not attempted again for a channel without news', async () => {
    const folder = aNight();
    const { run } = aReporter();
    let asked = 0;
    const answer = () => {
      asked += 1;
      return { kind: 'no-news' } as const;
    };
    expect(await run({ folder, channels: ['slack'], answer })).toMatchObject({ messages: [{ state: 'no-news' }] });
    expect(await run({ folder, channels: ['slack'], answer, nowMs: NOW + HOUR })).toMatchObject({ messages: [] });
    expect(asked).toBe(1);
    expect(recordsIn(folder)).toMatchObject([{ named: [], noNews: true }]);
  });

  test('are sent once more if their record is damaged', async () => {
    const folder = aNight();
    const { run, got } = aReporter();
    await run({ folder, channels: ['slack'] });
    const files = filesIn(folder);
    const [name = ''] = Object.keys(files).filter((path) => path.startsWith('told/'));
    const broken = aStoreFolder({ ...files, [name]: (files[name] ?? '').slice(0, -4) });
    await run({ folder: broken, channels: ['slack'], nowMs: NOW + HOUR });
    await run({ folder: broken, channels: ['slack'], nowMs: NOW + 2 * HOUR });
    expect(got).toHaveLength(2);
  });
});

describe('the files of a report', () => {
  test('are a document, a page, a table, and a copy of the newest page', async () => {
    const folder = aNight();
    const { run } = aReporter();
    const { report } = await run({ folder });
    const name = `reports/2026-11-22T120000Z-${report?.reportId}`;
    const files = filesIn(folder);
    expect(Object.keys(files).filter((path) => path.startsWith('reports/'))).toEqual([
      `${name}.csv`,
      `${name}.html`,
      `${name}.json`,
      'reports/latest.html',
    ]);
    const [heads, ...rows] = (files[`${name}.csv`] ?? '').trimEnd().split('\r\n');
    expect(heads?.endsWith(',runId,backup')).toBe(true);
    expect(rows.map((row) => row.endsWith(',sweep-2,'))).toEqual([true, true, true]);
    rmSync(join(folder, 'reports/latest.html'));
    // The next run does not read the copy.
    expect(await run({ folder, nowMs: NOW + HOUR })).toMatchObject({ report: null });
  });
});

const region = (regionId: string) => ({
  accountId: ACCOUNT,
  regionId,
  listing: 'complete' as const,
  connections: 3,
  halted: false,
});
