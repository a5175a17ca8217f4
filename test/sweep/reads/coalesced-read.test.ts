import { expect, test } from 'vitest';
import { CoalescedRead } from '../../../lib/sweep/reads/coalesced-read.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const START_MS = Date.parse('2026-11-22T12:00:00Z');
const ANY = { afterSequence: 0, notBeforeMs: START_MS };

/** Two reads of a second each, numbered in the same order. */
function setUp() {
  const clock = new VirtualClock(START_MS);
  let sequence = 0;
  const next = () => {
    sequence += 1;
    return sequence;
  };
  const aRead = () => new CoalescedRead(clock, next, () => clock.sleep(1_000).then(() => clock.now() - START_MS));
  return { clock, routes: aRead(), attachments: aRead() };
}

test('callers that ask while a reading is under way share it', async () => {
  const { routes } = setUp();
  const answers = await Promise.all([routes.get(ANY), routes.get(ANY)]);
  expect(answers.map(({ value, sequence }) => [value, sequence])).toEqual([
    [1_000, 1],
    [1_000, 1],
  ]);
});

test('a reading that began before the end of another reading does not count as later', async () => {
  const { clock, routes, attachments } = setUp();
  const [{ endSequence }, during] = await Promise.all([
    routes.get(ANY),
    clock.sleep(500).then(() => attachments.get(ANY)),
  ]);
  expect(during.value).toBe(1_500);
  const after = await attachments.get({ ...ANY, afterSequence: endSequence });
  expect(after.value).toBe(2_500);
});

test('callers share the next reading, which begins when fewer than two readings are under way', async () => {
  const { clock, routes } = setUp();
  const asked = [0, 200, 500, 800].map(async (delayMs) => {
    await clock.sleep(delayMs);
    return await routes.get({ afterSequence: 0, notBeforeMs: clock.now() });
  });
  expect((await Promise.all(asked)).map(({ value, sequence }) => [value, sequence])).toEqual([
    [1_000, 1],
    [1_200, 2],
    [2_000, 4],
    [2_000, 4],
  ]);
});

test('a reading that ends late does not replace a later reading', async () => {
  const clock = new VirtualClock(START_MS);
  const durationsMs = [1_000, 2_000];
  let sequence = 0;
  const next = () => {
    sequence += 1;
    return sequence;
  };
  const lists = new CoalescedRead(clock, next, () => clock.sleep(durationsMs.pop() ?? 0));
  await Promise.all([
    lists.get(ANY),
    clock.sleep(200).then(() => lists.get({ afterSequence: 1, notBeforeMs: START_MS })),
  ]);
  expect(lists.latest?.sequence).toBe(2);
});

test('a reading that fails fails only its own callers', async () => {
  const clock = new VirtualClock(START_MS);
  const ends = [new Error('torn')];
  let sequence = 0;
  const next = () => {
    sequence += 1;
    return sequence;
  };
  const lists = new CoalescedRead(clock, next, async () => {
    await clock.sleep(1_000);
    const end = ends.pop();
    if (end) {
      throw end;
    }
    return 'whole';
  });
  const first = lists.get(ANY).catch(String);
  await clock.sleep(500);
  const second = lists.get({ afterSequence: 1, notBeforeMs: START_MS });
  expect(await first).toBe('Error: torn');
  expect((await second).value).toBe('whole');
});
