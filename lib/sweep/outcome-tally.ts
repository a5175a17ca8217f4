import { DEADLINE_EXCEEDED, STOPPED_ON_REQUEST } from '../core/domain/errors.ts';
import type { AccountId, RegionId } from '../core/domain/estate.ts';
import { noOutcomes, type Outcome, type RunResult } from '../core/domain/outcome.ts';
import { placeKey } from '../core/domain/place.ts';

type Place = { readonly accountId: AccountId; readonly regionId: RegionId };

/** Counts all outcomes of a run, and keeps as many as the result may list. */
export class OutcomeTally {
  readonly counts = noOutcomes();
  /** Work was left for lack of time, or because a person asked the run to stop. */
  timeRanOut = false;
  readonly #onListed: (outcome: Outcome) => void;
  readonly #settled: Outcome[] = [];
  readonly #others: Outcome[] = [];
  readonly #max: number;

  /**
   * @param max number of outcomes kept. Further outcomes are counted, and each still has its log line
   * @param onListed gets every outcome that an unlimited result would list
   */
  constructor(max: number, onListed: (outcome: Outcome) => void = () => undefined) {
    this.#max = max;
    this.#onListed = onListed;
  }

  /** Add a connection that its verdict settled. The result lists it only if the other outcomes leave room. */
  addSettled(outcome: Outcome): void {
    this.#add(outcome, this.#settled);
  }

  /** Add a connection that was changed or was to be changed. */
  add(outcome: Outcome): void {
    this.#add(outcome, this.#others);
  }

  /** Sorted by region in the given order. The order of the cloud's answers does not matter. */
  toResult(regions: readonly Place[]): Pick<RunResult, 'counts' | 'outcomes' | 'outcomesOmitted'> {
    const order = new Map(regions.map((region, index) => [placeKey(region), index]));
    const at = (outcome: Outcome): number => order.get(placeKey(outcome)) ?? regions.length;
    const shown = [...this.#others, ...this.#settled].slice(0, this.#max).sort((a, b) => at(a) - at(b));
    const { kept, ...rest } = this.counts;
    const omitted = Object.values(rest).reduce((sum, count) => sum + count, 0) - shown.length;
    return { counts: this.counts, outcomes: shown, ...(omitted > 0 ? { outcomesOmitted: omitted } : {}) };
  }

  #add(outcome: Outcome, list: Outcome[]): void {
    this.counts[outcome.outcome] += 1;
    this.timeRanOut ||= outcome.code === DEADLINE_EXCEEDED || outcome.code === STOPPED_ON_REQUEST;
    if (outcome.outcome === 'kept') {
      return;
    }
    this.#onListed(outcome);
    if (list.length < this.#max) {
      list.push(outcome);
    }
  }
}
