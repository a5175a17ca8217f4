import type { RunResult } from '../../core/domain/outcome.ts';
import { type Place, placeKey } from '../../core/domain/place.ts';
import { toIso } from '../../core/domain/time.ts';
import type { MissingPlace } from '../digest/report-digest.ts';
import type { DispatchedPlace, StoredReportHead } from './stored-report.ts';

type Known = Place & {
  /** The start of its newest result. */
  readonly lastMs: number | undefined;
  /** The first dispatch of a sweep of the place. */
  readonly dispatchedMs: number | undefined;
};

/** The places with results or dispatched sweeps, and their times. */
export class KnownPlaces {
  readonly #places = new Map<string, Known>();

  get size(): number {
    return this.#places.size;
  }

  addRun({ regions, startedAt }: Pick<RunResult, 'regions' | 'startedAt'>): void {
    for (const region of regions) {
      this.#seen(region, startedAt);
    }
  }

  addDispatched(dispatched: readonly DispatchedPlace[]): void {
    for (const { at, ...place } of dispatched) {
      const { lastMs, dispatchedMs = Number.POSITIVE_INFINITY } = this.#find(place);
      this.#set(place, { lastMs, dispatchedMs: Math.min(dispatchedMs, Date.parse(at)) });
    }
  }

  addReport({ places, runs, dispatched }: StoredReportHead): void {
    const startedAt = new Map(runs.map((run) => [run.runId, run.startedAt]));
    for (const { runId, ...place } of places) {
      const at = startedAt.get(runId);
      if (at !== undefined) {
        this.#seen(place, at);
      }
    }
    this.addDispatched(dispatched);
  }

  /** The places without a result for more than `missingMs`, in the order of accounts and regions. */
  missing(nowMs: number, missingMs: number): readonly MissingPlace[] {
    return [...this.#places.values()]
      .filter(({ lastMs, dispatchedMs = nowMs }) => nowMs - (lastMs ?? dispatchedMs) > missingMs)
      .sort((a, b) => (placeKey(a) < placeKey(b) ? -1 : 1))
      .map(({ accountId, regionId, lastMs }) => ({
        accountId,
        regionId,
        lastAt: lastMs === undefined ? null : toIso(lastMs),
      }));
  }

  #seen(place: Place, startedAt: string): void {
    const { lastMs = Number.NEGATIVE_INFINITY, dispatchedMs } = this.#find(place);
    this.#set(place, { lastMs: Math.max(lastMs, Date.parse(startedAt)), dispatchedMs });
  }

  #find(place: Place): Omit<Known, keyof Place> {
    return this.#places.get(placeKey(place)) ?? { lastMs: undefined, dispatchedMs: undefined };
  }

  #set({ accountId, regionId }: Place, known: Omit<Known, keyof Place>): void {
    this.#places.set(placeKey({ accountId, regionId }), { accountId, regionId, ...known });
  }
}
