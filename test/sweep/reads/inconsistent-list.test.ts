import { expect, test } from 'vitest';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import { isTorn, untilWhole } from '../../../lib/sweep/reads/inconsistent-list.ts';
import { NOW } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const torn = (code = 'IncompleteListing') =>
  new CloudError({ action: 'DescribeVpnConnections', code, effect: 'refused' });

/** A list whose first readings fail. `startsMs` has the starts of all readings, in milliseconds since the first. */
function aList(failures: readonly Error[]) {
  const clock = new VirtualClock(NOW);
  const startsMs: number[] = [];
  const read = () =>
    untilWhole(clock, async () => {
      startsMs.push(clock.now() - NOW);
      const failure = failures[startsMs.length - 1];
      if (failure) {
        throw failure;
      }
      return 'whole';
    });
  return { read, startsMs };
}

test('a consistent list is read once', async () => {
  const { read, startsMs } = aList([]);
  expect(await read()).toBe('whole');
  expect(startsMs).toEqual([0]);
});

test('the pauses double from 100 ms up to 5 s, and the last of 12 attempts may succeed', async () => {
  const { read, startsMs } = aList(Array.from({ length: 11 }, () => torn()));
  expect(await read()).toBe('whole');
  const pauses = startsMs.slice(1).map((ms, index) => ms - (startsMs[index] ?? 0));
  expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000, 5_000]);
});

test('after 12 attempts, the last failure counts', async () => {
  const failures = Array.from({ length: 12 }, () => torn());
  const { read, startsMs } = aList(failures);
  await expect(read()).rejects.toBe(failures[11]);
  expect(startsMs.length).toBe(12);
});

test.each([torn('Forbidden.RAM'), new Error('IncompleteListing')])(
  'another failure counts at once: %s',
  async (failure) => {
    const { read, startsMs } = aList([failure]);
    await expect(read()).rejects.toBe(failure);
    expect(startsMs).toEqual([0]);
  },
);

test('only an error of the cloud with this code is about an inconsistent list', () => {
  expect(isTorn(torn())).toBe(true);
  expect(isTorn(torn('Throttling'))).toBe(false);
  expect(isTorn({ code: 'IncompleteListing' })).toBe(false);
});
