import { expect, test } from 'vitest';
import { createGate } from '../../../lib/cloud/client/gate.ts';

test('so many run at a time, the rest in the order they came, and a task that fails gives its place back', async () => {
  const gate = createGate(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const run = (id: number, fails = false) =>
    gate(async () => {
      started.push(id);
      await new Promise<void>((resolve) => {
        ends[id] = resolve;
      });
      if (fails) throw new Error(`task ${id}`);
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
  expect(started).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(await gate(async () => 'free again')).toBe('free again');
});
