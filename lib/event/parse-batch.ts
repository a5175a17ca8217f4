import { ConfigError } from '../core/domain/errors.ts';
import type { RefusedEvent } from '../core/domain/outcome.ts';
import type { Narrowing } from '../core/domain/policy.ts';
import { quote } from '../policy/document/quote.ts';
import { isCloudEvent, parseCloudEvent } from './cloud-event.ts';
import { type Answer, refused } from './event-answer.ts';
import { describeDoubled, type EventReading, isObject, type JsonReading, NOT_JSON, readJson } from './event-json.ts';
import type { EventLimits } from './event-limits.ts';

/** More events than the platform puts into a batch, and still a result of bounded size. */
const EVENTS_MAX = 10_000;
const SHOWN_MAX = 20;
// A timer's event or a request is valid by itself, so the message has to say that it is not valid here.
const NOT_CLOUD_EVENT = 'only CloudEvents may be in an array, and it is not one (specversion, id, source, type)';

export type BatchAnswer = {
  readonly parts: readonly Narrowing[];
  readonly refused: readonly RefusedEvent[];
  readonly notes: readonly string[];
};

/**
 * Judge each event of an array by itself. The run is the union of their requests.
 *
 * @param doubled elements with a duplicate key
 * @throws ConfigError when all events are refused
 */
export function parseBatch(
  events: readonly unknown[],
  doubled: EventReading['doubled'],
  limits: EventLimits,
): BatchAnswer {
  if (events.length > EVENTS_MAX) {
    throw new ConfigError(`event refused: an array of ${events.length} events; at most ${EVENTS_MAX} are read`);
  }
  const answers = events.map((event, index) => parseElement(event, doubled.get(index), limits));
  const refusedEvents = answers.flatMap(({ answer, id }, index) =>
    answer.kind === 'refused' ? [{ index, id, reason: answer.reason }] : [],
  );
  if (refusedEvents.length > 0 && refusedEvents.length === events.length) {
    throw allRefused(refusedEvents);
  }
  return {
    parts: answers.flatMap(({ answer, id }, index) =>
      answer.kind === 'part' ? [{ ...answer.part, event: { index, id } }] : [],
    ),
    refused: refusedEvents,
    notes: answers.flatMap(({ answer }, index) =>
      answer.kind === 'ignored' ? [`event ${index} ignored: ${answer.reason}`] : [],
    ),
  };
}

function parseElement(
  element: unknown,
  doubledKey: string | undefined,
  limits: EventLimits,
): { readonly answer: Answer; readonly id: string | null } {
  // Sources that are queues hand events over as text.
  const reading: JsonReading = typeof element === 'string' ? readJson(element) : { value: element };
  const event = reading.problem === undefined ? reading.value : undefined;
  const id = isObject(event) && typeof event.id === 'string' ? event.id.slice(0, 128) : null;
  const problem = doubledKey === undefined ? reading.problem : describeDoubled(doubledKey);
  if (problem !== undefined && problem !== NOT_JSON) {
    return { id, answer: refused(problem) };
  }
  return { id, answer: isCloudEvent(event) ? parseCloudEvent(event, limits) : refused(NOT_CLOUD_EVENT) };
}

function allRefused(events: readonly RefusedEvent[]): ConfigError {
  const lines = events
    .slice(0, SHOWN_MAX)
    .map(({ index, id, reason }) => `  - event ${index} (${id === null ? 'no id' : `id ${quote(id)}`}): ${reason}`);
  const more = events.length > SHOWN_MAX ? [`  - and ${events.length - SHOWN_MAX} more`] : [];
  return new ConfigError(`all ${events.length} events refused\n${[...lines, ...more].join('\n')}`);
}
