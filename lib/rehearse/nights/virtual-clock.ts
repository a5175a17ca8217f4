import { wokenBy } from '../../core/concurrency/unless-stopped.ts';
import type { Clock } from '../../core/domain/cloud-api.ts';

type Timer = { readonly atMs: number; readonly order: number; wake: (() => void) | undefined };

/**
 * A clock whose time passes only while every task sleeps. Days pass in milliseconds, and always in the same way.
 *
 * Suits work that stays in this process. When no task can continue, the clock wakes the next sleeper at its moment.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  /** A binary heap with the next sleeper first. */
  readonly #timers: Timer[] = [];
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

  sleep(delayMs: number, stop?: AbortSignal): Promise<void> {
    let timer: Timer | undefined;
    const slept = wokenBy(stop, (wake) => {
      timer = this.#start(delayMs, wake);
    });
    return stop === undefined
      ? slept
      : slept.finally(() => {
          if (timer) {
            timer.wake = undefined;
          }
        });
  }

  /** Rejects after a delay, unless it is cancelled first. A client waits for a reply in this way. */
  timeout(delayMs: number): { readonly late: Promise<never>; cancel(): void } {
    let timer: Timer | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = this.#start(delayMs, () => reject(Object.assign(new Error('late'), { name: 'RequestTimeoutError' })));
    });
    return {
      late,
      cancel: () => {
        if (timer) {
          timer.wake = undefined;
        }
      },
    };
  }

  #start(delayMs: number, wake: () => void): Timer {
    this.#order += 1;
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, wake };
    this.#push(timer);
    this.#pump();
    return timer;
  }

  #pump(): void {
    if (this.#pumping) {
      return;
    }
    this.#pumping = true;
    // After `setImmediate`, every promise that could continue has continued.
    setImmediate(() => {
      this.#pumping = false;
      let next = this.#pop();
      while (next !== undefined && next.wake === undefined) {
        next = this.#pop();
      }
      if (next?.wake === undefined) {
        return;
      }
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      this.#pump();
    });
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    for (let above = (at - 1) >> 1; at > 0; at = above, above = (at - 1) >> 1) {
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, timer)) {
        break;
      }
      heap[at] = parent;
      heap[above] = timer;
    }
  }

  #pop(): Timer | undefined {
    const heap = this.#timers;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) {
      return first;
    }
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      const child = b !== undefined && a !== undefined && isBefore(b, a) ? left + 1 : left;
      const smallest = heap[child];
      if (smallest === undefined || !isBefore(smallest, last)) {
        break;
      }
      heap[at] = smallest;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
