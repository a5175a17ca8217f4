import type { Connection, Estate } from '../../lib/emulator/index.ts';
import { FOREIGN, type PolicyDocument } from './scenario.ts';
import {
  graceMs,
  heldRules,
  holdersOf,
  isFree,
  isOurs,
  isProtected,
  mayBeNamed,
  type RuleName,
  section,
  toMs,
} from './truth.ts';

/** Two processes' clocks may be this far off, each. */
export const CLOCKS_OFF_MS = 10 * 60_000;

export const maxGapMs = (policy: PolicyDocument): number => toMs(section(policy, 'marks').maxGap ?? '72h');

/** How long ago a run of the sweeper began to detach it, by its tag; undefined without a tag that says so. */
function traceAgeMs(row: Connection, nowMs: number): number | undefined {
  const [, time = ''] = /^(\S+) tr-attach-\S+$/.exec(row.tags['vco-sweeper:detached'] ?? '') ?? [];
  const ageMs = nowMs - Date.parse(time);
  return Number.isNaN(ageMs) ? undefined : ageMs;
}

/** The trace of a detach that may still count, whichever clock is right. */
export function mayBeHalfDone(row: Connection, policy: PolicyDocument, nowMs: number): boolean {
  const ageMs = traceAgeMs(row, nowMs);
  return ageMs !== undefined && ageMs >= -CLOCKS_OFF_MS && ageMs <= maxGapMs(policy) + CLOCKS_OFF_MS;
}

/** Half-done by any clock, free, and nothing speaks against finishing it. */
export function isHalfDone(row: Connection, estate: Estate, policy: PolicyDocument, nowMs: number): boolean {
  const ageMs = traceAgeMs(row, nowMs);
  if (ageMs === undefined || ageMs < CLOCKS_OFF_MS || ageMs > maxGapMs(policy) - CLOCKS_OFF_MS) return false;
  return isOurs(row) && isUndisputed(row, estate, policy) && isFree(row, estate) && !isProtected(row, policy, nowMs);
}

/** Would be removed at once if no limit stood against it, by any clock. */
export function isDue(row: Connection, estate: Estate, policy: PolicyDocument, nowMs: number): boolean {
  if (isHalfDone(row, estate, policy, nowMs)) return true;
  if (!isOurs(row) || !isUndisputed(row, estate, policy) || isProtected(row, policy, nowMs)) return false;
  const rules = heldRules(row, estate, policy, nowMs);
  if (rules.some((rule) => graceMs(policy, rule) === 0)) return !isMarkedForNoGrace(row, rules, policy);
  const [rule, since = ''] = (row.tags['vco-sweeper:orphan'] ?? '').split(' ');
  const held = rules.find((name) => name === rule);
  const seenAgeMs = nowMs - Date.parse(row.tags['vco-sweeper:seen'] ?? '');
  if (held === undefined || !(seenAgeMs >= CLOCKS_OFF_MS && seenAgeMs <= maxGapMs(policy) - CLOCKS_OFF_MS))
    return false;
  return nowMs - Date.parse(since) >= (graceMs(policy, held) ?? Number.POSITIVE_INFINITY) + CLOCKS_OFF_MS;
}

/** A mark may stand for the very rule without grace, and be of the future or not: too fine to be sure. */
function isMarkedForNoGrace(row: Connection, rules: readonly RuleName[], policy: PolicyDocument): boolean {
  const [rule] = (row.tags['vco-sweeper:orphan'] ?? '').split(' ');
  return rules.some((name) => name === rule && graceMs(policy, name) === 0);
}

/** What the share is a share of: bound to a transit router, or to nothing. */
export const isCounted = ({ AttachType }: Connection): boolean =>
  AttachType === 'CEN' || AttachType === 'NO_ASSOCIATED';

/** Nothing under way, not locked, and held by nobody whose transit routers cannot be read. */
function isUndisputed(row: Connection, estate: Estate, policy: PolicyDocument): boolean {
  if (row.State === 'financialLocked' || row.pending !== undefined || mayBeNamed(row, policy)) return false;
  const roles = section(policy, 'detach').roles as readonly string[] | undefined;
  return roles?.length ? true : holdersOf(estate, row.VpnConnectionId).every(({ accountId }) => accountId !== FOREIGN);
}
