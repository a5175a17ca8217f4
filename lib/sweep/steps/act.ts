import { toIso } from '../../core/domain/time.ts';
import type { Judged, Plan } from '../../core/plan/plan.ts';
import { noteTried, type TagEnding } from '../marks/mark-upkeep.ts';
import { type RegionContext, record } from '../run-context.ts';
import { deleteConnection } from './delete-connection.ts';
import { detachConnection } from './detach-connection.ts';
import { type Ending, endWith, NO_TIME_LEFT, StepEnd } from './step-result.ts';

/**
 * Carry out the plan: detach and delete, `perRun` at the most. Writes to the cloud.
 *
 * All places are worked on at once; the client's pace keeps them within the limits. A place that turned out not to
 * change anything goes to the next in the queue. Those whose turn never came are not in the answer.
 */
export async function act(
  plan: Plan,
  regionOf: (judged: Judged) => RegionContext,
  tags: ReadonlyMap<Judged, TagEnding>,
): Promise<ReadonlyMap<Judged, Ending>> {
  const endings = new Map<Judged, Ending>();
  // By a mark that this run could not renew nothing is detached or deleted.
  const mayStart = (judged: Judged): boolean => {
    const kind = tags.get(judged)?.kind;
    return kind !== 'gone' && (kind !== 'failed' || !judged.verdict.restsOnMark);
  };
  const waiting = plan.queue.filter((judged) => judged.mode === 'sweep' && mayStart(judged));
  let places = plan.perRun;
  const workers: Promise<void>[] = [];
  const defects: unknown[] = [];
  const startWaiting = (): void => {
    while (places > 0 && waiting.length > 0) {
      const judged = waiting.shift();
      if (judged === undefined) return;
      places -= 1;
      workers.push(
        finish(regionOf(judged), judged).then(
          (ending) => {
            endings.set(judged, ending);
            if (!ending.used && ending.outcome !== 'deferred') places += 1;
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
  for (let next = 0; next < workers.length; next += 1) await workers[next];
  // What the cloud does is an ending; anything else is a defect of ours, told after the others have come to their end.
  if (defects.length > 0) throw defects[0];
  return endings;
}

/** What becomes of the part of the queue that is not carried out, for want of a mode or a place. Nothing is written. */
export function foresee(plan: Plan, done: ReadonlyMap<Judged, Ending>): ReadonlyMap<Judged, Ending> {
  const left = plan.queue.filter((judged) => !done.has(judged));
  const places = Math.max(0, plan.perRun - [...done.values()].filter(({ used }) => used).length);
  const shown = new Set(left.filter(({ mode }) => mode !== 'sweep').slice(0, places));
  return new Map(
    left.map((judged) => [judged, shown.has(judged) ? toPlanned(judged) : endWith('deferred', OVER_LIMIT)]),
  );
}

const OVER_LIMIT = 'over limits.perRun: its turn comes in a later run';

const toPlanned = ({ verdict }: Judged): Ending =>
  endWith('planned', `${verdict.reason}; a sweep would ${verdict.attachment ? 'detach and ' : ''}delete it now`);

/** What the log says of a verdict; the same fields whether or not steps follow. */
export const toJudgedFields = (verdict: Judged['verdict']) => ({
  name: verdict.connection.name ?? '',
  verdict: verdict.kind,
  rule: verdict.rule,
  since: verdict.sinceMs === undefined ? null : toIso(verdict.sinceMs),
  evidence: verdict.evidence,
});

/** All steps on one connection. Never throws for what the cloud does; a defect of ours goes up. */
async function finish(region: RegionContext, { verdict }: Judged): Promise<Ending> {
  const { connectionId } = verdict.connection;
  record(region, 'connection.judged', connectionId, toJudgedFields(verdict));
  const ending = await run(region, verdict);
  // A step that outlasts each run would come first in each run.
  const isStuck = ending.outcome === 'failed' || ending.outcome === 'blocked' || (ending.used && isUnfinished(ending));
  if (isStuck) await noteTried(region, verdict);
  const fields = {
    outcome: ending.outcome,
    reason: ending.reason,
    code: ending.code,
    cloudRequestId: ending.requestId,
  };
  record(
    region,
    ending.outcome === 'deleted' || ending.outcome === 'already-gone' ? 'delete.done' : 'step.failed',
    connectionId,
    fields,
  );
  return ending;
}

const isUnfinished = ({ code }: Ending): boolean => code === NO_TIME_LEFT;

async function run(region: RegionContext, verdict: Judged['verdict']): Promise<Ending> {
  const { attachment, connection } = verdict;
  region.work.begin(connection.connectionId, attachment !== undefined);
  try {
    if (attachment) await detachConnection(region, verdict, attachment);
    return await deleteConnection(region, verdict, attachment !== undefined);
  } catch (error) {
    if (error instanceof StepEnd) return error.ending;
    throw error;
  } finally {
    region.work.end(connection.connectionId);
  }
}
