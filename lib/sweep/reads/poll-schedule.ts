import type { Clock } from '../../core/domain/cloud-api.ts';

/** The polling interval never exceeds this multiple of the base interval. */
const STRETCH_MAX = 4;
/** The interval grows by this factor after a look that showed nothing new, and while requests are still being sent. */
const GROWTH_QUIET = 1.15;
const GROWTH_BUSY = 1.5;
/** Share of the shortest duration seen so far. Looking for the next change begins after it. */
const HEAD_START_SHARE = 0.8;
/** With an interval of 0 s, time would stand still in a rehearsal, whose clock moves only while somebody waits. */
const INTERVAL_MS_MIN = 1;
/** After this many intervals without a look, the next look comes in any case. */
const INTERVALS_WITHOUT_LOOK_MAX = 12;
/** Share of the interval that must lie between the end of a look and the next look. */
const PAUSE_SHARE_MIN = 0.25;

/**
 * The shared polling moments of all steps that wait for the same kind of change. The interval grows while nothing
 * changes, and the first look comes after most of the time that earlier changes took.
 */
export class PollSchedule {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #isBusy: () => boolean;
  readonly #isWorthwhile: () => boolean;
  readonly #stopAsked: AbortSignal | undefined;
  #stretch = 1;
  #lastMs: number | undefined;
  #lookedMs: number;
  /** The last moment with a look, or at which the readings of other steps showed a change. */
  #learntMs: number;
  #tick: Promise<boolean> | undefined;
  #changed = false;
  #shortestMs: number | undefined;

  /**
   * @param options.isBusy more requests of this kind are still to be sent
   * @param options.isWorthwhile enough steps are waiting for one look to serve them all
   * @param options.stopAsked the moment comes at once
   */
  constructor(options: {
    readonly clock: Clock;
    readonly intervalMs: number;
    readonly isBusy: () => boolean;
    readonly isWorthwhile: () => boolean;
    readonly stopAsked?: AbortSignal;
  }) {
    this.#clock = options.clock;
    this.#intervalMs = Math.max(options.intervalMs, INTERVAL_MS_MIN);
    this.#isBusy = options.isBusy;
    this.#isWorthwhile = options.isWorthwhile;
    this.#stopAsked = options.stopAsked;
    this.#lookedMs = options.clock.now();
    this.#learntMs = this.#lookedMs;
  }

  /** Whether to look now. Otherwise the next moment may serve more steps. */
  get isQuiet(): boolean {
    return !this.#isBusy();
  }

  /** The wait before the first look, from the shortest wait so far. Milliseconds. */
  get headStartMs(): number {
    return this.#shortestMs === undefined ? 0 : this.#shortestMs * HEAD_START_SHARE;
  }

  /** A look showed something new. `durationMs` says how long the change took, if it is over. */
  noteChange(durationMs?: number): void {
    this.#changed = true;
    this.#learntMs = this.#lastMs ?? this.#learntMs;
    if (durationMs !== undefined) {
      this.#shortestMs = Math.min(this.#shortestMs ?? Number.POSITIVE_INFINITY, durationMs);
    }
  }

  /**
   * The next moment, the same for all, at `untilMs` at the latest. Returns whether to look now, or to wait for more
   * steps. The steps wait at most `INTERVALS_WITHOUT_LOOK_MAX` intervals for each other.
   */
  next(untilMs: number): Promise<boolean> {
    // Only once. After a request to stop, the remaining steps look as often as before.
    const stopAsked = this.#stopAsked?.aborted ? undefined : this.#stopAsked;
    this.#tick ??= this.#clock.sleep(this.#delayMs(untilMs), stopAsked).then(() => {
      this.#tick = undefined;
      const nowMs = this.#clock.now();
      this.#lastMs = nowMs;
      const isTime = this.#isTime(nowMs);
      if (isTime) {
        this.#lookedMs = nowMs;
        this.#learntMs = nowMs;
      }
      return isTime;
    });
    return this.#tick;
  }

  /**
   * While more steps are on their way, a look comes only after the whole interval, and if it serves enough steps. The
   * readings of other steps may show nothing about some of the steps, so a look comes in any case after a while.
   */
  #isTime(nowMs: number): boolean {
    return (
      this.#stopAsked?.aborted ||
      !this.#isBusy() ||
      (this.#isWorthwhile() && nowMs - this.#learntMs >= this.#intervalMs * this.#stretch) ||
      nowMs - this.#lookedMs > INTERVALS_WITHOUT_LOOK_MAX * this.#intervalMs
    );
  }

  #delayMs(untilMs: number): number {
    const nowMs = this.#clock.now();
    if (this.#lastMs === undefined) {
      return Math.max(0, Math.min(this.#intervalMs, untilMs - nowMs));
    }
    const isBusy = this.#isBusy();
    this.#stretch = Math.min(Math.max(1, this.#stretch * this.#growth(isBusy)), STRETCH_MAX);
    this.#changed = false;
    // A moment at which nothing is read costs nothing, so these moments come at the base interval.
    const intervalMs = this.#intervalMs * (isBusy ? 1 : this.#stretch);
    // The interval counts from the start of a look, but a slow cloud still gets a pause after the end of a look.
    const dueMs = Math.max(this.#lastMs, nowMs - intervalMs * (1 - PAUSE_SHARE_MIN)) + intervalMs;
    return Math.max(0, Math.min(dueMs, untilMs) - nowMs);
  }

  #growth(isBusy: boolean): number {
    if (isBusy) {
      return this.#learntMs === this.#lastMs ? GROWTH_BUSY : 1;
    }
    return this.#changed ? 0 : GROWTH_QUIET;
  }
}
