import { unknownKey } from '../policy/document/problems.ts';
import { quote } from '../policy/document/quote.ts';
import { type Answer, refused } from './event-answer.ts';
import { type JsonObject, readJson } from './event-json.ts';
import type { EventLimits } from './event-limits.ts';
import { parseRequest } from './parse-event-request.ts';

const TIMER_KEYS: readonly string[] = ['triggerTime', 'triggerName', 'payload'];

export const isTimer = (value: JsonObject): boolean =>
  typeof value.triggerTime === 'string' && typeof value.triggerName === 'string';

/** Read `{"triggerTime": …, "triggerName": …, "payload": "…"}`. A timer without a payload asks for the whole run. */
export function parseTimer(event: JsonObject, limits: EventLimits): Answer {
  // A `mode` here would be ignored, so the run would do more than its author meant.
  const unknown = Object.keys(event).find((key) => !TIMER_KEYS.includes(key));
  if (unknown !== undefined) {
    return refused(`timer: ${unknownKey([unknown], unknown, TIMER_KEYS.join(', '))}`);
  }
  const payload = event.payload ?? '';
  if (typeof payload !== 'string') {
    return refused(`payload: ${quote(payload)} is not text`);
  }
  if (payload.trim() === '') {
    return parseRequest({}, limits, 'payload');
  }
  const reading = readJson(payload);
  return reading.problem === undefined
    ? parseRequest(reading.value, limits, 'payload')
    : refused(`payload: ${reading.problem}`);
}
