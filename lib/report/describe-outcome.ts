import type { Outcome } from '../core/domain/outcome.ts';
import type { Policy } from '../core/domain/policy.ts';
import { formatAhead } from './text/moment-text.ts';

/**
 * What became of a connection, or would, and when, in a sentence that stands beside outcome and rule.
 *
 * @param startedMs when the run began: a mark it set, or would set, counts from then
 */
export function describeOutcome(outcome: Outcome, policy: Policy, startedMs: number): string {
  const { rule, since } = outcome;
  const grace = rule === null || rule === 'half-done' ? 'off' : policy.rules[rule];
  if (grace === 'off') {
    return withRequest(outcome, withoutRule(outcome));
  }
  switch (outcome.outcome) {
    case 'waiting':
      return since === null
        ? `would be marked; deletable from ${formatAhead(startedMs + grace, startedMs)}${restart(outcome)}`
        : `waits until ${formatAhead(Date.parse(since) + grace, startedMs)}`;
    case 'marked':
      return `marked now; deletable from ${formatAhead(startedMs + grace, startedMs)}${restart(outcome)}`;
    default:
      return withRequest(outcome, withoutRule(outcome));
  }
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
