import type { Clock } from '../../lib/core/cloud-api.ts';

type Timer = { readonly atMs: number; readonly order: number; readonly wake: () => void };

/**
 * A clock whose time passes only while everyone sleeps: days go by in milliseconds, and always the same way.
 *
 * Good for work that is all in this process: once nothing is left to run, the next sleeper is woken at its moment.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  #timers: Timer[] = [];
  #pumping = false;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#start(delayMs, resolve);
    });
  }

  /** Rejects after a while, as a client does that waits for a reply; unless it is cancelled first. */
  timeout(delayMs: number): { readonly late: Promise<never>; cancel(): void } {
    let timer: Timer | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = this.#start(delayMs, () => reject(Object.assign(new Error('late'), { name: 'RequestTimeoutError' })));
    });
    return {
      late,
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  #start(delayMs: number, wake: () => void): Timer {
    this.#order += 1;
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, wake };
    this.#timers.push(timer);
    this.#pump();
    return timer;
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // After `setImmediate` every promise that could go on has done so.
    setImmediate(() => {
      this.#pumping = false;
      const next = this.#timers.reduce<Timer | undefined>(earlier, undefined);
      if (next === undefined) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      this.#pump();
    });
  }
}

const earlier = (a: Timer | undefined, b: Timer): Timer =>
  a === undefined || b.atMs < a.atMs || (b.atMs === a.atMs && b.order < a.order) ? b : a;
