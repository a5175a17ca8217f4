import { expect, test } from 'vitest';
import type { Attachment } from '../../../lib/core/domain/estate.ts';
import { CoalescedRead, type Whole } from '../../../lib/sweep/reads/coalesced-read.ts';
import { WitnessRounds } from '../../../lib/sweep/reads/witness-rounds.ts';
import { anAttachment, NOW } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const IDS = ['tr-1', 'tr-2'];

/**
 * Two transit routers, whose lists take `tookMs` each. `starts` has their readings, in milliseconds since the start. Each list
 * has a single attachment, whose id is the number of the reading.
 */
function setUp({ maxAgeMs = 10_000, tookMs = 100 } = {}) {
  const clock = new VirtualClock(NOW);
  const starts: string[] = [];
  let sequence = 0;
  const nextSequence = () => {
    sequence += 1;
    return sequence;
  };
  const lists = new Map(
    IDS.map((id) => {
      const read = async (): Promise<readonly Attachment[]> => {
        starts.push(`${id} ${clock.now() - NOW}`);
        const attachment = anAttachment({ attachmentId: String(starts.length) });
        await clock.sleep(tookMs);
        return [attachment];
      };
      return [id, new CoalescedRead(clock, nextSequence, read)];
    }),
  );
  const listOf = (id: string) => {
    const list = lists.get(id);
    if (list === undefined) {
      throw new Error(`no list of ${id}`);
    }
    return list;
  };
  const rounds = new WitnessRounds({
    clock,
    maxAgeMs,
    transitRouterIds: IDS,
    read: (id, want) => listOf(id).get(want),
    latest: (id) => listOf(id).latest,
  });
  /** The numbers of the readings that a round gives, in the order of the transit routers. */
  const get = async (afterSequence = 0) =>
    [...(await rounds.get(afterSequence))].map(([, attachments]) => Number(attachments[0]?.attachmentId));
  const read = (id: string): Promise<Whole<readonly Attachment[]>> =>
    listOf(id).get({ afterSequence: sequence, notBeforeMs: clock.now() });
  return { clock, starts, get, read, sequence: () => sequence };
}

test('callers share a round, also after it', async () => {
  const { get, starts, clock } = setUp();
  expect(await Promise.all([get(), get()])).toEqual([
    [1, 2],
    [1, 2],
  ]);
  await clock.sleep(5_000);
  expect(await get()).toEqual([1, 2]);
  expect(starts).toEqual(['tr-1 0', 'tr-2 0']);
});

test('a round may be as old as recheck.maxAge and the time that it took', async () => {
  const { get, clock } = setUp();
  await get();
  await clock.sleep(10_000);
  expect(await get()).toEqual([1, 2]);
  await clock.sleep(1);
  expect(await get()).toEqual([3, 4]);
});

test('a round is never older than a minute', async () => {
  const { get, clock } = setUp({ maxAgeMs: 600_000 });
  await get();
  await clock.sleep(59_900);
  expect(await get()).toEqual([1, 2]);
  await clock.sleep(1);
  expect(await get()).toEqual([3, 4]);
});

test('a round with a reading from before the write of a step does not count', async () => {
  const { get, sequence } = setUp();
  await get();
  expect(await get(sequence())).toEqual([3, 4]);
});

test('the oldest reading decides whether a round is later than the write', async () => {
  const { get, read, sequence, clock } = setUp();
  const first = await read('tr-1');
  await clock.sleep(1_000);
  await read('tr-2');
  expect(await get()).toEqual([1, 2]);
  expect(await get(first.sequence)).toEqual([3, 2]);
  expect(sequence()).toBeGreaterThan(first.sequence);
});

test('a round uses a list that was read in half of recheck.maxAge, and its age is the age of that list', async () => {
  const { get, read, clock } = setUp();
  await read('tr-1');
  await clock.sleep(4_900);
  expect(await get()).toEqual([1, 2]);
  // The round began with an age of 5 s, took 100 ms, and counts for 10.1 s.
  await clock.sleep(5_000);
  expect(await get()).toEqual([1, 2]);
  await clock.sleep(101);
  expect(await get()).toEqual([3, 4]);
});

test.each([
  ['longer ago than half of recheck.maxAge', 4_000, 1_901],
  ['longer ago than ten seconds', 600_000, 9_901],
])('a list that was read %s is read again for a round', async (_what, maxAgeMs, waitMs) => {
  const { get, read, clock } = setUp({ maxAgeMs });
  await read('tr-1');
  await clock.sleep(waitMs);
  expect(await get()).toEqual([2, 3]);
});

test('a list that was read later than the round replaces that of the round', async () => {
  const { get, read, clock } = setUp();
  await get();
  await clock.sleep(1_000);
  await read('tr-2');
  expect(await get()).toEqual([1, 3]);
});

test('rounds that take too long are an error after four attempts', async () => {
  const { get, starts } = setUp({ tookMs: 60_001 });
  await expect(get()).rejects.toMatchObject({
    action: 'ListTransitRouterVpnAttachments',
    code: 'StaleEvidence',
    effect: 'refused',
    message: expect.stringContaining('reading the lists of 2 transit routers took longer than 60000 ms'),
  });
  expect(starts.length).toBe(8);
});

test('a round that just fits into a minute counts', async () => {
  const { get } = setUp({ tookMs: 60_000 });
  expect(await get()).toEqual([1, 2]);
});
