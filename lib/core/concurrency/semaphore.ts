/**
 * A fair weighted semaphore: callers wait their turn, first come first served. A caller that asks for more than the whole
 * size gets it alone.
 */
export class Semaphore {
  readonly #size: number;
  #taken = 0;
  readonly #waiting: { readonly weight: number; readonly start: () => void }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Wait for the semaphore. Answers whether the caller had to wait. Each `acquire` needs its own `release`. */
  async acquire(weight = 1): Promise<boolean> {
    if (this.#waiting.length === 0 && this.#fits(weight)) {
      this.#taken += weight;
      return false;
    }
    await new Promise<void>((start) => {
      this.#waiting.push({ weight, start });
    });
    return true;
  }

  /** Hand the freed weight to the callers that have waited longest, before any new caller can take it. */
  release(weight = 1): void {
    this.#taken -= weight;
    for (let [next] = this.#waiting; next && this.#fits(next.weight); [next] = this.#waiting) {
      this.#waiting.shift();
      this.#taken += next.weight;
      next.start();
    }
  }

  /** Run a task while holding the semaphore. */
  async run<T>(task: () => Promise<T>, weight = 1): Promise<T> {
    await this.acquire(weight);
    try {
      return await task();
    } finally {
      this.release(weight);
    }
  }

  #fits(weight: number): boolean {
    return this.#taken === 0 || this.#taken + weight <= this.#size;
  }
}
