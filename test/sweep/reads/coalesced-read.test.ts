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
