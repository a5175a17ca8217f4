import type { Outcome } from '../core/domain/outcome.ts';
import type { Policy } from '../core/domain/policy.ts';
import { formatAhead } from './text/moment-text.ts';

/**
 * What became of a connection, or would, and when, in a sentence that stands beside outcome and rule.
 *
 * @param startedMs when the run began: a mark it set, or would set, counts from then
 */
export function describeOutcome(outcome: Outcome, policy: Policy, startedMs: number): string {
  const dueMs = dueMsOf(outcome, policy, startedMs);
  if (dueMs === undefined) {
    return withRequest(outcome, withoutRule(outcome));
  }
  const from = formatAhead(dueMs, startedMs);
  switch (outcome.outcome) {
    case 'waiting':
      if (outcome.since !== null && dueMs <= startedMs) {
        // Its grace has run out, and it waits until somebody was told.
        return withoutRule(outcome);
      }
      return outcome.since === null
        ? `would be marked; deletable from ${from}${restart(outcome)}`
        : `waits until ${from}`;
    case 'marked':
      return `marked now; deletable from ${from}${restart(outcome)}`;
    default:
      return withRequest(outcome, withoutRule(outcome));
  }
}

/** By its clock; else by the grace of its rule, for one that is not marked yet or from a function that does not say. */
function dueMsOf({ dueAt, rule, since }: Outcome, { rules }: Policy, startedMs: number): number | undefined {
  if (dueAt !== null) {
    return Date.parse(dueAt);
  }
  const grace = rule === null || rule === 'half-done' ? 'off' : rules[rule];
  return grace === 'off' ? undefined : (since === null ? startedMs : Date.parse(since)) + grace;
}

/** The rule has a column of its own. */
const withoutRule = ({ rule, reason }: Outcome): string =>
  rule !== null && reason.startsWith(`${rule}: `) ? reason.slice(rule.length + 2) : reason;

/** Why an earlier mark counts no more, when there was one; the last of the evidence says it. */
function restart({ evidence }: Outcome): string {
  const why = evidence.at(-1);
  return why !== undefined && /^its mark counts no more|^it was marked for another rule/.test(why) ? `; ${why}` : '';
}

/** The id that the cloud's support asks for. */
const withRequest = ({ outcome, requestId }: Outcome, text: string): string =>
  requestId !== null && (outcome === 'failed' || outcome === 'blocked') ? `${text} (request ${requestId})` : text;
