import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { noOutcomes } from '../../lib/core/domain/outcome.ts';
import { composeToFit } from '../../lib/report/messages/compose.ts';
import { findNews } from '../../lib/report/messages/news.ts';
import type { MessageRequest, Sent } from '../../lib/report/messages/send-message.ts';
import { aFolder, cleanUp, withHash } from '../store/store-support.ts';
import { aNight, aReporter, aSweep, HOUR, iso, NOW, stored } from './reports-support.ts';

afterEach(cleanUp);

const DEPTH = 20_000;
const DEEP = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;
const TODAY = iso(NOW).slice(0, 10);

/** A document of this text, with the right hash. */
const sealed = (text: string): string =>
  `${text.slice(0, -1)},"sha256":"${createHash('sha256').update(text).digest('hex')}"}`;

function put(folder: string, path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A whole result in which a value of great depth stands before this piece of its text. */
function putDeep(folder: string, before: string): void {
  const [path, text] = aSweep('sweep-9', HOUR);
  const { sha256: _, ...result } = JSON.parse(text);
  put(folder, path, sealed(JSON.stringify(result).replace(before, `"x":${DEEP},${before}`)));
}

const HOSTILE: Readonly<Record<string, (folder: string) => void>> = {
  'a file among the days': (folder) => put(folder, 'results/readme.txt', 'mine'),
  'a file among the days of the records': (folder) => put(folder, 'told/readme.txt', 'mine'),
  'a folder that is no day': (folder) => put(folder, 'results/zzz/120000Z-x.json', '{}'),
  'a link among the days that leads out': (folder) => symlinkSync(aFolder(), join(folder, 'results/zzz')),
  'a file that is a link': (folder) => symlinkSync('/etc/hosts', join(folder, `results/${TODAY}/010000Z-link.json`)),
  'a folder with the name of a result': (folder) => mkdirSync(join(folder, `results/${TODAY}/010000Z-folder.json`)),
  'a deep document': (folder) =>
    put(folder, `results/${TODAY}/010000Z-x.json`, sealed(`{"format":"vco-sweeper/result@1","x":${DEEP}}`)),
  'a deep document laid out anew': (folder) =>
    put(folder, `results/${TODAY}/010000Z-x.json`, `{"format":"vco-sweeper/result@1","x":${DEEP} ,"sha256":""}`),
  'a deep value in an outcome': (folder) => putDeep(folder, '"connectionId":'),
  'a deep value in a result': (folder) => putDeep(folder, '"regions":'),
  'a deep record of a message': (folder) =>
    put(folder, `told/${TODAY}/010000Z-x-y.json`, sealed(`{"format":"vco-sweeper/told@1","x":${DEEP}}`)),
  'a deep report': (folder) =>
    put(
      folder,
      `reports/${TODAY}T010000Z-x.json`,
      sealed(`{"format":"vco-sweeper/report@1","x":${DEEP},"outcomes":[]}`),
    ),
  'a file that is too large': (folder) => {
    const path = `results/${TODAY}/010000Z-huge.json`;
    put(folder, path, '{');
    truncateSync(join(folder, path), 300 * 1024 * 1024);
  },
  'a result whose ids are paths': (folder) => {
    const [, text] = aSweep('../../x', HOUR);
    const { sha256: _, ...result } = JSON.parse(text);
    put(folder, ...stored(NOW - HOUR, 'odd', result));
  },
  'a result of the year 9999': (folder) =>
    put(folder, ...aSweep('sweep-9', HOUR, { startedAt: '9999-12-31T23:59:59Z' })),
};

test.each(Object.entries(HOSTILE))('a report is made and sent once beside %s', async (_what, spoil) => {
  const folder = aNight();
  spoil(folder);
  const { run, got } = aReporter();
  const { report, messages } = await run({ folder, channels: ['slack-1'] });
  expect(report).not.toBeNull();
  expect(messages).toMatchObject([{ state: 'accepted' }]);
  await run({ folder, channels: ['slack-1'], nowMs: NOW + HOUR });
  expect(got).toHaveLength(1);
});

/** A report of an hour ago, with everything that a report has. */
const REPORT = {
  format: 'vco-sweeper/report@1',
  reportId: 'old',
  madeAt: iso(NOW - HOUR),
  status: 'complete',
  results: [],
  runs: [],
  places: [],
  missing: [],
  notDispatched: [],
  counts: noOutcomes(),
  outcomesOmitted: 0,
  problems: [],
  stoppedBy: [],
  notFound: [],
  warnings: [],
  lapsedKeeps: [],
  refusedEvents: [],
  price: null,
  dispatched: [],
  unusable: [],
};
const REPORT_PATH = `reports/${TODAY}T110000Z-old.json`;
const KEYS = Object.keys(REPORT).filter((key) => key !== 'format');

/** Three runs in a row. Each message is really composed. */
async function runThrice(report: object) {
  const folder = aNight();
  put(folder, REPORT_PATH, withHash({ ...report, outcomes: [] }));
  const { run, got } = aReporter();
  const answer = ({ digest, channel, toldBefore, noticeMs, nowMs }: MessageRequest): Sent | undefined => {
    const news = findNews({ digest, on: [...channel.on, 'always'], toldBefore, noticeMs, nowMs });
    composeToFit({ digest, news, url: undefined, nowMs, timeZone: 'UTC', language: 'en' }, () => true);
    return undefined;
  };
  const runs = [];
  for (const laterMs of [0, 1_000, 2_000]) {
    runs.push(await run({ folder, channels: ['slack-1'], nowMs: NOW + laterMs, answer }));
  }
  return { runs, got };
}

describe('a stored report', () => {
  test('as it should be is sent once', async () => {
    const { got } = await runThrice(REPORT);
    expect(got.map(({ reportId }) => reportId)).toEqual(['old', expect.stringMatching(/^report-/)]);
  });

  test.each(KEYS)('without %s keeps no other report from its message', async (key) => {
    const { runs, got } = await runThrice(Object.fromEntries(Object.entries(REPORT).filter(([name]) => name !== key)));
    expect(runs[0]?.report).not.toBeNull();
    expect(got.filter(({ reportId }) => reportId !== 'old')).toHaveLength(1);
  });

  test.each(KEYS.flatMap((key) => [3, 'x', [{}], [3], { x: 1 }].map((value) => [key, value] as const)))(
    'whose %s is %j keeps no other report from its message',
    async (key, value) => {
      const { runs, got } = await runThrice({ ...REPORT, [key]: value });
      expect(runs[0]?.report).not.toBeNull();
      expect(got.filter(({ reportId }) => reportId !== 'old')).toHaveLength(1);
    },
  );

  test.each([
    { reportId: '../x' },
    { reportId: 'other' },
    { madeAt: iso(NOW - 2 * HOUR) },
    { missing: [{ accountId: '1', regionId: 'r', lastAt: 'never' }] },
  ])('with %j is named as no report, and is not sent', async (change) => {
    const { runs, got } = await runThrice({ ...REPORT, ...change });
    expect(runs[0]?.report?.problems).toEqual([
      expect.stringContaining(`${REPORT_PATH} does not count as a report: it`),
    ]);
    expect(got).toHaveLength(1);
  });
});
