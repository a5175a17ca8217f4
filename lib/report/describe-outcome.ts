import type { Outcome } from '../core/domain/outcome.ts';
import type { Policy } from '../core/domain/policy.ts';
import { formatAhead } from './text/moment-text.ts';

/**
 * The fate of a connection and its date, in a sentence beside outcome and rule.
 *
 * @param startedMs the start of the run. A mark that the run set, or would set, counts from this time
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
        // Its grace has ended, and the connection waits for a notice.
        return withoutRule(outcome);
      }
      return outcome.since === null
        ? `would be marked, and deletable from ${from}${restart(outcome)}`
        : `waits until ${from}`;
    case 'marked':
      return `marked now, and deletable from ${from}${restart(outcome)}`;
    default:
      return withRequest(outcome, withoutRule(outcome));
  }
}

/**
 * The end of the connection's clock. Without a clock, because the connection is not marked yet or the function is of an
 * older version, the end of its rule's grace.
 */
function dueMsOf({ dueAt, rule, since }: Outcome, { rules }: Policy, startedMs: number): number | undefined {
  if (dueAt !== null) {
    return Date.parse(dueAt);
  }
  const grace = rule === null || rule === 'half-done' ? 'off' : rules[rule];
  return grace === 'off' ? undefined : (since === null ? startedMs : Date.parse(since)) + grace;
}

/** The rule has its own column. */
const withoutRule = ({ rule, reason }: Outcome): string =>
  rule !== null && reason.startsWith(`${rule}: `) ? reason.slice(rule.length + 2) : reason;

/** The reason why an earlier mark no longer counts, from the last evidence. Empty without an earlier mark. */
function restart({ evidence }: Outcome): string {
  const why = evidence.at(-1);
  return why?.startsWith('its mark does not count') ? `, because ${why}` : '';
}

/** Appends the request id, because the cloud's support asks for it. */
const withRequest = ({ outcome, requestId }: Outcome, text: string): string =>
  requestId !== null && (outcome === 'failed' || outcome === 'blocked') ? `${text} (request ${requestId})` : text;
