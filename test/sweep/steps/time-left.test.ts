import { expect, test } from 'vitest';
import type { RunContext } from '../../../lib/sweep/run-context.ts';
import { StepEnd } from '../../../lib/sweep/steps/step-result.ts';
import { needTimeFor } from '../../../lib/sweep/steps/time-left.ts';
import { aPolicy, HOUR, NOW } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function aRun(leftMs: number, holdMs = 0): RunContext {
  const run: Partial<RunContext> = {
    clock: new VirtualClock(NOW),
    policy: aPolicy({ detach: { holdMs } }),
    deadlineMs: NOW + leftMs,
  };
  return run as RunContext;
}

// By default a poll takes 5 s, and a detach is confirmed by two polls after the first.
test.each<[step: 'detach' | 'delete', holdMs: number, needMs: number]>([
  ['delete', 0, 4_000 + 5_000],
  ['delete', HOUR, 4_000 + 5_000],
  ['detach', 0, 4_000 + 3 * 5_000 + 4_000 + 5_000],
  ['detach', HOUR, 4_000 + 3 * 5_000],
])('a %s with a hold of %i ms needs %i ms', (step, holdMs, needMs) => {
  expect(() => needTimeFor(aRun(needMs, holdMs), step, false)).not.toThrow();
  expect(() => needTimeFor(aRun(needMs - 1, holdMs), step, false)).toThrow(StepEnd);
});

test.each([true, false])('too little time defers the step, and keeps whether its slot is used: %s', (used) => {
  let end: unknown;
  try {
    needTimeFor(aRun(0), 'delete', used);
  } catch (error) {
    end = error;
  }
  expect(end).toMatchObject({
    result: {
      outcome: 'deferred',
      reason: 'too little time was left for a delete. The next run goes on',
      code: 'DeadlineExceeded',
      used,
    },
  });
});
