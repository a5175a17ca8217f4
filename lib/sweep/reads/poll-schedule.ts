import type { Clock } from '../../core/domain/cloud-api.ts';

/** Longer than this many intervals nobody waits for the next look. */
const STRETCH_MAX = 4;
/** What the interval grows by after a look that showed nothing new, and while what is looked for is still being sent. */
const GROWTH_QUIET = 1.15;
const GROWTH_BUSY = 1.5;
/** Of the shortest duration seen so far, after which looking for the next one begins. */
const HEAD_START_SHARE = 0.8;
/** So many intervals after the last look the next one comes, whoever waits for it. */
const INTERVALS_WITHOUT_LOOK_MAX = 12;
/** Of the interval, between the end of a look and the next. */
const PAUSE_SHARE_MIN = 0.25;

/**
 * When those who wait for the same kind of change look for it: together, at shared moments, less and less often while
 * nothing changes, and not before it has taken as long as it took before.
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
  #tick: Promise<boolean> | undefined;
  #changed = false;
  #shortestMs: number | undefined;

  /**
   * @param options.isBusy more of what is looked for is still to be sent
   * @param options.isWorthwhile enough are waiting for one look to serve them all
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
    this.#intervalMs = options.intervalMs;
    this.#isBusy = options.isBusy;
    this.#isWorthwhile = options.isWorthwhile;
    this.#stopAsked = options.stopAsked;
    this.#lookedMs = options.clock.now();
  }

  /** Whether to look now rather than at the next moment, when more may be waiting. */
  get isQuiet(): boolean {
    return !this.#isBusy();
  }

  /** How long to wait before the first look, given what the shortest wait so far was. Milliseconds. */
  get headStartMs(): number {
    return this.#shortestMs === undefined ? 0 : this.#shortestMs * HEAD_START_SHARE;
  }

  /** A look showed something new; `durationMs` says how long it took, when it is over. */
  noteChange(durationMs?: number): void {
    this.#changed = true;
    if (durationMs !== undefined) {
      this.#shortestMs = Math.min(this.#shortestMs ?? Number.POSITIVE_INFINITY, durationMs);
    }
  }

  /**
   * The next moment, the same for all; `untilMs` at the latest. Answers whether to look, or to wait for more company;
   * nobody waits for that much longer than for a change.
   */
  next(untilMs: number): Promise<boolean> {
    // Once only: afterwards those who still wait look as often as ever.
    const stopAsked = this.#stopAsked?.aborted ? undefined : this.#stopAsked;
    this.#tick ??= this.#clock.sleep(this.#delayMs(untilMs), stopAsked).then(() => {
      this.#tick = undefined;
      const nowMs = this.#clock.now();
      this.#lastMs = nowMs;
      const isTime =
        this.#stopAsked?.aborted ||
        !this.#isBusy() ||
        this.#isWorthwhile() ||
        nowMs - this.#lookedMs > INTERVALS_WITHOUT_LOOK_MAX * this.#intervalMs;
      if (isTime) {
        this.#lookedMs = nowMs;
      }
      return isTime;
    });
    return this.#tick;
  }

  #delayMs(untilMs: number): number {
    const nowMs = this.#clock.now();
    if (this.#lastMs === undefined) {
      return Math.max(0, Math.min(this.#intervalMs, untilMs - nowMs));
    }
    const growth = this.#isBusy() ? GROWTH_BUSY : this.#changed ? 0 : GROWTH_QUIET;
    this.#changed = false;
    this.#stretch = Math.min(Math.max(1, this.#stretch * growth), STRETCH_MAX);
    const intervalMs = this.#intervalMs * this.#stretch;
    // From look to look, however long the looking took; but a slow cloud is not asked without a pause.
    const dueMs = Math.max(this.#lastMs, nowMs - intervalMs * (1 - PAUSE_SHARE_MIN)) + intervalMs;
    return Math.max(0, Math.min(dueMs, untilMs) - nowMs);
  }
}
