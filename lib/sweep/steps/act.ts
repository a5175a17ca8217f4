import { formatDuration } from '../../core/domain/duration.ts';
import { DEADLINE_EXCEEDED } from '../../core/domain/errors.ts';
import type { JournalEvent } from '../../core/domain/journal.ts';
import { parseInstant, toIso } from '../../core/domain/time.ts';
import { findNotNow, type Judged, type NotNow, type Plan } from '../../core/plan/plan.ts';
import { noteTried, type TagResult } from '../marks/mark-upkeep.ts';
import { toClockFacts, toConnectionFacts, toNoticeFacts } from '../outcome-facts.ts';
import { type RegionContext, record } from '../run-context.ts';
import type { DayLimit } from './day-limit.ts';
import { deleteConnection } from './delete-connection.ts';
import { detachConnection } from './detach-connection.ts';
import { whyNotNow } from './leave-to-begin.ts';
import { endIfStopped, endWith, StepEnd, type StepResult } from './step-result.ts';
import { needTimeFor } from './time-left.ts';

/** The results of the connections whose turn came: how their steps ended, or why nothing may begin on them any more. */
type Acted = {
  readonly steps: ReadonlyMap<Judged, StepResult>;
  readonly tooLate: ReadonlyMap<Judged, NotNow>;
};

/**
 * Carry out the plan: detach and delete at most `perRun` connections. Writes to the cloud.
 *
 * All slots are worked on at once, and the client's pace keeps them within the limits. If a connection needs no change
 * after all, its slot goes to the next connection in the queue. The answer leaves out connections whose turn never
 * came.
 */
export async function act(
  plan: Plan,
  regionOf: (judged: Judged) => RegionContext,
  tags: ReadonlyMap<Judged, TagResult | undefined>,
): Promise<Acted> {
  const results = new Map<Judged, StepResult>();
  const tooLate = new Map<Judged, NotNow>();
  // Nothing is detached or deleted by a mark that this run could not renew.
  const mayStart = (judged: Judged): boolean => {
    const kind = tags.get(judged)?.kind;
    return kind !== 'gone' && (kind !== 'failed' || !judged.verdict.restsOnMark);
  };
  const waiting = plan.queue.filter((judged) => judged.mode === 'sweep' && mayStart(judged));
  /** Connections whose turn came while `limits.perDay` left no room for them. */
  const full: Judged[] = [];
  let slots = plan.perRun;
  const workers: Promise<void>[] = [];
  const defects: unknown[] = [];
  const startWaiting = (): void => {
    while (slots > 0 && waiting.length > 0) {
      const judged = waiting.shift();
      if (judged === undefined) {
        return;
      }
      const notNow = whyNotNow(regionOf(judged), judged.verdict);
      if (notNow !== undefined) {
        tooLate.set(judged, notNow);
        continue;
      }
      if (regionOf(judged).day?.take(judged) !== undefined) {
        full.push(judged);
        continue;
      }
      slots -= 1;
      workers.push(
        workOn(regionOf(judged), judged).then(
          (result) => {
            results.set(judged, result);
            if (!result.used) {
              regionOf(judged).day?.giveBack(judged);
              waiting.unshift(...full.splice(0));
            }
            if (!result.used && result.outcome !== 'deferred') {
              slots += 1;
            }
            startWaiting();
          },
          (defect: unknown) => {
            defects.push(defect);
          },
        ),
      );
    }
  };
  startWaiting();
  // Workers may add workers while this loop waits for them.
  for (let next = 0; next < workers.length; next += 1) {
    await workers[next];
  }
  // Failures of the cloud are results. Any other error is a defect of this program, thrown after all steps have ended.
  if (defects.length > 0) {
    throw defects[0];
  }
  return { steps: results, tooLate };
}

const OVER_LIMIT = 'over limits.perRun: its turn comes in a later run';

/**
 * The outcome of each connection that was due and not worked on. The reason is its mode, the slots, the change window,
 * a file `STOP`, `limits.perDay` or a missing notice. Connections that a plan shows take their places in the day.
 */
export function describeLeftOver(
  plan: Plan,
  done: ReadonlyMap<Judged, StepResult>,
  tooLate: Acted['tooLate'],
  { day, holdMs }: { readonly day: DayLimit | undefined; readonly holdMs: number },
): ReadonlyMap<Judged, StepResult> {
  const left = plan.queue.filter((judged) => !done.has(judged));
  let slots = Math.max(0, plan.perRun - [...done.values()].filter(({ used }) => used).length);
  const toEnd = (judged: Judged): StepResult => {
    const notNow = findNotNow(plan, judged) ?? tooLate.get(judged);
    if (notNow !== undefined) {
      return endWith('deferred', notNow.reason, { code: notNow.code });
    }
    const isShown = judged.mode !== 'sweep' && slots > 0;
    const full = isShown ? day?.take(judged) : day?.whyNot(judged);
    if (full !== undefined) {
      return endWith('deferred', full.reason, { code: full.code });
    }
    if (!isShown) {
      return endWith('deferred', OVER_LIMIT);
    }
    slots -= 1;
    return toPlanned(judged, holdMs);
  };
  return new Map([
    ...[...plan.untold].map(([judged, { reason, code }]) => [judged, endWith('waiting', reason, { code })] as const),
    ...[...plan.postponed.keys(), ...left].map((judged) => [judged, toEnd(judged)] as const),
  ]);
}

function toPlanned({ verdict }: Judged, holdMs: number): StepResult {
  const { attachment, reason } = verdict;
  if (attachment && holdMs > 0) {
    return endWith('planned', `${reason}. A sweep would detach it now, and hold it for ${formatDuration(holdMs)}`);
  }
  return endWith('planned', `${reason}. A sweep would ${attachment ? 'detach and ' : ''}delete it now`);
}

/** The log fields of a verdict before its steps. */
const toJudgedFields = (verdict: Judged['verdict']) => ({
  name: verdict.connection.name ?? null,
  verdict: verdict.kind,
  rule: verdict.rule,
  since: verdict.sinceMs === undefined ? null : toIso(verdict.sinceMs),
  evidence: verdict.evidence,
});

/** All steps on one connection. Never throws for an answer of the cloud, only for a defect of this program. */
async function workOn(region: RegionContext, { verdict, notice }: Judged): Promise<StepResult> {
  const { connectionId } = verdict.connection;
  record(region, 'connection.judged', connectionId, toJudgedFields(verdict));
  const ended = await takeSteps(region, verdict);
  const result = { ...ended, backup: region.backedUpAs.get(connectionId) };
  // Without this note, a step that outlasts each run would come first in each run.
  const hasFailed = result.outcome === 'failed' || result.outcome === 'blocked';
  const isStuck = (hasFailed || (result.used && isUnfinished(result))) && !region.stopAsked.aborted;
  if (isStuck) {
    await noteTried(region, verdict);
  }
  const fields = {
    ...toConnectionFacts(verdict.connection, region.policy),
    ...toClockFacts(verdict, result.outcome, region.policy, result),
    ...toNoticeFacts(notice),
    rule: verdict.rule,
    outcome: result.outcome,
    backup: result.backup ?? null,
    reason: result.reason,
    code: result.code,
    cloudRequestId: result.requestId,
    ...(result.outcome === 'held' ? { attachmentId: verdict.attachment?.attachmentId } : {}),
  };
  record(region, toEvent(result), connectionId, fields);
  return result;
}

/** Any outcome that is neither a deletion nor a hold is logged as a failed step, also `deferred` and `unknown`. */
function toEvent({ outcome }: StepResult): JournalEvent {
  if (outcome === 'held') {
    return 'detach.done';
  }
  return outcome === 'deleted' || outcome === 'already-gone' ? 'delete.done' : 'step.failed';
}

const isUnfinished = ({ code }: StepResult): boolean => code === DEADLINE_EXCEEDED;

/** A later run deletes the connection, once its detach note is older than the hold. */
function endHeld({ policy, clock }: RegionContext, note: string): StepResult {
  const detachedMs = parseInstant(note.split(' ')[0] ?? '') ?? clock.now();
  const heldUntilMs = detachedMs + policy.detach.holdMs;
  return endWith('held', `detached, and held until ${toIso(heldUntilMs)}`, { used: true, heldUntilMs });
}

async function takeSteps(region: RegionContext, verdict: Judged['verdict']): Promise<StepResult> {
  const { attachment, connection } = verdict;
  const isHeld = attachment !== undefined && region.policy.detach.holdMs > 0;
  region.progress.begin(connection.connectionId, { isAttached: attachment !== undefined, isHeld });
  try {
    // Without time for the step, even the look into a slow store would end after the deadline.
    needTimeFor(region, attachment ? 'detach' : 'delete', false);
    if (attachment) {
      const note = await detachConnection(region, verdict, attachment);
      if (isHeld) {
        return endHeld(region, note);
      }
      record(region, 'detach.done', connection.connectionId, { attachmentId: attachment.attachmentId });
    }
    return await deleteConnection(region, verdict, attachment !== undefined);
  } catch (error) {
    return error instanceof StepEnd ? error.result : endIfStopped(error);
  } finally {
    region.progress.end(connection.connectionId);
  }
}
