import { describeFailure } from '../core/advice/error-advice.ts';
import type { Connection } from '../core/domain/estate.ts';
import type { Journal } from '../core/domain/journal.ts';
import type { Outcome, OutcomeKind } from '../core/domain/outcome.ts';
import type { Policy } from '../core/domain/policy.ts';
import type { Verdict } from '../core/judge/judge.ts';
import { mayTag } from '../core/plan/narrow.ts';
import { isReported, type Judged, type Plan } from '../core/plan/plan.ts';
import type { TagResult } from './marks/mark-upkeep.ts';
import { NO_CLOCK, toClockFacts, toConnectionFacts, toNoticeFacts } from './outcome-facts.ts';
import { endWithError, type StepResult } from './steps/step-result.ts';
import type { LostRegion, Survey } from './survey/survey.ts';

/** Everything a run did, and would have done, to the connections that it judged. */
export type Done = {
  /** Steps that were started. */
  readonly steps: ReadonlyMap<Judged, StepResult>;
  /** All other connections that were due and not blocked. */
  readonly foreseen: ReadonlyMap<Judged, StepResult>;
  readonly tags: ReadonlyMap<Judged, TagResult | undefined>;
};

/** Where outcomes are reported, and the policy that determines their owners and due times. */
export type Telling = {
  readonly policy: Policy;
  readonly journal: Journal;
  /** Gets each connection that ends as `planned`. */
  readonly onPlanned?: ((judged: Judged) => void) | undefined;
};

type Blocked = Plan['blocked'];
const NONE_BLOCKED: Blocked = new Map();
const NOTHING: Done = { steps: new Map(), foreseen: new Map(), tags: new Map() };

/** Whether the verdict is final in this run: the connection is not in the plan, and its tags do not change. */
export const isSettled = ({ verdict, mode }: Judged): boolean =>
  !verdict.isDue && !(mayTag(mode) && (verdict.markAction !== 'none' || verdict.dropNote || verdict.restartsHold));

/** The outcome of a connection in scope that its verdict settled. Also writes its log line. */
export function endSettled(judged: Judged, { policy, journal }: Telling): Outcome {
  const outcome = toOutcome(judged, endWithoutStep(judged, NONE_BLOCKED, NOTHING), policy);
  reportOutcome(journal, judged.verdict, outcome);
  return outcome;
}

/**
 * A single outcome for every other connection in scope, and a log line for each connection that no step reported. A
 * generator, because the outcomes of a big estate are not all kept.
 *
 * A step result comes first, then a failed tag write, then guards and limits, then the verdict.
 */
export function* listOutcomes(
  surveyed: Survey,
  blocked: Blocked,
  done: Done,
  { policy, journal, onPlanned }: Telling,
): Generator<Outcome> {
  for (const { judged: all } of surveyed.regions) {
    for (const judged of all) {
      if (!isReported(judged)) {
        continue;
      }
      const step = done.steps.get(judged);
      const outcome = toOutcome(judged, step ?? endWithoutStep(judged, blocked, done), policy);
      if (step === undefined) {
        reportOutcome(journal, judged.verdict, outcome);
      }
      if (outcome.outcome === 'planned') {
        onPlanned?.(judged);
      }
      yield outcome;
    }
  }
  for (const region of surveyed.lost) {
    for (const connection of region.inScope) {
      const outcome = toLostOutcome(region, connection, policy);
      reportLost(journal, outcome);
      yield outcome;
    }
  }
}

type End = Pick<StepResult, 'outcome' | 'reason' | 'code' | 'requestId' | 'heldUntilMs' | 'backup'> & {
  /** When the clock of its rule began, if this run started it. */
  readonly startedMs?: number;
};

const endAs = (outcome: OutcomeKind, reason: string): End => ({ outcome, reason, code: null, requestId: null });

/** How a connection ended whose tags could not be written. Undefined if they were written. */
function endOfTags(tag: TagResult): End | undefined {
  switch (tag.kind) {
    case 'failed': {
      const result = endWithError('its tags could not be kept up', tag.error, false);
      return tag.stands ? { ...result, outcome: 'failed' } : result;
    }
    case 'gone':
      return endAs('already-gone', 'it was gone before anything was sent');
    case 'changed':
      return endAs('unknown', 'somebody changed its tags after they were read, so this run did not write its mark');
    default:
      return undefined;
  }
}

function endWithoutStep(judged: Judged, blocked: Blocked, { foreseen, tags }: Done): End {
  const { verdict, mode } = judged;
  const end = (outcome: OutcomeKind, reason = verdict.reason) => endAs(outcome, reason);
  if (judged.unplanned !== undefined) {
    return end('unknown', judged.unplanned);
  }
  const tag = tags.get(judged);
  const unwritten = tag && endOfTags(tag);
  if (unwritten !== undefined) {
    return unwritten;
  }
  const why = blocked.get(judged);
  if (why !== undefined) {
    return end('blocked', why);
  }
  const ahead = foreseen.get(judged);
  if (ahead !== undefined) {
    return ahead;
  }
  switch (verdict.kind) {
    case 'not-ours':
      return end('kept');
    case 'protected':
      return end('protected');
    case 'unknown':
      return end('unknown');
    case 'in-use':
      return end(tag?.kind === 'cleared' ? 'cleared' : 'kept');
    case 'orphan':
    case 'half-done':
      if (verdict.tagsOver > 0) {
        return end('blocked');
      }
      if (verdict.heldUntilMs !== undefined) {
        return { ...end('held'), heldUntilMs: verdict.heldUntilMs };
      }
      if (tag?.kind === 'marked') {
        return { ...end('marked'), startedMs: tag.sinceMs };
      }
      return end(
        'waiting',
        mode === 'plan' && verdict.starting.length > 0 && verdict.sinceMs === undefined
          ? `${verdict.reason}. It is not marked, because a plan writes no marks`
          : verdict.reason,
      );
  }
}

const toOutcome = ({ accountId, regionId, verdict, notice }: Judged, end: End, policy: Policy): Outcome => ({
  connectionId: verdict.connection.connectionId,
  accountId,
  regionId,
  ...toConnectionFacts(verdict.connection, policy),
  outcome: end.outcome,
  rule: verdict.rule,
  ...toClockFacts(verdict, end.outcome, policy, end),
  backup: end.backup ?? null,
  ...toNoticeFacts(notice),
  reason: end.reason,
  evidence: verdict.evidence,
  code: end.code,
  requestId: end.requestId,
});

function toLostOutcome(region: LostRegion, connection: Connection, policy: Policy): Outcome {
  const theirs = connection.attachType === 'VPNGW' || connection.attachType === 'missing';
  return {
    connectionId: connection.connectionId,
    accountId: region.accountId,
    regionId: region.regionId,
    ...toConnectionFacts(connection, policy),
    outcome: theirs ? 'kept' : 'unknown',
    rule: null,
    ...NO_CLOCK,
    backup: null,
    reason: theirs
      ? 'it is not a connection made for a transit router'
      : `the region could not be read whole: ${describeFailure(region.error)}`,
    evidence: [],
    code: region.error.code,
    requestId: region.error.requestId ?? null,
  };
}

function reportOutcome(journal: Journal, verdict: Verdict, outcome: Outcome): void {
  const { connectionId, code, requestId, ...told } = outcome;
  journal('connection.judged', { connectionId, code, cloudRequestId: requestId, verdict: verdict.kind, ...told });
}

/** Connections of a region that could not be read completely also get a log line each. */
function reportLost(journal: Journal, outcome: Outcome): void {
  const { connectionId, code, requestId, rule, evidence, ...told } = outcome;
  journal('connection.judged', { connectionId, code, cloudRequestId: requestId, verdict: 'unknown', ...told });
}
