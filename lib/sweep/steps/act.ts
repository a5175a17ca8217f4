import { DEADLINE_EXCEEDED } from '../../core/domain/errors.ts';
import { toIso } from '../../core/domain/time.ts';
import { findNotNow, type Judged, type NotNow, type Plan } from '../../core/plan/plan.ts';
import { noteTried, type TagResult } from '../marks/mark-upkeep.ts';
import { toClockFacts, toConnectionFacts } from '../outcome-facts.ts';
import { type RegionContext, record } from '../run-context.ts';
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
      slots -= 1;
      workers.push(
        workOn(regionOf(judged), judged).then(
          (result) => {
            results.set(judged, result);
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
 * `STOP` did not allow it. Pure.
 */
export function describeLeftOver(
  plan: Plan,
  done: ReadonlyMap<Judged, StepResult>,
  tooLate: Acted['tooLate'],
): ReadonlyMap<Judged, StepResult> {
  const left = plan.queue.filter((judged) => !done.has(judged));
  const slots = Math.max(0, plan.perRun - [...done.values()].filter(({ used }) => used).length);
  const shown = new Set(left.filter(({ mode }) => mode !== 'sweep').slice(0, slots));
  const toEnd = (judged: Judged): StepResult => {
    const notNow = findNotNow(plan, judged) ?? tooLate.get(judged);
    if (notNow !== undefined) {
      return endWith('deferred', notNow.reason, { code: notNow.code });
    }
    return shown.has(judged) ? toPlanned(judged) : endWith('deferred', OVER_LIMIT);
  };
  return new Map([...plan.postponed.keys(), ...left].map((judged) => [judged, toEnd(judged)]));
}

const toPlanned = ({ verdict }: Judged): StepResult =>
  endWith('planned', `${verdict.reason}; a sweep would ${verdict.attachment ? 'detach and ' : ''}delete it now`);

/** What the log says of a verdict before steps follow. */
const toJudgedFields = (verdict: Judged['verdict']) => ({
  name: verdict.connection.name ?? null,
  verdict: verdict.kind,
  rule: verdict.rule,
  since: verdict.sinceMs === undefined ? null : toIso(verdict.sinceMs),
  evidence: verdict.evidence,
});

/** All steps on one connection. Never throws for what the cloud does; a defect of ours goes up. */
async function workOn(region: RegionContext, { verdict }: Judged): Promise<StepResult> {
  const { connectionId } = verdict.connection;
  record(region, 'connection.judged', connectionId, toJudgedFields(verdict));
  const result = await takeSteps(region, verdict);
  // A step that outlasts each run would come first in each run.
  const hasFailed = result.outcome === 'failed' || result.outcome === 'blocked';
  const isStuck = (hasFailed || (result.used && isUnfinished(result))) && !region.stopAsked.aborted;
  if (isStuck) {
    await noteTried(region, verdict);
  }
  const fields = {
    ...toConnectionFacts(verdict.connection, region.policy),
    ...toClockFacts(verdict, result.outcome, region.policy),
    rule: verdict.rule,
    outcome: result.outcome,
    reason: result.reason,
    code: result.code,
    cloudRequestId: result.requestId,
  };
  // An outcome without a deletion, `deferred` and `unknown` included, is logged as a failed step.
  record(
    region,
    result.outcome === 'deleted' || result.outcome === 'already-gone' ? 'delete.done' : 'step.failed',
    connectionId,
    fields,
  );
  return result;
}

const isUnfinished = ({ code }: StepResult): boolean => code === DEADLINE_EXCEEDED;

async function takeSteps(region: RegionContext, verdict: Judged['verdict']): Promise<StepResult> {
  const { attachment, connection } = verdict;
  region.progress.begin(connection.connectionId, attachment !== undefined);
  try {
    if (attachment) {
      await detachConnection(region, verdict, attachment);
    }
    return await deleteConnection(region, verdict, attachment !== undefined);
  } catch (error) {
    return error instanceof StepEnd ? error.result : endIfStopped(error);
  } finally {
    region.progress.end(connection.connectionId);
  }
}
