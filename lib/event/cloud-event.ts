import { type Answer, ignored, refused } from './event-answer.ts';
import { isObject, type JsonObject, type JsonReading, readJson } from './event-json.ts';
import type { EventLimits } from './event-limits.ts';
import { HINT_TYPES } from './hint-actions.ts';
import { parseRequest, REQUEST_KEYS } from './parse-event-request.ts';
import { parseHint, parseTunnelHint } from './parse-hint.ts';

const REQUIRED_KEYS = ['specversion', 'id', 'source', 'type'] as const;
export type CloudEvent = JsonObject & Readonly<Record<(typeof REQUIRED_KEYS)[number], string>>;

export const isCloudEvent = (value: unknown): value is CloudEvent =>
  isObject(value) && REQUIRED_KEYS.every((key) => typeof value[key] === 'string');

/**
 * The meaning of a CloudEvent: a hint, a request, a refusal, or nothing, because it is a cloud event about something
 * else.
 */
export function parseCloudEvent(event: CloudEvent, limits: EventLimits): Answer {
  const reading = readData(event.data);
  const data = reading.problem === undefined ? reading.value : undefined;
  if (isObject(data)) {
    if (typeof data.eventName === 'string') {
      return parseHint(event, data, data.eventName, limits);
    }
    if (isRequestShaped(data)) {
      return parseEventRequest(event, data, limits);
    }
  }
  if (event.source.startsWith('acs.')) {
    return HINT_TYPES.has(event.type)
      ? parseTunnelHint(event, event.type, limits)
      : ignored('it is about something else');
  }
  if (reading.problem !== undefined) {
    return refused(`data: ${reading.problem}`);
  }
  return parseEventRequest(event, data, limits);
}

/** Absent and blank data ask for nothing in particular. Text is read as JSON. */
function readData(data: unknown): JsonReading {
  if (data === undefined || data === null) {
    return { value: {} };
  }
  if (typeof data !== 'string') {
    return { value: data };
  }
  return data.trim() === '' ? { value: {} } : readJson(data);
}

function isRequestShaped(data: JsonObject): boolean {
  const keys = Object.keys(data);
  return keys.length > 0 && keys.every((key) => REQUEST_KEYS.includes(key));
}

function parseEventRequest(event: CloudEvent, data: unknown, limits: EventLimits): Answer {
  // Keys beside `data` would be ignored, so the run would be wider than the sender meant.
  const misplaced = [...REQUEST_KEYS, 'data_base64'].filter((key) => Object.hasOwn(event, key));
  if (misplaced.length > 0) {
    return refused(`${misplaced.join(', ')}: has to be inside data`);
  }
  return parseRequest(data, limits, 'data');
}
