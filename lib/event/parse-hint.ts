import { ACCOUNT_PATTERN, CONNECTION_PATTERN, REGION_PATTERN } from '../core/domain/ids.ts';
import { quote } from '../policy/document/quote.ts';
import { type Answer, ignored, part } from './event-answer.ts';
import { isObject, type JsonObject, readJson } from './event-json.ts';
import { allowsRegion, type EventLimits } from './event-limits.ts';
import { isHint } from './hint-actions.ts';

/**
 * Read an ActionTrail event: a hint where to look, never proof. Deletions on the transit-router side are asynchronous,
 * so the removed resource may still exist. The run reads everything itself.
 *
 * The hint narrows the run to the region and connections that it names. It is never refused, because nobody asked for
 * anything.
 *
 * @param event the CloudEvent around `data`, for the region when the call names no region
 */
export function parseHint(event: JsonObject, data: JsonObject, eventName: string, limits: EventLimits): Answer {
  const parameters = [data.requestParameters, parsedText(data.requestParameterJson)];
  const connections = connectionIdsIn([...parameters, data.referencedResources, data.resourceName]);
  if (!isHint(eventName, connections.length > 0)) {
    return ignored(`${quote(eventName)} concerns no connection`);
  }
  if (isFailed(data)) {
    return ignored(`${quote(eventName)} is a failed call`);
  }
  const accountId = firstMatch(ACCOUNT_PATTERN, [event.aliyunaccountid, ownerOf(data)]);
  const regionId = regionOf(parameters, data, event);
  return toPart(eventName, { accountId, regionId, connections }, limits);
}

/** Read an event about a tunnel's health: a weak hint that narrows the run to its region. It is never refused. */
export function parseTunnelHint(event: JsonObject, type: string, limits: EventLimits): Answer {
  const accountId = firstMatch(ACCOUNT_PATTERN, [event.aliyunaccountid]);
  const regionId = firstMatch(REGION_PATTERN, [event.aliyunregionid]);
  return toPart(type, { accountId, regionId, connections: [] }, limits);
}

type Place = {
  readonly accountId: string | undefined;
  readonly regionId: string | undefined;
  readonly connections: readonly string[];
};

function toPart(name: string, { accountId, regionId, connections }: Place, limits: EventLimits): Answer {
  if (regionId === undefined) {
    return ignored(`${quote(name)} names no region`);
  }
  if (!allowsRegion(limits, regionId)) {
    return ignored(`region ${quote(regionId)} is not in the policy`);
  }
  return part({
    mode: limits.mode,
    ...(accountId === undefined ? {} : { happenedIn: accountId }),
    regions: [regionId],
    connections: connections.length > 0 ? connections : undefined,
    hint: true,
  });
}

const firstMatch = (pattern: RegExp, values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === 'string' && pattern.test(value));

/** Failed calls are events as well. A code in an unknown form still counts as a code. */
const isFailed = ({ errorCode }: JsonObject): boolean =>
  errorCode !== undefined && errorCode !== null && !(typeof errorCode === 'string' && errorCode.trim() === '');

function regionOf(parameters: readonly unknown[], data: JsonObject, event: JsonObject): string | undefined {
  const named = parameters.map((value) => (isObject(value) ? value.RegionId : undefined));
  return firstMatch(REGION_PATTERN, [...named, data.acsRegion, event.aliyunregionid]);
}

const ownerOf = ({ userIdentity }: JsonObject): unknown =>
  isObject(userIdentity) ? userIdentity.accountId : undefined;

function parsedText(value: unknown): unknown {
  if (typeof value !== 'string') {
    return value;
  }
  const reading = readJson(value);
  return reading.problem === undefined ? reading.value : undefined;
}

/** Ids at any depth, in values only. A text may hold several ids. Not recursive, because an event may be deep. */
function connectionIdsIn(values: readonly unknown[]): string[] {
  const found = new Set<string>();
  const open = [...values];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') {
      for (const word of value.split(/[,;]/)) {
        if (CONNECTION_PATTERN.test(word.trim())) {
          found.add(word.trim());
        }
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) {
        open.push(child);
      }
    }
  }
  return [...found].sort();
}
