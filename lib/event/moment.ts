import { ConfigError } from '../core/errors.ts';
import { parseInstant } from '../core/time.ts';
import { quote } from '../policy/quote.ts';
import { isCloudEvent } from './cloud-event.ts';
import { isObject, parseJson, toText } from './json.ts';
import { isTimer } from './timer.ts';

export type Moment = {
  /** Milliseconds: the tick that was planned. Undefined: none was, so that the time of asking counts. */
  readonly tickMs: number | undefined;
  /** The event without what only the dispatcher reads. */
  readonly event: Uint8Array | string;
};

/**
 * Tell which tick an event is of: the timer's `triggerTime`, or the `tick` of a request, which is taken out of it.
 *
 * @throws ConfigError for a moment that is none: whatever stood in its place, the tick would be another one each time
 */
export function parseMoment(event: Uint8Array | string): Moment {
  const value = parseJson(toText(event).trim());
  if (!isObject(value)) return { tickMs: undefined, event };
  if (isTimer(value)) return { tickMs: readInstant('triggerTime', value.triggerTime), event };
  if (isCloudEvent(value) || !Object.hasOwn(value, 'tick')) return { tickMs: undefined, event };
  const { tick, ...rest } = value;
  return { tickMs: readInstant('tick', tick), event: JSON.stringify(rest) };
}

/** From then on a year has a sign, which an id of a task may not hold. */
const YEAR_10000_MS = 253_402_300_800_000;

function readInstant(key: string, value: unknown): number {
  const ms = typeof value === 'string' ? parseInstant(value) : undefined;
  if (ms !== undefined && ms >= 0 && ms < YEAR_10000_MS) return ms;
  throw new ConfigError(
    `event refused: ${key}: ${quote(value)} is not a moment with a time zone, such as 2026-11-22T19:30:00Z`,
  );
}
