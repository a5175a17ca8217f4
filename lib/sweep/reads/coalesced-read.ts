import type { Clock } from '../../core/domain/cloud-api.ts';

/** A value, the latest known moment before its read was sent, and the place of the read in the order of reads. */
export type Fresh<T> = { readonly value: T; readonly startedMs: number; readonly sequence: number };

/** The last read that was sent before this reading was whole. A later read shows the cloud as it was afterwards. */
export type Whole<T> = Fresh<T> & { readonly endSequence: number };

/** The readings that are acceptable: sent after `afterSequence`, and not before `notBeforeMs`. */
export type Freshness = { readonly afterSequence: number; readonly notBeforeMs: number };

type Reading<T> = { readonly startedMs: number; readonly sequence: number; readonly result: Promise<Whole<T>> };

/** A list of many pages takes long, so a second reading may begin. If more could begin, fewer callers would share each. */
const UNDER_WAY_MAX = 2;

/**
 * A read that many callers share. A reading that is fresh enough serves them all. Otherwise they wait for a new reading,
 * and at most two readings are under way at a time.
 */
export class CoalescedRead<T> {
  readonly #clock: Clock;
  readonly #nextSequence: () => number;
  readonly #read: () => Promise<T>;
  #latest: Whole<T> | undefined;
  /** In the order of their starts. */
  #underWay: readonly Reading<T>[] = [];
  #next: Promise<Whole<T>> | undefined;

  /** @param known an earlier reading, with sequence 0 */
  constructor(clock: Clock, nextSequence: () => number, read: () => Promise<T>, known?: Whole<T>) {
    this.#clock = clock;
    this.#nextSequence = nextSequence;
    this.#read = read;
    this.#latest = known;
  }

  /** The last reading. Undefined before the first. */
  get latest(): Whole<T> | undefined {
    return this.#latest;
  }

  /** The last reading if it is fresh enough. */
  known(want: Freshness): Whole<T> | undefined {
    return this.#latest && willDo(this.#latest, want) ? this.#latest : undefined;
  }

  async get(want: Freshness): Promise<Whole<T>> {
    const known = this.known(want);
    if (known) {
      return known;
    }
    const underWay = this.#underWay.find((reading) => willDo(reading, want));
    if (underWay) {
      return await underWay.result;
    }
    this.#next ??= this.#mayStart().then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return await this.#next;
  }

  /** Callers that no reading under way can serve share the next reading. */
  async #mayStart(): Promise<void> {
    // A moment's wait lets all callers of this turn join the same reading.
    await this.#clock.sleep(0);
    while (this.#underWay.length >= UNDER_WAY_MAX) {
      await Promise.allSettled([Promise.race(this.#underWay.map(({ result }) => result))]);
    }
  }

  async #start(): Promise<Whole<T>> {
    const startedMs = this.#clock.now();
    const sequence = this.#nextSequence();
    const result = this.#read().then((value) => ({ value, startedMs, sequence, endSequence: this.#nextSequence() }));
    const reading = { startedMs, sequence, result };
    this.#underWay = [...this.#underWay, reading];
    try {
      const whole = await result;
      if ((this.#latest?.sequence ?? 0) < sequence) {
        this.#latest = whole;
      }
      return whole;
    } finally {
      this.#underWay = this.#underWay.filter((other) => other !== reading);
    }
  }
}

const willDo = (reading: { readonly startedMs: number; readonly sequence: number }, want: Freshness): boolean =>
  reading.sequence > want.afterSequence && reading.startedMs >= want.notBeforeMs;
