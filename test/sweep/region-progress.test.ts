import { expect, test } from 'vitest';
import { RegionProgress } from '../../lib/sweep/region-progress.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock(0);
  const work = new RegionProgress(clock);
  const gathered: number[] = [];
  const gather = (maxMs: number) => work.waitForBatch(maxMs).then(() => gathered.push(clock.now()));
  return { clock, work, gathered, gather };
}

test('tagged connections wait for each other, and continue together', async () => {
  const { clock, work, gathered, gather } = setUp();
  for (const id of ['vco-1', 'vco-2']) {
    work.begin(id, { isAttached: true, isHeld: false });
  }
  work.tagged('vco-1');
  const first = gather(2_500);
  await clock.sleep(100);
  expect(gathered).toEqual([]);
  work.tagged('vco-2');
  await Promise.all([first, gather(2_500)]);
  expect(gathered).toEqual([100, 100]);
});

test('a connection waits at most that long, and not for connections that ended early or need no tag', async () => {
  const { clock, work, gathered, gather } = setUp();
  work.begin('vco-slow', { isAttached: true, isHeld: false });
  await gather(2_500);
  expect(gathered).toEqual([2_500]);
  work.begin('vco-free', { isAttached: false, isHeld: false });
  const waiting = gather(2_500);
  await clock.sleep(10);
  work.end('vco-slow');
  await waiting;
  expect(gathered).toEqual([2_500, 2_510]);
});

test('a connection is in the sets of the steps that are before it or under way', () => {
  const { work } = setUp();
  const sets = () =>
    [work.toTag, work.toDetach, work.detaching, work.toDelete, work.deleted].map((ids) => [...ids].join(' '));
  work.begin('vco-1', { isAttached: true, isHeld: false });
  expect(sets()).toEqual(['vco-1', 'vco-1', '', 'vco-1', '']);
  work.tagged('vco-1');
  expect(sets()).toEqual(['', 'vco-1', '', 'vco-1', '']);
  work.detachSent('vco-1');
  expect(sets()).toEqual(['', '', 'vco-1', 'vco-1', '']);
  work.detached('vco-1');
  expect(sets()).toEqual(['', '', '', 'vco-1', '']);
  work.deleteSent('vco-1');
  expect(sets()).toEqual(['', '', '', '', 'vco-1']);
  work.end('vco-1');
  expect(sets()).toEqual(['', '', '', '', '']);
});

test('a connection that is held is not to be deleted, and an unbound connection is not to be detached', () => {
  const { work } = setUp();
  work.begin('vco-held', { isAttached: true, isHeld: true });
  work.begin('vco-free', { isAttached: false, isHeld: false });
  expect([...work.toDelete]).toEqual(['vco-free']);
  expect([...work.toDetach]).toEqual(['vco-held']);
});

test('a connection that ends early is to be neither tagged, detached nor deleted', () => {
  const { work } = setUp();
  work.begin('vco-1', { isAttached: true, isHeld: false });
  work.begin('vco-2', { isAttached: true, isHeld: false });
  work.detachSent('vco-2');
  work.end('vco-1');
  work.end('vco-2');
  expect([...work.toTag, ...work.toDetach, ...work.detaching, ...work.toDelete]).toEqual([]);
});

test('without a tag on its way, nobody waits. The end of an earlier wait does not end a later wait', async () => {
  const { clock, work, gathered, gather } = setUp();
  await gather(2_500);
  expect(gathered).toEqual([0]);
  work.begin('vco-1', { isAttached: true, isHeld: false });
  const early = gather(2_500);
  await clock.sleep(1_000);
  work.tagged('vco-1');
  await early;
  work.begin('vco-2', { isAttached: true, isHeld: false });
  const late = gather(2_500);
  await clock.sleep(2_000);
  work.tagged('vco-2');
  await late;
  expect(gathered).toEqual([0, 1_000, 3_000]);
});
