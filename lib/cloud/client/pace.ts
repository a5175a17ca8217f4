import type { Clock } from '../../core/domain/cloud-api.ts';
import { isThrottling } from '../../core/domain/disposition.ts';
import { CloudError } from '../../core/domain/errors.ts';
import type { AccountId, RegionId } from '../../core/domain/estate.ts';
import type { Policy } from '../../core/domain/policy.ts';
import { ACTION_FACTS, type AnyAction } from './actions.ts';

/** Limits count per account, region and action. */
type PaceKey = {
  readonly accountId: AccountId | undefined;
  readonly regionId: RegionId | undefined;
  readonly action: AnyAction;
};

export type Pace = {
  /**
   * Wait for a turn, first come first served, and run the task in it.
   *
   * A task that ends in throttling halves the rate of its lane, and only of that; it comes back slowly.
   *
   * @param deadlineMs when no turn comes before this moment, `onDeadline` is called instead; it must throw
   */
  inTurn<T>(key: PaceKey, task: () => Promise<T>, deadlineMs: number, onDeadline: () => never): Promise<T>;
};

// The published limits the two numbers of the policy are meant for. An action with a lower one gets its share.
const LIMIT_OF_POLICY = { read: 600, write: 60 } as const;
/** So many of a minute's requests may go at once. Rate and burst together stay under the published limit. */
const BURST_SHARE = 0.1;
const MINUTE_MS = 60_000;
/** Limits count over a minute: within so much of it, throttling still tells of what was sent before the rate was cut. */
const CUT_MS = MINUTE_MS * 0.1;
/** What a lane gets back of its rate for each `CUT_MS` without throttling: from half to whole in a minute. */
const RECOVERY_PER_QUIET_CUT = 0.05;
const SLOWEST = 1 / 16;

/** Keeps every account, region and action under its rate and concurrency. Share one between all apis of a run. */
export function createPace(policy: Policy['pace'], clock: Clock): Pace {
  const lanes = new Map<string, Lane>();

  const laneOf = (key: PaceKey): Lane => {
    const name = `${key.accountId} ${key.regionId} ${key.action}`;
    const lane = lanes.get(name) ?? new Lane(rateOf(key.action, policy), policy.concurrency, clock);
    lanes.set(name, lane);
    return lane;
  };

  return {
    async inTurn(key, task, deadlineMs, onDeadline) {
      const lane = laneOf(key);
      const sentMs = await lane.turn(deadlineMs, onDeadline);
      try {
        return await task();
      } catch (error) {
        if (error instanceof CloudError && isThrottling(error.code, error.status)) {
          lane.slowDown(sentMs);
        }
        throw error;
      } finally {
        lane.leave();
      }
    },
  };
}

/** Requests a minute. */
function rateOf(action: AnyAction, policy: Policy['pace']): number {
  const { kind, limitPerMinute } = ACTION_FACTS[action];
  const policyRate = kind === 'read' ? policy.describePerMinute : policy.writePerMinute;
  return policyRate === undefined
    ? policy.share * limitPerMinute
    : Math.max(policyRate, 1) * Math.min(1, limitPerMinute / LIMIT_OF_POLICY[kind]);
}

/** A token bucket, and a queue before it. */
class Lane {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #ratePerMinute: number;
  readonly #burst: number;
  /** When the next request would be on time if all were spread evenly; the burst may run ahead of it. */
  #dueMs: number;
  #running = 0;
  /** Wakes the first in the queue when a request ends. */
  #wake: (() => void) | undefined;
  /** Settles when everyone who came before has got a turn, or given up. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Of the rate, what throttling left, at the moment it was last cut. */
  #cut = { factor: 1, atMs: Number.NEGATIVE_INFINITY };

  constructor(ratePerMinute: number, concurrency: number, clock: Clock) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#ratePerMinute = ratePerMinute;
    this.#burst = Math.max(1, Math.floor(ratePerMinute * BURST_SHARE));
    this.#dueMs = clock.now();
  }

  /** Answers when the turn came. */
  async turn(deadlineMs: number, onDeadline: () => never): Promise<number> {
    const turn = this.#queue.then(() => this.#takeTurn(deadlineMs, onDeadline));
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }

  leave(): void {
    this.#running -= 1;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Half the rate, and no burst; once for all that was sent before it was known. */
  slowDown(sentMs: number): void {
    if (sentMs - this.#cut.atMs < CUT_MS) {
      return;
    }
    const nowMs = this.#clock.now();
    this.#cut = { factor: Math.max(this.#factor(nowMs) / 2, SLOWEST), atMs: nowMs };
    this.#dueMs = Math.max(this.#dueMs, nowMs + this.#burst * this.#intervalMs(nowMs));
  }

  async #takeTurn(deadlineMs: number, onDeadline: () => never): Promise<number> {
    const clock = this.#clock;
    if (this.#running >= this.#concurrency) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const intervalMs = this.#intervalMs(clock.now());
    // However far ahead the bucket was drawn on, nobody waits for more than one turn.
    const waitMs = Math.min(this.#dueMs - (this.#burst - 1) * intervalMs - clock.now(), intervalMs);
    if (clock.now() + Math.max(waitMs, 0) >= deadlineMs) {
      onDeadline();
    }
    this.#running += 1;
    if (waitMs > 0) {
      await clock.sleep(Math.ceil(waitMs));
    }
    const nowMs = clock.now();
    this.#dueMs = Math.max(Math.min(this.#dueMs, nowMs + this.#burst * intervalMs), nowMs) + intervalMs;
    return nowMs;
  }

  #factor(nowMs: number): number {
    const quietMs = Math.max(0, nowMs - this.#cut.atMs);
    return Math.min(1, this.#cut.factor + RECOVERY_PER_QUIET_CUT * Math.floor(quietMs / CUT_MS));
  }

  #intervalMs(nowMs: number): number {
    return MINUTE_MS / (this.#ratePerMinute * this.#factor(nowMs));
  }
}
