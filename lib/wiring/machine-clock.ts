import { wokenBy } from '../core/concurrency/unless-stopped.ts';
import type { Clock } from '../core/domain/cloud-api.ts';

/** Two ways in which a machine tells the time, both in milliseconds. */
export type Machine = {
  /** Since the epoch; set back or forward when somebody corrects it. */
  readonly wallMs: () => number;
  /** Since some moment; never set, but stands still while the machine is suspended. */
  readonly elapsedMs: () => number;
  readonly sleep: Clock['sleep'];
};

const MACHINE: Machine = {
  wallMs: () => Date.now(),
  // Not `performance.now`: its module would be a part of each start that shows, for the same clock.
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
 * A clock for one run. As much time passes as either of the machine's clocks says, whichever says more: set back, the
 * wall clock would make old evidence fresh again, and so would a suspended machine's other one.
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
