import { ConfigError } from '../core/domain/errors.ts';
import { parseInstant } from '../core/domain/time.ts';
import { quote } from '../policy/document/quote.ts';
import { isCloudEvent } from './cloud-event.ts';
import { isObject, readEvent, readJson, toText } from './event-json.ts';
import { isTimer } from './timer-event.ts';

export type Moment = {
  /** `tick`: the planned tick. `minute`: the minute of the change or of the request. */
  readonly kind: 'tick' | 'minute';
  /** Milliseconds since the epoch. */
  readonly ms: number;
  /** The event without the fields that only the dispatcher reads. */
  readonly event: Uint8Array | string;
};

/**
 * The moment of an event, the same when the platform sends the event again.
 *
 * It is the timer's `triggerTime`, or the `tick` of a request, which is taken out of the request. For CloudEvents it is
 * `time`, for an array the latest `time`. Otherwise it is now.
 *
 * @throws ConfigError for a duplicate key, and for an invalid tick, because any replacement would differ each time
 */
export function parseMoment(event: Uint8Array | string, nowMs: number): Moment {
  const { value } = readEvent(toText(event).trim());
  if (isObject(value) && isTimer(value)) {
    return { kind: 'tick', ms: readInstant('triggerTime', value.triggerTime), event };
  }
  if (!isObject(value) || isCloudEvent(value) || !Object.hasOwn(value, 'tick')) {
    return { kind: 'minute', ms: timeOf(Array.isArray(value) ? value : [value], nowMs) ?? nowMs, event };
  }
  const { tick, ...rest } = value;
  return { kind: 'tick', ms: readInstant('tick', tick), event: JSON.stringify(rest) };
}

/** The platform retries the dispatcher for an hour. */
const PAST_MS_MAX = 2 * 3_600_000;
/** Clocks differ. */
const AHEAD_MS_MAX = 5 * 60_000;

/**
 * The latest `time`, if every event has a plausible time. A sender that always writes the same time would always hear
 * that its sweep has already been started.
 */
function timeOf(events: readonly unknown[], nowMs: number): number | undefined {
  let latestMs = Number.NEGATIVE_INFINITY;
  for (const element of events) {
    // Sources that are queues hand events over as text.
    const event = typeof element === 'string' ? readText(element) : element;
    const ms = isCloudEvent(event) && typeof event.time === 'string' ? parseInstant(event.time) : undefined;
    if (ms === undefined) {
      return undefined;
    }
    latestMs = Math.max(latestMs, ms);
  }
  return latestMs >= nowMs - PAST_MS_MAX && latestMs <= nowMs + AHEAD_MS_MAX ? latestMs : undefined;
}

function readText(text: string): unknown {
  const reading = readJson(text);
  return reading.problem === undefined ? reading.value : undefined;
}

/** From then on a year has a sign, which the id of a task may not contain. */
const YEAR_10000_MS = 253_402_300_800_000;

function readInstant(key: string, value: unknown): number {
  const ms = typeof value === 'string' ? parseInstant(value) : undefined;
  if (ms !== undefined && ms >= 0 && ms < YEAR_10000_MS) {
    return ms;
  }
  throw new ConfigError(
    `event refused: ${key}: ${quote(value)} is not a moment with a time zone, such as 2026-11-22T19:30:00Z`,
  );
}
