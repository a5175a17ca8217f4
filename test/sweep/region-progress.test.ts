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
