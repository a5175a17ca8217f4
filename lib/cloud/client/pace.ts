import { wokenBy } from '../../core/concurrency/unless-stopped.ts';
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

/** How long a request waits for a turn. */
type Patience = {
  /** Milliseconds since the epoch. If no turn comes before this moment, `giveUp` is called. */
  readonly deadlineMs: number;
  /** Ends a wait at once. */
  readonly stop?: AbortSignal | undefined;
  /** It must throw. */
  readonly giveUp: () => never;
};

export type Pace = {
  /**
   * Wait for a turn, first come first served, and run the task in it.
   *
   * Throttling halves the rate of the task's lane only. The rate recovers slowly.
   *
   * @param task awaits `untilMaySend` just before it sends. No `stop` ends that wait, because the decision to send is
   * made by then. Where a limit counts seconds, preparation of different lengths could otherwise bring requests
   * together that had their turns one after the other
   */
  inTurn<T>(key: PaceKey, task: (untilMaySend: () => Promise<void>) => Promise<T>, patience: Patience): Promise<T>;
};

// The published limits that the two numbers of the policy are meant for. An action with a lower limit gets its share.
const LIMIT_OF_POLICY = { read: 600, write: 60 } as const;
/** The share of a minute's requests that may burst. Rate and burst together stay under the published limit. */
const BURST_SHARE = 0.1;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
const SECONDS = 60;
/**
 * Limits count over a minute. Within this part of it, throttling still concerns requests that were sent before the rate
 * was cut.
 */
const CUT_MS = MINUTE_MS * 0.1;
/** The part of its rate that a lane recovers for each `CUT_MS` without throttling: from half to whole in a minute. */
const RECOVERY_PER_QUIET_CUT = 0.05;
const SLOWEST = 1 / 16;

/**
 * Keeps every account, region and action under its rate and concurrency. Share one instance between all apis of a run.
 */
export function createPace(policy: Policy['pace'], clock: Clock): Pace {
  const lanes = new Map<string, Lane>();

  const laneOf = (key: PaceKey): Lane => {
    const name = `${key.accountId} ${key.regionId} ${key.action}`;
    const lane = lanes.get(name) ?? new Lane(limitsOf(key.action, policy), clock);
    lanes.set(name, lane);
    return lane;
  };

  return {
    async inTurn(key, task, patience) {
      const lane = laneOf(key);
      let sentMs = await lane.turn(patience);
      const untilMaySend = async (): Promise<void> => {
        sentMs = (await lane.sending({ ...patience, stop: undefined })) ?? sentMs;
      };
      try {
        return await task(untilMaySend);
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

type LaneLimits = {
  readonly ratePerMinute: number;
  /** How many requests may go at once. */
  readonly burst: number;
  readonly concurrency: number;
  /** Least time from one sending to the next. Undefined if the moments of the turns are enough. */
  readonly gapMs?: number;
};

/** Burst and rate together stay under a minute's published limit. */
function limitsOf(action: AnyAction, policy: Policy['pace']): LaneLimits {
  const { kind, limitPerMinute, limitPerSecond } = ACTION_FACTS[action];
  const declared = kind === 'read' ? policy.describePerMinute : policy.writePerMinute;
  const ratePerMinute =
    declared === undefined
      ? policy.share * limitPerMinute
      : Math.max(declared, 1) * Math.min(1, limitPerMinute / LIMIT_OF_POLICY[kind]);
  // Somebody declared a rate above the limit on purpose.
  const isAbove = ratePerMinute > limitPerMinute;
  if (limitPerSecond !== undefined && !isAbove) {
    const share = declared === undefined ? policy.share : declared / LIMIT_OF_POLICY[kind];
    return spread(ratePerMinute, Math.max(1, Math.floor(limitPerSecond * share)), policy.concurrency);
  }
  const room = isAbove ? Number.POSITIVE_INFINITY : limitPerMinute - ratePerMinute;
  const burst = Math.max(1, Math.floor(Math.min(ratePerMinute * BURST_SHARE, room)));
  return { ratePerMinute, burst, concurrency: policy.concurrency };
}

/**
 * The requests are spread evenly, so that every second and every minute stays under its limit. Few requests are under
 * way at a time, so that each is sent soon, because the reads just before it must not become stale.
 * Where the minute is the limit, only one request is under way.
 */
function spread(ratePerMinute: number, perSecond: number, concurrency: number): LaneLimits {
  const perMinute = Math.max(1, Math.floor(ratePerMinute));
  const secondsLimit = perSecond * SECONDS;
  return {
    ratePerMinute: Math.min(perMinute, secondsLimit),
    burst: 1,
    concurrency: perMinute < secondsLimit ? 1 : Math.min(concurrency, perSecond),
    gapMs: SECOND_MS / perSecond,
  };
}

/** A token bucket, and a queue before it. */
class Lane {
  readonly #clock: Clock;
  readonly #limits: LaneLimits;
  /** When the next request would be on time if all were spread evenly. The burst may run ahead of it. */
  #dueMs: number;
  #running = 0;
  /** Wakes the first in the queue when a request ends. */
  #wake: (() => void) | undefined;
  /** Each settles when all earlier requests have got a turn, may send, or have given up. */
  #turns: Promise<unknown> = Promise.resolve();
  #sendings: Promise<unknown> = Promise.resolve();
  #lastSentMs = Number.NEGATIVE_INFINITY;
  /** The part of the rate that throttling left, at the moment when it was last cut. */
  #cut = { factor: 1, atMs: Number.NEGATIVE_INFINITY };

  constructor(limits: LaneLimits, clock: Clock) {
    this.#clock = clock;
    this.#limits = limits;
    this.#dueMs = clock.now();
  }

  /** Answers when the turn came. */
  async turn(patience: Patience): Promise<number> {
    const turn = this.#turns.then(() => this.#takeTurn(patience));
    this.#turns = turn.catch(() => undefined);
    return await turn;
  }

  /** Resolves when the request that has its turn may be sent. Undefined if it may be sent at once. */
  async sending(patience: Patience): Promise<number | undefined> {
    const { gapMs } = this.#limits;
    if (gapMs === undefined) {
      return undefined;
    }
    const sending = this.#sendings.then(() => this.#keepGap(gapMs, patience));
    this.#sendings = sending.catch(() => undefined);
    return await sending;
  }

  leave(): void {
    this.#running -= 1;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Halves the rate and removes the burst, once for all requests that were sent before the throttling was known. */
  slowDown(sentMs: number): void {
    if (sentMs - this.#cut.atMs < CUT_MS) {
      return;
    }
    const nowMs = this.#clock.now();
    this.#cut = { factor: Math.max(this.#factor(nowMs) / 2, SLOWEST), atMs: nowMs };
    this.#dueMs = Math.max(this.#dueMs, nowMs + this.#limits.burst * this.#intervalMs(nowMs));
  }

  async #takeTurn(patience: Patience): Promise<number> {
    if (this.#running >= this.#limits.concurrency) {
      await wokenBy(patience.stop, (wake) => {
        this.#wake = wake;
      });
    }
    const { burst } = this.#limits;
    const intervalMs = this.#intervalMs(this.#clock.now());
    // Nobody waits for more than one turn, however far ahead the bucket was drawn on.
    const waitMs = Math.min(this.#dueMs - (burst - 1) * intervalMs - this.#clock.now(), intervalMs);
    const nowMs = await this.#wait(waitMs, patience);
    this.#running += 1;
    this.#dueMs = Math.max(Math.min(this.#dueMs, nowMs + burst * intervalMs), nowMs) + intervalMs;
    return nowMs;
  }

  async #keepGap(gapMs: number, patience: Patience): Promise<number> {
    const waitMs = Math.min(this.#lastSentMs + gapMs - this.#clock.now(), gapMs);
    const nowMs = await this.#wait(waitMs, patience);
    this.#lastSentMs = nowMs;
    // Only one request has prepared since its turn, so a minute counts from sending to sending.
    if (this.#limits.concurrency === 1) {
      this.#dueMs = Math.max(this.#dueMs, nowMs + this.#intervalMs(nowMs));
    }
    return nowMs;
  }

  /** Answers when the wait is over. */
  async #wait(waitMs: number, { deadlineMs, stop, giveUp }: Patience): Promise<number> {
    if (stop?.aborted || this.#clock.now() + Math.max(waitMs, 0) >= deadlineMs) {
      giveUp();
    }
    if (waitMs > 0) {
      await this.#clock.sleep(Math.ceil(waitMs), stop);
    }
    if (stop?.aborted) {
      giveUp();
    }
    return this.#clock.now();
  }

  #factor(nowMs: number): number {
    const quietMs = Math.max(0, nowMs - this.#cut.atMs);
    return Math.min(1, this.#cut.factor + RECOVERY_PER_QUIET_CUT * Math.floor(quietMs / CUT_MS));
  }

  #intervalMs(nowMs: number): number {
    return MINUTE_MS / (this.#limits.ratePerMinute * this.#factor(nowMs));
  }
}
