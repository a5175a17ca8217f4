import { afterEach, describe, expect, test } from 'vitest';
import { cleanUp, filesIn } from '../store/store-support.ts';
import { aNight, aReporter, Killed, KillSwitch, NOW, recordsIn, reportsIn } from './reports-support.ts';

afterEach(cleanUp);

const CHANNELS = ['dingtalk', 'slack'];
const MINUTE = 60_000;

/** The number of moments at which a run can be killed. */
async function stepsOf(channels: readonly string[]): Promise<number> {
  const kill = new KillSwitch();
  await aReporter().run({ folder: aNight(), channels, kill });
  return kill.steps;
}

const countOf = (items: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return counts;
};

/** Expects each result in a single report, all files of the report whole, and a record for each channel. */
function expectFinished(folder: string): void {
  const reports = reportsIn(folder);
  expect(reports).toHaveLength(1);
  const [report] = reports;
  expect(report?.results).toHaveLength(2);
  const files = filesIn(folder);
  const page = files[report?.path.replace('.json', '.html') ?? ''];
  expect(page).toMatch(/<\/html>\n$/);
  expect(files['reports/latest.html']).toBe(page);
  expect(files[report?.path.replace('.json', '.csv') ?? '']?.split('\r\n')).toHaveLength(
    (report?.outcomes.length ?? 0) + 2,
  );
}

describe('a report function that is killed anywhere and run again', () => {
  test('has writes and sends at which it can be killed', async () => {
    expect(await stepsOf(CHANNELS)).toBeGreaterThan(20);
  });

  test('names each result once, and sends each channel a message, or two messages after a lost record', async () => {
    const steps = await stepsOf(CHANNELS);
    let lost = 0;
    for (let at = 0; at < steps; at += 1) {
      const folder = aNight();
      const { run, got } = aReporter();
      await expect(run({ folder, channels: CHANNELS, kill: new KillSwitch(at) })).rejects.toThrow();
      const recorded = recordsIn(folder).map(({ channel }) => channel);
      const unrecorded = got.map(({ channel }) => channel).filter((channel) => !recorded.includes(channel));
      const again = await run({ folder, channels: CHANNELS, nowMs: NOW + MINUTE });
      expectFinished(folder);
      const perChannel = countOf(got.map(({ channel }) => channel));
      expect([...perChannel.keys()].sort()).toEqual(CHANNELS);
      const twice = CHANNELS.filter((channel) => perChannel.get(channel) === 2);
      expect(twice).toEqual(unrecorded.sort());
      expect([...perChannel.values()].reduce((sum, count) => sum + count, 0)).toBe(CHANNELS.length + twice.length);
      lost += twice.length;
      expect(new Set(got.map(({ reportId }) => reportId)).size).toBe(1);
      expect(
        recordsIn(folder)
          .map(({ channel }) => channel)
          .sort(),
      ).toEqual(CHANNELS);
      expect(again.messages.length).toBeLessThanOrEqual(CHANNELS.length);
      // A third run has no work.
      const files = filesIn(folder);
      expect(await run({ folder, channels: CHANNELS, nowMs: NOW + 2 * MINUTE })).toMatchObject({
        report: null,
        messages: [],
      });
      expect(filesIn(folder)).toEqual(files);
    }
    expect(lost).toBeGreaterThan(0);
  });

  test('finishes table and page without a channel', async () => {
    const steps = await stepsOf([]);
    for (let at = 0; at < steps; at += 1) {
      const folder = aNight();
      const { run } = aReporter();
      await expect(run({ folder, kill: new KillSwitch(at) })).rejects.toThrow();
      await run({ folder, nowMs: NOW + MINUTE });
      expectFinished(folder);
    }
  });

  test('finishes after it was killed twice in a row', async () => {
    const steps = await stepsOf(CHANNELS);
    for (let at = 1; at < steps; at += 3) {
      const folder = aNight();
      const { run, got } = aReporter();
      await expect(run({ folder, channels: CHANNELS, kill: new KillSwitch(at) })).rejects.toThrow();
      await run({ folder, channels: CHANNELS, nowMs: NOW + MINUTE, kill: new KillSwitch(at) }).catch(
        (error: unknown) => {
          if (!(error instanceof Killed) && !(error instanceof Error && error.name === 'StoreError')) {
            throw error;
          }
        },
      );
      await run({ folder, channels: CHANNELS, nowMs: NOW + 2 * MINUTE });
      expectFinished(folder);
      expect(Math.max(...countOf(got.map(({ channel }) => channel)).values())).toBeLessThanOrEqual(3);
    }
  });
});
