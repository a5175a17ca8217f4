import type { Clock } from '../core/cloud-api.ts';
import type { AccountId, RegionId } from '../core/estate.ts';
import type { Policy } from '../core/options.ts';
import { ACTIONS, type Action } from './actions.ts';

/** Limits count per account, region and action. */
export type PaceKey = {
  readonly accountId: AccountId | undefined;
  readonly regionId: RegionId | undefined;
  readonly action: Action;
};

export type Pace = {
  /**
   * Wait for a turn, first come first served, and run the task in it.
   *
   * @param deadlineMs when no turn comes before this moment, `onDeadline` is called instead; it must throw
   */
  inTurn<T>(key: PaceKey, task: () => Promise<T>, deadlineMs: number, onDeadline: () => never): Promise<T>;
};

type Lane = {
  readonly intervalMs: number;
  readonly burst: number;
  /** When the next request would be on time if all were spread evenly; the burst may run ahead of it. */
  dueMs: number;
  running: number;
  /** Wakes the first in the queue when a request ends. */
  wake: (() => void) | undefined;
  /** Settles when everyone who came before has got a turn, or given up. */
  queue: Promise<unknown>;
};

// The published limits the two numbers of the policy are meant for. An action with a lower one gets its share.
const LIMIT_OF_POLICY = { read: 600, write: 60 } as const;
/** So many of a minute's requests may go at once. Rate and burst together stay under the published limit. */
const BURST_SHARE = 0.1;
const MINUTE_MS = 60_000;

/** Keeps every account, region and action under its rate and concurrency. Share one between all apis of a run. */
export function createPace(policy: Policy['pace'], clock: Clock): Pace {
  const lanes = new Map<string, Lane>();

  const laneOf = (key: PaceKey): Lane => {
    const name = `${key.accountId} ${key.regionId} ${key.action}`;
    const lane = lanes.get(name) ?? createLane(key.action, policy, clock.now());
    lanes.set(name, lane);
    return lane;
  };

  const takeTurn = async (lane: Lane, deadlineMs: number, onDeadline: () => never): Promise<void> => {
    if (lane.running >= policy.concurrency) {
      await new Promise<void>((resolve) => {
        lane.wake = resolve;
      });
    }
    // A clock set back must not turn the wait into hours.
    const waitMs = Math.min(lane.dueMs - (lane.burst - 1) * lane.intervalMs - clock.now(), lane.intervalMs);
    if (clock.now() + Math.max(waitMs, 0) >= deadlineMs) onDeadline();
    lane.running += 1;
    if (waitMs > 0) await clock.sleep(Math.ceil(waitMs));
    lane.dueMs =
      Math.max(Math.min(lane.dueMs, clock.now() + lane.burst * lane.intervalMs), clock.now()) + lane.intervalMs;
  };

  return {
    async inTurn(key, task, deadlineMs, onDeadline) {
      const lane = laneOf(key);
      const turn = lane.queue.then(() => takeTurn(lane, deadlineMs, onDeadline));
      lane.queue = turn.catch(() => undefined);
      await turn;
      try {
        return await task();
      } finally {
        lane.running -= 1;
        lane.wake?.();
        lane.wake = undefined;
      }
    },
  };
}

function createLane(action: Action, policy: Policy['pace'], nowMs: number): Lane {
  const { kind, limitPerMinute } = ACTIONS[action];
  const policyRate = kind === 'read' ? policy.describePerMinute : policy.writePerMinute;
  const rate = Math.max(policyRate, 1) * Math.min(1, limitPerMinute / LIMIT_OF_POLICY[kind]);
  const burst = Math.max(1, Math.floor(rate * BURST_SHARE));
  return { intervalMs: MINUTE_MS / rate, burst, dueMs: nowMs, running: 0, wake: undefined, queue: Promise.resolve() };
}
