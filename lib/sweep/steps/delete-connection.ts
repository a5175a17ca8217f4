import { disposition, saysGone } from '../../core/domain/disposition.ts';
import { CloudError, STOPPED_ON_REQUEST, toCloudError } from '../../core/domain/errors.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { pollUntil } from '../reads/poll-until.ts';
import { type RegionContext, record } from '../run-context.ts';
import { backUp } from './back-up.ts';
import { askLeave, needDay, needLeave } from './leave-to-begin.ts';
import { createDeleteLook } from './look-back.ts';
import { AFTER_JUDGED, type Rechecked, recheck, recheckOwnTags } from './recheck.ts';
import {
  endWith,
  endWithError,
  mayHaveTakenHold,
  outOfTime,
  StepEnd,
  type StepResult,
  stoppedHalfway,
} from './step-result.ts';
import { stopIfChanged } from './stop-if-changed.ts';
import { needTimeFor } from './time-left.ts';

/**
 * Time to look for the effect of a delete after a request to stop, if its answer was lost. The delete may never have
 * arrived.
 */
const DOUBTED_MS = 20_000;

/** The state of the delete request before anything was read back. */
type Request = { readonly accepted: 'yes' | 'maybe' | 'no'; readonly requestId: string | null };

/** An earlier attempt of this run, whose answer was lost, already took hold. */
class DeleteUnderWay extends Error {}

/**
 * Delete one connection that is bound to nothing, and wait until it is gone. Writes to the cloud.
 *
 * @param detached this run detached it, so a deletion of the run is already used up
 */
export async function deleteConnection(
  region: RegionContext,
  verdict: Verdict,
  detached: boolean,
): Promise<StepResult> {
  const request = await requestDelete(region, verdict, detached);
  region.progress.deleteSent(verdict.connection.connectionId);
  return await waitUntilGone(region, verdict, request, detached);
}

async function requestDelete(region: RegionContext, verdict: Verdict, detached: boolean): Promise<Request> {
  const { connectionId } = verdict.connection;
  let sent = false;
  let answerLost = false;
  const beforeAttempt = async (mayHaveEffect: boolean) => {
    answerLost ||= mayHaveEffect;
    // A refused attempt has begun nothing. An attempt whose answer was lost may have begun the delete, so it is
    // finished.
    const isBeginning = !detached && !answerLost;
    if (isBeginning) {
      await askLeave(region, verdict);
      if (!sent) {
        await needDay(region, verdict);
        // A detached connection already has a backup, which includes the attachment.
        await backUp(region, verdict, undefined);
      }
    }
    // Everything is read anew before each further attempt, because a lost answer or "busy" says that the connection is
    // changing.
    const after = sent ? region.reads.sequence : AFTER_JUDGED;
    // After a detach, the tags need no second look, because the detach step has read them back.
    const read = await (detached ? recheck(region, verdict, after, true) : recheckOwnTags(region, verdict, after));
    if (answerLost && isBeingDeleted(read)) {
      throw new DeleteUnderWay();
    }
    await stopIfChanged(region, read);
    if (!sent) {
      needTimeFor(region, 'delete', detached);
    }
    if (isBeginning) {
      needLeave(region, verdict);
    }
    sent = true;
    record(region, 'delete.requested', connectionId);
  };
  try {
    const send = () => region.api.deleteConnection(region.regionId, connectionId, { beforeAttempt });
    const { requestId } = await sendUntilFree(region, send, detached);
    return { accepted: 'yes', requestId: requestId ?? null };
  } catch (error) {
    if (error instanceof DeleteUnderWay) {
      return { accepted: 'maybe', requestId: null };
    }
    if (error instanceof StepEnd) {
      throw new StepEnd({ ...error.result, used: detached || answerLost });
    }
    const failure = toCloudError(error);
    const requestId = failure.requestId ?? null;
    if (saysGone(failure)) {
      return { accepted: answerLost ? 'maybe' : 'no', requestId };
    }
    if (answerLost || (sent && mayHaveTakenHold(failure))) {
      return { accepted: 'maybe', requestId };
    }
    if (detached && failure.code === STOPPED_ON_REQUEST) {
      throw new StepEnd(
        stoppedHalfway('detached, but its delete was not started: stopped on request. The next run finishes it'),
      );
    }
    throw new StepEnd(endWithError('it could not be deleted', failure, detached));
  }
}

/**
 * Repeat a delete while the connection is busy: at most for `wait.deleteTimeout`, and only while there is time for a
 * delete. Writes to the cloud.
 */
async function sendUntilFree<T>(region: RegionContext, send: () => Promise<T>, detached: boolean): Promise<T> {
  const { clock } = region;
  const { deleteTimeoutMs, pollIntervalMs } = region.policy.wait;
  const untilMs = clock.now() + deleteTimeoutMs;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!isRefusedAsBusy(error) || clock.now() + pollIntervalMs > untilMs) {
        throw error;
      }
    }
    needTimeFor(region, 'delete', detached);
    await clock.sleep(pollIntervalMs, region.stopAsked);
  }
}

const isRefusedAsBusy = (error: unknown): boolean =>
  error instanceof CloudError && error.effect === 'refused' && disposition(error.code, error.status) === 'busy';

/** Whether a connection looks as it does while a delete takes effect. */
const isBeingDeleted = (read: Rechecked) =>
  read.kind === 'gone' || (read.kind === 'changed' && ['deleted', 'unknown'].includes(read.verdict.connection.state));

const SENTENCES = {
  yes: 'delete accepted',
  maybe: 'delete sent without a clear answer',
  no: 'the cloud said it was not found',
} as const;

/** The connection is gone if a read says "not found", or if enough complete listings in a row did not show it. */
async function waitUntilGone(
  region: RegionContext,
  verdict: Verdict,
  request: Request,
  detached: boolean,
): Promise<StepResult> {
  const { wait } = region.policy;
  const { requestId } = request;
  const polled = await pollUntil(region, {
    timeoutMs: wait.deleteTimeoutMs,
    atOnce: true,
    schedule: region.polls.delete,
    afterStopMs: request.accepted === 'yes' ? Number.POSITIVE_INFINITY : DOUBTED_MS,
    look: createDeleteLook(region, verdict.connection.connectionId),
  });
  const used = detached || request.accepted !== 'no';
  const said = SENTENCES[request.accepted];
  switch (polled.kind) {
    case 'done':
      return request.accepted === 'no'
        ? endWith('already-gone', 'the cloud says it does not exist', { used, requestId })
        : endWith('deleted', 'deleted, and a read says it is gone', { used, requestId });
    case 'no-time':
      return outOfTime(`${said}, but no time was left to see it gone`, { used, requestId });
    case 'stopped':
      return stoppedHalfway(
        `${said}, but the run was stopped on request before a read showed it gone. The next run looks again`,
        {
          requestId,
        },
      );
    case 'unreadable':
      return endWithError(`${said}, but it could not be read back`, polled.error, used);
    case 'timed-out': {
      const reason = `${said}, but it is still there after wait.deleteTimeout (${wait.deleteTimeoutMs} ms)`;
      return endWith('failed', reason, { used, code: polled.error?.code ?? 'DeleteTimeout', requestId });
    }
  }
}
