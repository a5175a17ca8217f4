import { expect, test } from 'vitest';
import { mapConcurrent } from '../../../lib/core/concurrency/map-concurrent.ts';

/** Work that ends only when the test ends it. */
function gate() {
  const open: (() => void)[] = [];
  return {
    running: () => open.length,
    work: (item: number) => new Promise<number>((resolve) => open.push(() => resolve(item * 10))),
    endOne: async () => {
      open.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test.each([
  [1, 1],
  [3, 3],
  [9, 5],
])(
  'with a concurrency of %i, %i of five items run at a time, and the answers are in order',
  async (concurrency, most) => {
    const { running, work, endOne } = gate();
    const done = mapConcurrent([1, 2, 3, 4, 5], concurrency, work);
    const seen: number[] = [];
    for (let ended = 0; ended < 5; ended += 1) {
      seen.push(running());
      await endOne();
    }
    expect(seen).toEqual([5, 4, 3, 2, 1].map((left) => Math.min(left, most)));
    expect(await done).toEqual([10, 20, 30, 40, 50]);
  },
);

test('an empty list has an empty answer', async () => {
  expect(await mapConcurrent([], 3, async () => 1)).toEqual([]);
});
