import type { ConnectionRecord, Estate } from '../../../lib/emulator/estate/estate-types.ts';
import { FOREIGN, type PolicyDocument } from '../stories/scenario.ts';
import {
  graceMs,
  heldRules,
  holdersOf,
  isCrossDoubt,
  isFree,
  isOurs,
  isProtected,
  isUndecided,
  mayBeNamed,
  type RuleName,
  section,
  toMs,
} from '../world/truth.ts';
import { CLOCKS_OFF_MS, hasRoom, markTags, noteAgeMs, noteOf, parseClocks, parseSeen } from './claims-monitor.ts';

export const maxGapMs = (policy: PolicyDocument): number => toMs(section(policy, 'marks').maxGap ?? '72h');

/** Whether a detach note may still count, whichever clock is right. */
export function mayBeHalfDone(row: ConnectionRecord, policy: PolicyDocument, nowMs: number): boolean {
  const { atMs = Number.NEGATIVE_INFINITY } = noteOf(row) ?? {};
  const ageMs = noteAgeMs(row, nowMs) ?? Number.POSITIVE_INFINITY;
  const isOfItsLife = atMs >= row.CreateTime - CLOCKS_OFF_MS && atMs <= nowMs + CLOCKS_OFF_MS;
  return isOfItsLife && ageMs <= maxGapMs(policy) + CLOCKS_OFF_MS;
}

/** Whether neither note nor `seen` is young enough by any clock, or the note is older than the connection. */
export function isNoteDead(row: ConnectionRecord, policy: PolicyDocument, nowMs: number): boolean {
  const note = noteOf(row);
  if (note === undefined) {
    return false;
  }
  const ageMs = noteAgeMs(row, nowMs) ?? Number.POSITIVE_INFINITY;
  return note.atMs < row.CreateTime - CLOCKS_OFF_MS || ageMs > maxGapMs(policy) + CLOCKS_OFF_MS;
}

/** Whether it is half-done by any clock and free, and nothing speaks against its delete. */
export function isHalfDone(row: ConnectionRecord, estate: Estate, policy: PolicyDocument, nowMs: number): boolean {
  const note = noteOf(row);
  const ageMs = noteAgeMs(row, nowMs);
  if (note === undefined || ageMs === undefined || ageMs > maxGapMs(policy) - CLOCKS_OFF_MS) {
    return false;
  }
  if (note.atMs > nowMs - CLOCKS_OFF_MS || note.atMs < row.CreateTime + CLOCKS_OFF_MS) {
    return false;
  }
  if (isCrossDoubt(row, estate, policy)) {
    return false;
  }
  return isOurs(row) && isUndisputed(row, estate, policy) && isFree(row, estate) && !isProtected(row, policy, nowMs);
}

/** Whether its hold is not over by some clock. A run that finds the note lapsed begins the hold again. */
function isHeld(row: ConnectionRecord, estate: Estate, policy: PolicyDocument, nowMs: number): boolean {
  const { atMs } = noteOf(row) ?? {};
  const hold = toMs(section(policy, 'detach').hold ?? '0s');
  const isOfNow = atMs !== undefined && atMs + hold > nowMs - CLOCKS_OFF_MS && atMs <= nowMs + CLOCKS_OFF_MS;
  return hold > 0 && isOfNow && isFree(row, estate);
}

/** Whether it would be removed at once by any clock, if no limit stood against it. */
export function isDue(row: ConnectionRecord, estate: Estate, policy: PolicyDocument, nowMs: number): boolean {
  if (isHeld(row, estate, policy, nowMs)) {
    return false;
  }
  if (isHalfDone(row, estate, policy, nowMs)) {
    return true;
  }
  if (!isOurs(row) || !isUndisputed(row, estate, policy) || isProtected(row, policy, nowMs)) {
    return false;
  }
  const rules = heldRules(row, estate, policy, nowMs);
  if (!hasRoom(row, row.AttachType === 'CEN')) {
    return false;
  }
  const { orphan, seen } = markTags(row);
  const seenMs = parseSeen(seen).atMs;
  const seenAgeMs = nowMs - seenMs;
  // While a mark has the clock of a rule that nobody can decide, a run knows nothing.
  const hasUndecided = (parseClocks(orphan) ?? []).some(({ rule }) => isUndecided(rule, row, policy));
  if (hasUndecided && seenAgeMs <= maxGapMs(policy) + CLOCKS_OFF_MS) {
    return false;
  }
  if (rules.some((rule) => graceMs(policy, rule) === 0)) {
    return !isMarkedForNoGrace(row, rules, policy);
  }
  if (!(seenAgeMs >= CLOCKS_OFF_MS && seenAgeMs <= maxGapMs(policy) - CLOCKS_OFF_MS)) {
    return false;
  }
  if (seenMs < row.CreateTime + CLOCKS_OFF_MS) {
    return false;
  }
  return (parseClocks(orphan) ?? []).some(
    ({ rule, sinceMs }) =>
      rules.includes(rule) &&
      sinceMs >= row.CreateTime + CLOCKS_OFF_MS &&
      nowMs - sinceMs >= (graceMs(policy, rule) ?? Number.POSITIVE_INFINITY) + CLOCKS_OFF_MS,
  );
}

/** Whether a mark stands for the very rule without grace. If it is of the future, nobody can be sure. */
function isMarkedForNoGrace(row: ConnectionRecord, rules: readonly RuleName[], policy: PolicyDocument): boolean {
  const [rule] = (row.tags['vco-sweeper:orphan'] ?? '').split(' ');
  return rules.some((name) => name === rule && graceMs(policy, name) === 0);
}

/** The share is a share of connections that are bound to a transit router or to nothing. */
export const isCounted = ({ AttachType }: ConnectionRecord): boolean =>
  AttachType === 'CEN' || AttachType === 'NO_ASSOCIATED';

/** Whether nothing is under way, it is not locked, and all transit routers that may hold it can be read. */
function isUndisputed(row: ConnectionRecord, estate: Estate, policy: PolicyDocument): boolean {
  if (row.State === 'financialLocked' || row.pending !== undefined || mayBeNamed(row, policy)) {
    return false;
  }
  const roles = section(policy, 'detach').roles as readonly string[] | undefined;
  return roles?.length ? true : holdersOf(estate, row.VpnConnectionId).every(({ accountId }) => accountId !== FOREIGN);
}
