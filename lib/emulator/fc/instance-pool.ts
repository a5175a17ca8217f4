import type { Instance } from './instance.ts';

/** The instances of a function, up to a maximum. The most recently used instance is used first. */
export class Pool {
  readonly #start: () => Instance;
  readonly #options: { readonly concurrency: number; readonly reuse: boolean };
  readonly #idle: Instance[] = [];
  #busy = 0;

  constructor(options: { readonly concurrency: number; readonly reuse: boolean }, start: () => Instance) {
    this.#start = start;
    this.#options = options;
  }

  /** Runs an invocation in an instance. Undefined when all instances are busy and no more may start. */
  async use<T>(run: (instance: Instance) => Promise<T>): Promise<T | undefined> {
    const instance = this.#take();
    if (instance === undefined) {
      return undefined;
    }
    try {
      return await run(instance);
    } finally {
      this.#busy -= 1;
      if (this.#options.reuse && instance.isUsable) {
        this.#idle.push(instance);
      } else {
        instance.kill();
      }
    }
  }

  #take(): Instance | undefined {
    if (this.#busy >= this.#options.concurrency) {
      return undefined;
    }
    this.#busy += 1;
    for (let warm = this.#idle.pop(); warm !== undefined; warm = this.#idle.pop()) {
      if (warm.isUsable) {
        return warm;
      }
    }
    return this.#start();
  }
}
