import { ConfigError } from '../core/domain/errors.ts';
import type { RefusedEvent } from '../core/domain/outcome.ts';
import type { DeclaredPolicy, Narrowing } from '../core/domain/policy.ts';
import { isCloudEvent, parseCloudEvent } from './cloud-event.ts';
import type { Answer } from './event-answer.ts';
import { type EventReading, isObject, readEvent, toText } from './event-json.ts';
import { type EventLimits, toLimits } from './event-limits.ts';
import { type BatchAnswer, parseBatch } from './parse-batch.ts';
import { parseRequest } from './parse-event-request.ts';
import { isTimer, parseTimer } from './timer-event.ts';
export type EventRequest = {
  /** The run is their union. An empty list means that there is nothing to do. */
  readonly parts: readonly Narrowing[];
  /** Some part leaves accounts, regions and connections as the policy has them. Its mode may still be lower. */
  readonly whole: boolean;
  /** Events of an array that asked for more than they may. The rest of the array counts. */
  readonly refused: readonly RefusedEvent[];
  readonly source: 'timer' | 'events' | 'direct';
  /** Valid events that concern nothing here, and why. */
  readonly notes: readonly string[];
};

/**
 * Find the request in an event from the timer, a CloudEvent, an array of CloudEvents, or a direct call.
 *
 * An event narrows the policy's scope and never widens it. Every part has at most the policy's mode, and names only
 * accounts and regions of the policy. With `all`, any well-formed region is accepted here. If a directory supplies the
 * accounts, any account is accepted that the policy does not exclude. The run knows which of them exist.
 *
 * @param defaultRegion the function's own region, the policy's scope when it names no region
 * @throws ConfigError when the event, or every event of an array, has an unknown shape or asks for more
 */
export function parseEvent(
  event: Uint8Array | string,
  policy: Pick<DeclaredPolicy, 'mode' | 'regions' | 'accounts'>,
  defaultRegion: string | undefined,
): EventRequest {
  const limits = toLimits(policy, defaultRegion);
  const reading = readEvent(toText(event).trim());
  if (reading.value === undefined) {
    throw new ConfigError('event refused: it is text that is not JSON');
  }
  const { source, ...answer } = parseValue(reading, limits);
  const whole = answer.parts.some(
    ({ accounts, regions, connections }) => (accounts ?? regions ?? connections) === undefined,
  );
  return { ...answer, whole, source };
}

function parseValue({ value, doubled }: EventReading, limits: EventLimits): BatchAnswer & Pick<EventRequest, 'source'> {
  if (Array.isArray(value)) {
    return { ...parseBatch(value, doubled, limits), source: 'events' };
  }
  if (isObject(value) && isTimer(value)) {
    return { ...single(parseTimer(value, limits)), source: 'timer' };
  }
  if (isCloudEvent(value)) {
    return { ...single(parseCloudEvent(value, limits)), source: 'events' };
  }
  return { ...single(parseRequest(value, limits, 'request')), source: 'direct' };
}

function single(answer: Answer): BatchAnswer {
  if (answer.kind === 'refused') {
    throw new ConfigError(`event refused: ${answer.reason}`);
  }
  return answer.kind === 'part'
    ? { parts: [answer.part], refused: [], notes: [] }
    : { parts: [], refused: [], notes: [`event ignored: ${answer.reason}`] };
}
