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

/** What became of those whose turn came: how their steps ended, or why nothing was to begin on them any more. */
type Acted = {
  readonly steps: ReadonlyMap<Judged, StepResult>;
  readonly tooLate: ReadonlyMap<Judged, NotNow>;
};

/**
 * Carry out the plan: detach and delete, `perRun` at the most. Writes to the cloud.
 *
 * All slots are worked on at once, and the client's pace keeps them within the limits. If a connection turns out to need no
 * change, its slot goes to the next in the queue. The answer leaves out connections whose turn never came.
 */
export async function act(
  plan: Plan,
  regionOf: (judged: Judged) => RegionContext,
  tags: ReadonlyMap<Judged, TagResult | undefined>,
): Promise<Acted> {
  const results = new Map<Judged, StepResult>();
  const tooLate = new Map<Judged, NotNow>();
  // By a mark that this run could not renew nothing is detached or deleted.
  const mayStart = (judged: Judged): boolean => {
    const kind = tags.get(judged)?.kind;
    return kind !== 'gone' && (kind !== 'failed' || !judged.verdict.restsOnMark);
  };
  const waiting = plan.queue.filter((judged) => judged.mode === 'sweep' && mayStart(judged));
  /** Their turn came, and the day had no room for them. */
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
  // Workers may add workers while we wait for them.
  for (let next = 0; next < workers.length; next += 1) {
    await workers[next];
  }
  // What the cloud does is an ending; anything else is a defect of ours, told after the others have come to their end.
  if (defects.length > 0) {
    throw defects[0];
  }
  return { steps: results, tooLate };
}

const OVER_LIMIT = 'over limits.perRun: its turn comes in a later run';

/**
 * The outcome of each connection that was due and not worked on, because its mode, the slots, the change window or a file
 * `STOP`, or the day did not allow it, or because nobody was told of it. Connections that a plan shows take their places in the day.
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
    return endWith('planned', `${reason}; a sweep would detach it now, and hold it for ${formatDuration(holdMs)}`);
  }
  return endWith('planned', `${reason}; a sweep would ${attachment ? 'detach and ' : ''}delete it now`);
}

/** What the log says of a verdict before steps follow. */
const toJudgedFields = (verdict: Judged['verdict']) => ({
  name: verdict.connection.name ?? null,
  verdict: verdict.kind,
  rule: verdict.rule,
  since: verdict.sinceMs === undefined ? null : toIso(verdict.sinceMs),
  evidence: verdict.evidence,
});

/** All steps on one connection. Never throws for what the cloud does; a defect of ours goes up. */
async function workOn(region: RegionContext, { verdict, notice }: Judged): Promise<StepResult> {
  const { connectionId } = verdict.connection;
  record(region, 'connection.judged', connectionId, toJudgedFields(verdict));
  const ended = await takeSteps(region, verdict);
  const result = { ...ended, backup: region.backedUpAs.get(connectionId) };
  // A step that outlasts each run would come first in each run.
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

/** An outcome that is neither a deletion nor a hold, `deferred` and `unknown` included, is logged as a failed step. */
function toEvent({ outcome }: StepResult): JournalEvent {
  if (outcome === 'held') {
    return 'detach.done';
  }
  return outcome === 'deleted' || outcome === 'already-gone' ? 'delete.done' : 'step.failed';
}

const isUnfinished = ({ code }: StepResult): boolean => code === DEADLINE_EXCEEDED;

/** The rest is for a later run, once the detach note is older than the hold. */
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
