import type { Clock } from '../core/cloud-api.ts';

/** A value read, when the read was sent at the latest known moment before it, and its place in the order of reads. */
export type Fresh<T> = { readonly value: T; readonly startedMs: number; readonly sequence: number };

/** Which readings will do: those sent after `afterSequence`, and not before `notBeforeMs`. */
export type Freshness = { readonly afterSequence: number; readonly notBeforeMs: number };

/** One read that many callers share: a reading that is fresh enough, or under way, serves all who ask for it. */
export class SharedRead<T> {
  readonly #clock: Clock;
  readonly #nextSequence: () => number;
  readonly #read: () => Promise<T>;
  #latest: Fresh<T> | undefined;
  #underWay: { readonly startedMs: number; readonly sequence: number; readonly result: Promise<Fresh<T>> } | undefined;

  constructor(clock: Clock, nextSequence: () => number, read: () => Promise<T>) {
    this.#clock = clock;
    this.#nextSequence = nextSequence;
    this.#read = read;
  }

  async get(want: Freshness): Promise<Fresh<T>> {
    const willDo = ({ startedMs, sequence }: { startedMs: number; sequence: number }) =>
      sequence > want.afterSequence && startedMs >= want.notBeforeMs;
    if (this.#latest && willDo(this.#latest)) return this.#latest;
    if (this.#underWay && willDo(this.#underWay)) return await this.#underWay.result;
    return await this.#start();
  }

  async #start(): Promise<Fresh<T>> {
    const startedMs = this.#clock.now();
    const sequence = this.#nextSequence();
    const result = this.#read().then((value) => ({ value, startedMs, sequence }));
    const underWay = { startedMs, sequence, result };
    this.#underWay = underWay;
    try {
      const fresh = await result;
      if ((this.#latest?.sequence ?? 0) < sequence) this.#latest = fresh;
      return fresh;
    } finally {
      if (this.#underWay === underWay) this.#underWay = undefined;
    }
  }
}
