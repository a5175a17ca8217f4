import { expect, test } from 'vitest';
import { Semaphore } from '../../../lib/core/concurrency/semaphore.ts';

/** The callers that have the semaphore once all possible work has happened. */
function setUp(size: number) {
  const semaphore = new Semaphore(size);
  const inside: string[] = [];
  const waited: string[] = [];
  const enter = async (name: string, count: number) => {
    if (await semaphore.acquire(count)) {
      waited.push(name);
    }
    inside.push(name);
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { semaphore, inside, waited, enter, settled };
}

test('callers enter while they fit, the next caller waits for a place, and no caller overtakes', async () => {
  const { semaphore, inside, waited, enter, settled } = setUp(10);
  const all = [enter('a', 4), enter('b', 6), enter('c', 5), enter('d', 1)];
  await settled();
  expect(inside).toEqual(['a', 'b']);
  semaphore.release(4);
  await settled();
  expect(inside).toEqual(['a', 'b']);
  semaphore.release(6);
  await Promise.all(all);
  expect(inside).toEqual(['a', 'b', 'c', 'd']);
  expect(waited).toEqual(['c', 'd']);
});

test('a caller that asks for more than the whole size gets it alone', async () => {
  const { semaphore, inside, enter, settled } = setUp(10);
  const all = [enter('small', 1), enter('huge', 50), enter('next', 1)];
  await settled();
  expect(inside).toEqual(['small']);
  semaphore.release(1);
  await settled();
  expect(inside).toEqual(['small', 'huge']);
  semaphore.release(50);
  await Promise.all(all);
  expect(inside).toEqual(['small', 'huge', 'next']);
});

test('runs as many tasks at a time as its size, in order, and a failed task releases it', async () => {
  const semaphore = new Semaphore(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const run = (id: number, fails = false) =>
    semaphore.run(async () => {
      started.push(id);
      await new Promise<void>((resolve) => {
        ends[id] = resolve;
      });
      if (fails) {
        throw new Error(`task ${id}`);
      }
      return id;
    });
  const tasks = [run(0, true), run(1), run(2), run(3)];
  const outcome = Promise.allSettled(tasks);
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  ends[0]?.();
  await expect(tasks[0]).rejects.toThrow('task 0');
  expect(started).toEqual([0, 1, 2]);
  ends[1]?.();
  await tasks[1];
  await Promise.resolve();
  expect(started).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(await semaphore.run(async () => 'free again')).toBe('free again');
});

test('runs more tasks at a time if they are light', async () => {
  const semaphore = new Semaphore(1);
  let running = 0;
  let most = 0;
  const light = () =>
    semaphore.run(async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    }, 1 / 4);
  await Promise.all(Array.from({ length: 12 }, light));
  expect(most).toBe(4);
});
