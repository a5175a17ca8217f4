import { parseInstant, toIso } from '../domain/time.ts';
import { parseMark } from '../judge/claims.ts';
import type { Verdict } from '../judge/judge.ts';
import type { PlanEntry } from './saved-plan.ts';

/**
 * How a connection differs from its entry in a plan, in words for a person. Undefined if it does not differ. Pure.
 *
 * The connection has to be due by the same rule, since the same moment, and bound to the same attachment. After our own
 * detach, the detach note has to name that attachment. If the rule of the entry had no clock, it must have no clock
 * now.
 */
export function whyNotAsPlanned(entry: PlanEntry, verdict: Verdict): string | undefined {
  const changes = verdict.kind === 'half-done' ? changesOfHalfDone(entry, verdict) : changesOfOrphan(entry, verdict);
  return changes.length === 0 ? undefined : `no longer as planned: ${changes.join('; ')}`;
}

function changesOfOrphan(entry: PlanEntry, verdict: Verdict): readonly string[] {
  if (verdict.kind !== 'orphan') {
    return [verdict.reason];
  }
  const { rule, sinceMs, attachment } = verdict;
  const changes = [
    ...change('rule', entry.rule, rule),
    ...change('since', entry.since, sinceMs, isSameMoment(entry.since, sinceMs)),
    ...change('attachment', entry.attachmentId, attachment?.attachmentId ?? null),
  ];
  return changes.length > 0 || verdict.isDue ? changes : [verdict.reason];
}

/**
 * The note is enough to delete the connection, even without a mark. But if a clock of the same rule began at another
 * moment, it began after the plan: the connection was used in between, and another run detached it.
 */
function changesOfHalfDone(entry: PlanEntry, { note, connection }: Verdict): readonly string[] {
  const attachmentId = note.kind === 'valid' ? note.attachmentId : null;
  const changes = change('attachment', entry.attachmentId, attachmentId);
  const clocks = connection.tags === 'unread' ? undefined : parseMark(connection.tags);
  if (clocks === undefined || entry.since === null || entry.rule === 'half-done') {
    return changes;
  }
  const sinceMs = clocks.get(entry.rule);
  return [...changes, ...change('since', entry.since, sinceMs, isSameMoment(entry.since, sinceMs))];
}

const isSameMoment = (since: string | null, sinceMs: number | undefined): boolean =>
  (since === null ? undefined : parseInstant(since)) === sinceMs;

function change(
  what: string,
  planned: string | null,
  now: string | number | null | undefined,
  isSame = planned === now,
): readonly string[] {
  const text = typeof now === 'number' ? toIso(now) : now;
  return isSame ? [] : [`${what} was ${planned ?? 'none'}, is ${text ?? 'none'}`];
}
