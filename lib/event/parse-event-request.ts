import { ACCOUNT_PATTERN, CONNECTION_PATTERN, REGION_PATTERN } from '../core/domain/ids.ts';
import { type EventBody, MODES, type Mode } from '../core/domain/policy.ts';
import { describeChoice, isNamed } from '../core/plan/region-choice.ts';
import { unknownKey } from '../policy/document/problems.ts';
import { quote } from '../policy/document/quote.ts';
import { accountId, connectionId, regionId } from '../policy/schema/names.ts';
import { type Answer, part, refused } from './event-answer.ts';
import { isObject, type JsonObject } from './event-json.ts';
import { allowsAccount, allowsRegion, type EventLimits } from './event-limits.ts';

/** In the order in which messages name them. It is a record, so that the compiler asks for every key of a body. */
const KEYS: Readonly<Record<keyof EventBody, true>> = { mode: true, accounts: true, regions: true, connections: true };
export const REQUEST_KEYS: readonly string[] = Object.keys(KEYS);
const SHOWN_MAX = 10;

/**
 * Read `{"mode": …, "accounts": […], "regions": […], "connections": […]}`, each key optional. `{}` asks for the whole
 * run.
 *
 * A request that would widen the run is refused rather than cut down, because the sender would believe that it had been
 * done.
 *
 * @param where the name of the request in a reason
 */
export function parseRequest(value: unknown, limits: EventLimits, where: string): Answer {
  if (!isObject(value)) {
    return refused(`${where}: ${quote(value)} is not a request; write an object, {} for a whole run`);
  }
  const accounts = toList(value.accounts);
  const there = accounts === undefined || accounts.length === 0 ? limits : limits.within(accounts);
  const problems = [
    ...Object.keys(value)
      .filter((key) => !REQUEST_KEYS.includes(key))
      .map((key) => unknownKey([key], key, REQUEST_KEYS.join(', '))),
    ...modeProblems(value, limits),
    ...listProblems(value, 'accounts', (id) => accountProblem(id, limits)),
    ...listProblems(value, 'regions', (id) => regionProblem(id, there)),
    ...listProblems(value, 'connections', connectionProblem),
  ];
  if (problems.length > 0) {
    return refused(`${where}: ${joined(problems)}`);
  }
  return part({
    mode: toMode(value.mode) ?? limits.mode,
    ...(accounts === undefined ? {} : { accounts }),
    regions: toList(value.regions),
    connections: toList(value.connections),
  });
}

const toMode = (value: unknown): Mode | undefined => MODES.find((mode) => mode === value);

const toList = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? [...new Set(value.filter((item) => typeof item === 'string'))] : undefined;

function modeProblems(request: JsonObject, limits: EventLimits): string[] {
  if (!Object.hasOwn(request, 'mode')) {
    return [];
  }
  const allowed = MODES.slice(0, MODES.indexOf(limits.mode) + 1);
  const mode = toMode(request.mode);
  if (mode !== undefined && allowed.includes(mode)) {
    return [];
  }
  const found = mode === undefined ? 'is not a mode' : `is more than the policy's mode ${limits.mode}`;
  return [`mode: ${quote(request.mode)} ${found} (allowed: ${allowed.join(', ')})`];
}

function listProblems(
  request: JsonObject,
  key: 'accounts' | 'regions' | 'connections',
  check: (id: unknown) => string | undefined,
): string[] {
  if (!Object.hasOwn(request, key)) {
    return [];
  }
  const list: unknown = request[key];
  if (!Array.isArray(list)) {
    return [`${key}: ${quote(list)} is not a list of ids`];
  }
  return list.flatMap((id: unknown, index) => {
    const found = check(id);
    return found === undefined ? [] : [`${key}[${index}]: ${quote(id)} ${found}`];
  });
}

function accountProblem(id: unknown, limits: EventLimits): string | undefined {
  if (typeof id !== 'string' || !ACCOUNT_PATTERN.test(id)) {
    return `is not ${accountId.allowed}`;
  }
  return allowsAccount(limits, id) ? undefined : 'is not an account of the policy';
}

function regionProblem(id: unknown, limits: EventLimits): string | undefined {
  if (typeof id !== 'string' || !REGION_PATTERN.test(id)) {
    return `is not ${regionId.allowed}`;
  }
  if (allowsRegion(limits, id)) {
    return undefined;
  }
  const shown = limits.regions.flatMap((choice) => (isNamed(choice) ? choice : [describeChoice(choice)]));
  const allowed = [...new Set(shown)].slice(0, SHOWN_MAX).join(', ');
  return `is not a region of the policy (allowed: ${allowed === '' ? 'none' : allowed})`;
}

const connectionProblem = (id: unknown): string | undefined =>
  typeof id === 'string' && CONNECTION_PATTERN.test(id) ? undefined : `is not ${connectionId.allowed}`;

const joined = (problems: readonly string[]): string =>
  problems.length > SHOWN_MAX
    ? `${problems.slice(0, SHOWN_MAX).join('; ')}; and ${problems.length - SHOWN_MAX} more`
    : problems.join('; ');
