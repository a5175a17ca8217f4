import { expect, test } from 'vitest';
import { RecentIds } from '../../../lib/sweep/reads/recent-ids.ts';
import { NOW } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SPAN_MS = 1_000;

/** Asks for these ids at these moments, in milliseconds since the start. */
async function countAfter(asked: readonly (readonly [atMs: number, ids: string])[]): Promise<number> {
  const clock = new VirtualClock(NOW);
  const recent = new RecentIds(clock, SPAN_MS);
  for (const [atMs, ids] of asked) {
    await clock.sleep(NOW + atMs - clock.now());
    for (const id of ids) {
      recent.add(id);
    }
  }
  return recent.count;
}

test.each<[what: string, asked: [atMs: number, ids: string][], count: number]>([
  ['nothing was asked for', [], 0],
  ['an id that comes twice counts once', [[0, 'aab']], 2],
  [
    'the whole span counts, with its end',
    [
      [0, 'a'],
      [1_000, 'b'],
    ],
    2,
  ],
  [
    'a new span begins empty, so the span before it counts while it has more',
    [
      [0, 'abc'],
      [1_001, 'd'],
    ],
    3,
  ],
  [
    'the new span counts as soon as it has more',
    [
      [0, 'a'],
      [1_001, 'bcd'],
    ],
    3,
  ],
  [
    'the span before counts up to the end of another span',
    [
      [0, 'abc'],
      [2_000, 'd'],
    ],
    3,
  ],
  [
    'after two spans, the ids are forgotten',
    [
      [0, 'abc'],
      [2_001, 'd'],
    ],
    1,
  ],
  [
    'only the last span before this one counts',
    [
      [0, 'abcd'],
      [1_001, 'ef'],
      [2_002, 'g'],
    ],
    2,
  ],
])('%s', async (_what, asked, count) => {
  expect(await countAfter(asked)).toBe(count);
});
