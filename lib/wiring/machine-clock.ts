import { wokenBy } from '../core/concurrency/unless-stopped.ts';
import type { Clock } from '../core/domain/cloud-api.ts';

/** The two clocks of a machine, in milliseconds. */
export type Machine = {
  /** Since the epoch. Jumps when somebody corrects the time. */
  readonly wallMs: () => number;
  /** Since some moment. Never corrected, but stands still while the machine is suspended. */
  readonly elapsedMs: () => number;
  readonly sleep: Clock['sleep'];
};

const MACHINE: Machine = {
  wallMs: () => Date.now(),
  // `performance.now` reads the same clock, but loading its module would make each start noticeably slower.
  elapsedMs: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: async (delayMs, stop) => {
    let timer: NodeJS.Timeout | undefined;
    await wokenBy(stop, (wake) => {
      timer = setTimeout(wake, delayMs);
    });
    clearTimeout(timer);
  },
};

/**
 * A clock for a run. It follows the machine clock that advances more. If it followed only the wall clock, setting
 * that clock back would make old evidence fresh again. If it followed only the elapsed time, suspending the machine
 * would do the same.
 */
export function startClock(machine: Machine = MACHINE): Clock {
  let offsetMs = Number.NEGATIVE_INFINITY;
  return {
    now: () => {
      const elapsedMs = machine.elapsedMs();
      offsetMs = Math.max(offsetMs, machine.wallMs() - elapsedMs);
      return Math.floor(elapsedMs + offsetMs);
    },
    sleep: machine.sleep,
  };
}
