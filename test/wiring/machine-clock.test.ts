import { expect, test } from 'vitest';
import { type Machine, startClock } from '../../lib/wiring/machine-clock.ts';

function createMachine(wallMs: number, elapsedMs: number) {
  const machine = { wall: wallMs, elapsed: elapsedMs };
  const pass = (ms: number) => {
    machine.wall += ms;
    machine.elapsed += ms;
  };
  const read: Machine = {
    wallMs: () => machine.wall,
    elapsedMs: () => machine.elapsed,
    sleep: async (delayMs) => pass(delayMs),
  };
  return { machine, pass, read };
}

test('a clock tells the time of the day in whole milliseconds', async () => {
  const { pass, read } = createMachine(1_800_000_000_000, 12.25);
  const clock = startClock(read);
  expect(clock.now()).toBe(1_800_000_000_000);
  pass(1_000.5);
  expect(clock.now()).toBe(1_800_000_001_000);
  await clock.sleep(500);
  expect(clock.now()).toBe(1_800_000_001_500);
});

test('a clock that is set back during a run makes nothing younger', () => {
  const { machine, pass, read } = createMachine(1_000_000, 0);
  const clock = startClock(read);
  const before = clock.now();
  machine.wall -= 600_000;
  pass(30_000);
  expect(clock.now() - before).toBe(30_000);
  pass(5_000);
  expect(clock.now() - before).toBe(35_000);
});

test('the time in which a machine was suspended counts', () => {
  const { machine, pass, read } = createMachine(1_000_000, 0);
  const clock = startClock(read);
  const before = clock.now();
  machine.wall += 3_600_000;
  pass(1_000);
  expect(clock.now() - before).toBe(3_601_000);
});
