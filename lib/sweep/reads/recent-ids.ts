import type { Clock } from '../../core/domain/cloud-api.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';

/** Counts the different connections that were asked for in about the same time. */
export class RecentIds {
  readonly #clock: Clock;
  readonly #spanMs: number;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #now = new Set<ConnectionId>();
  #before = 0;

  constructor(clock: Clock, spanMs: number) {
    this.#clock = clock;
    this.#spanMs = spanMs;
  }

  /** In the present span or in the span before it. The greater number counts, because a span begins empty. */
  get count(): number {
    return Math.max(this.#before, this.#now.size);
  }

  add(connectionId: ConnectionId): void {
    const nowMs = this.#clock.now();
    const agoMs = nowMs - this.#sinceMs;
    if (agoMs > this.#spanMs) {
      this.#before = agoMs > 2 * this.#spanMs ? 0 : this.#now.size;
      this.#now = new Set();
      this.#sinceMs = nowMs;
    }
    this.#now.add(connectionId);
  }
}
