import type { ConnectionId } from '../domain/estate.ts';
import { type Place, placeKey } from '../domain/place.ts';
import { parseInstant } from '../domain/time.ts';
import type { RuleName } from '../rules/all-rules.ts';
import { dayOf, isDay } from '../store/store-layout.ts';
import type { Told } from './read-told.ts';

/** The clock that makes a connection due: the rule that is due first, and its moment in the mark. */
export type DueClock = Place & {
  readonly connectionId: ConnectionId;
  readonly rule: RuleName;
  readonly sinceMs: number;
};

/** The first message that named a clock. */
export type Telling = {
  /** When the channel accepted the message, on the clock of the report function. */
  readonly atMs: number;
  readonly channel: string;
  readonly reportId: string;
};

/** The clocks of machines differ by at most this much. */
const APART_MS_MAX = 5 * 60_000;

/** A key of a clock. Two clocks never share a key, because no part contains a blank. */
const keyOf = (place: Place, connectionId: string, rule: string, sinceMs: number): string =>
  [placeKey(place), connectionId, rule, sinceMs].join(' ');

/**
 * The clocks of due connections, each with the first message that named it. Memory grows with the number of due
 * connections, not with the number of records.
 */
export class ToldClocks {
  readonly #first = new Map<string, Telling | undefined>();
  readonly #sinceMsMin: number;
  readonly #nowMs: number;

  constructor(clocks: readonly DueClock[], nowMs: number) {
    let sinceMsMin = nowMs;
    for (const clock of clocks) {
      this.#first.set(keyOf(clock, clock.connectionId, clock.rule, clock.sinceMs), undefined);
      sinceMsMin = Math.min(sinceMsMin, clock.sinceMs);
    }
    this.#sinceMsMin = sinceMsMin;
    this.#nowMs = nowMs;
  }

  /** The days that matter, oldest first, among the names in the folder of all records. */
  daysAmong(names: readonly string[]): readonly string[] {
    const first = dayOf(this.#sinceMsMin - APART_MS_MAX);
    const last = dayOf(this.#nowMs + APART_MS_MAX);
    return names.filter((name) => isDay(name) && first <= name && name <= last).sort();
  }

  /**
   * Count a record for the clocks that it names. A message from before the start of a clock was about an earlier clock.
   * The time of a message in the future proves nothing.
   */
  add({ acceptedAt, channel, reportId, named }: Told): void {
    const atMs = parseInstant(acceptedAt) ?? Number.POSITIVE_INFINITY;
    if (atMs > this.#nowMs + APART_MS_MAX) {
      return;
    }
    for (const { accountId, regionId, connectionId, rule, since } of named) {
      const sinceMs = parseInstant(since) ?? Number.POSITIVE_INFINITY;
      const key = keyOf({ accountId, regionId }, connectionId, rule, sinceMs);
      const isFirst = atMs < (this.#first.get(key)?.atMs ?? Number.POSITIVE_INFINITY);
      if (this.#first.has(key) && isFirst && atMs >= sinceMs - APART_MS_MAX) {
        this.#first.set(key, { atMs, channel, reportId });
      }
    }
  }

  firstTelling(clock: DueClock): Telling | undefined {
    return this.#first.get(keyOf(clock, clock.connectionId, clock.rule, clock.sinceMs));
  }

  /** Whether further records cannot change anything, because messages named every clock early enough. */
  isSettled(noticeMs: number): boolean {
    for (const telling of this.#first.values()) {
      if (telling === undefined || !isOver(telling, noticeMs, this.#nowMs)) {
        return false;
      }
    }
    return true;
  }
}

/** Whether a message was accepted at least the notice ago. */
export const isOver = ({ atMs }: Telling, noticeMs: number, nowMs: number): boolean =>
  atMs + noticeMs <= nowMs + APART_MS_MAX;
