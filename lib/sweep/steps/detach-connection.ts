import { saysGone } from '../../core/domain/disposition.ts';
import type { CloudError } from '../../core/domain/errors.ts';
import { toCloudError } from '../../core/domain/errors.ts';
import type { Attachment } from '../../core/domain/estate.ts';
import { TAG_DETACHED } from '../../core/domain/tag-names.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { toNoteText } from '../../core/judge/own-tags.ts';
import { isBeingDetached, noteOf, removeNote } from '../marks/detach-note.ts';
import { pollUntil } from '../reads/poll-until.ts';
import { type RegionContext, record } from '../run-context.ts';
import { backUp } from './back-up.ts';
import { endOfTagCall } from './end-of-tag-call.ts';
import { askLeave, needDay, needLeave } from './leave-to-begin.ts';
import { createDetachLook } from './look-back.ts';
import { JUDGED, recheck, recheckOwnTags } from './recheck.ts';
import { endWith, endWithError, mayHaveTakenHold, outOfTime, StepEnd, stoppedHalfway } from './step-result.ts';
import { stopIfChanged } from './stop-if-changed.ts';
import { needTimeFor } from './time-left.ts';

/** Share of `recheck.maxAge` for which a step waits for other steps, so that one reading serves all of them. */
const GATHER_SHARE = 0.25;

/** An earlier attempt of this run, whose answer was lost, already took hold. */
class DetachUnderWay extends Error {}

/** A connection to detach. */
type DetachStep = {
  readonly region: RegionContext;
  readonly verdict: Verdict;
  readonly attachment: Attachment;
  /** The value of the detach note. */
  readonly note: string;
};

/** The state of the detach request so far. */
type DetachRequest = { sent: boolean; answerLost: boolean };

/**
 * Detach one connection and wait until it is detached. Writes to the cloud.
 *
 * Resolves to the current detach note, when the transit router no longer lists the attachment and the connection says
 * that it is bound to nothing. Every other end is thrown as `StepEnd`.
 */
export async function detachConnection(
  region: RegionContext,
  verdict: Verdict,
  attachment: Attachment,
): Promise<string> {
  const { connectionId } = verdict.connection;
  await askLeave(region, verdict);
  await needDay(region, verdict);
  // For the tag, the first listing is enough if it is as fresh as a recheck before a write must be.
  await stopIfChanged(region, await recheck(region, verdict, JUDGED, false));
  needTimeFor(region, 'detach', false);
  needLeave(region, verdict);
  await backUp(region, verdict, attachment);
  const step = {
    region,
    verdict,
    attachment,
    note: toNoteText(region.clock.now(), attachment.attachmentId, region.runId),
  };
  await writeNote(step);
  const taggedSequence = region.reads.sequence;
  region.progress.tagged(connectionId);
  await region.progress.waitForBatch(region.policy.recheck.maxAgeMs * GATHER_SHARE);
  await requestDetach(step, taggedSequence);
  region.progress.detachSent(connectionId);
  await waitUntilDetached(step);
  region.progress.detached(connectionId);
  return await keepNote(step);
}

/** Write the note before the detach. If the run dies in between, a later run can finish its work. */
async function writeNote({ region, verdict, note }: DetachStep): Promise<void> {
  const { connectionId } = verdict.connection;
  try {
    await region.api.setTags(region.regionId, [connectionId], new Map([[TAG_DETACHED, note]]));
  } catch (error) {
    const what = 'the detach note that must come before a detach could not be written';
    throw await endOfTagCall(region, connectionId, error, { what, used: false });
  }
}

/**
 * Resolves once the cloud accepted the detach or may have accepted it. Throws `StepEnd` if the step cannot continue.
 *
 * The note says that the sweep detached the connection. It is removed if that is certainly untrue, and stays if it may
 * be true.
 */
async function requestDetach(step: DetachStep, taggedSequence: number): Promise<void> {
  const { region, attachment } = step;
  const { force } = region.policy.detach;
  const request: DetachRequest = { sent: false, answerLost: false };
  const beforeAttempt = createDetachCheck(step, request, taggedSequence);
  try {
    const owner = region.ownerOf(attachment.transitRouterId);
    await owner.detach(region.regionId, attachment.attachmentId, { force, beforeAttempt });
  } catch (error) {
    if (error instanceof DetachUnderWay) {
      return;
    }
    const end = error instanceof StepEnd ? error : toStepEnd(toCloudError(error), request);
    if (end === undefined) {
      return;
    }
    if (request.answerLost) {
      throw new StepEnd({ ...end.result, used: true });
    }
    throw await withoutNote(step, end);
  }
}

/** Undefined if the detach may be under way after all. Then only a later reading tells. */
function toStepEnd(error: CloudError, request: DetachRequest): StepEnd | undefined {
  if (saysGone(error)) {
    return undefined;
  }
  if (request.answerLost || (request.sent && mayHaveTakenHold(error))) {
    return undefined;
  }
  return new StepEnd(endWithError('it could not be detached', error, false));
}

/**
 * The checks just before each attempt.
 *
 * @param taggedSequence the last reading before the note was written. Only later readings count
 */
function createDetachCheck(step: DetachStep, request: DetachRequest, taggedSequence: number) {
  const { region, verdict, attachment, note } = step;
  return async (mayHaveEffect: boolean): Promise<void> => {
    request.answerLost ||= mayHaveEffect;
    // A refused attempt has begun nothing. An attempt whose answer was lost may have begun the detach, so it is
    // finished.
    const isBeginning = !request.answerLost;
    if (isBeginning) {
      await askLeave(region, verdict);
    }
    // Everything is read anew before each further attempt, because the answer may have been lost, or another run may
    // have removed the note.
    const after = request.sent ? region.reads.sequence : taggedSequence;
    const read = await recheckOwnTags(region, verdict, after, note);
    if (request.answerLost && read.kind === 'changed' && isBeingDetached(read.verdict.connection)) {
      throw new DetachUnderWay();
    }
    await stopIfChanged(region, read, note);
    if (!request.sent) {
      needTimeFor(region, 'detach', false);
    }
    if (isBeginning) {
      needLeave(region, verdict);
    }
    request.sent = true;
    record(region, 'detach.requested', verdict.connection.connectionId, { attachmentId: attachment.attachmentId });
  };
}

/** The end of a step whose detach had no effect. If the note cannot be removed, the result must say so. */
async function withoutNote({ region, verdict, note }: DetachStep, end: StepEnd): Promise<StepEnd> {
  try {
    await removeNote(region, verdict.connection, note);
    return end;
  } catch (error) {
    const what = `${end.result.reason.replace(/\.$/, '')}. Its detach note could not be removed`;
    return await endOfTagCall(region, verdict.connection.connectionId, error, { what, used: false });
  }
}

/**
 * Write the note again if another run that gave up has removed it. Without a note, no run would finish this deletion,
 * and no hold would apply.
 *
 * @returns the current note
 */
async function keepNote(step: DetachStep): Promise<string> {
  const { region, verdict, attachment, note } = step;
  const { connectionId } = verdict.connection;
  const isToHold = region.policy.detach.holdMs > 0;
  try {
    const want = { afterSequence: 0, notBeforeMs: region.clock.now() - region.policy.recheck.maxAgeMs };
    const { value: now } = await region.reads.connections.get(connectionId, want);
    if (now === 'gone') {
      return isToHold ? endGone() : note;
    }
    const found = noteOf(now);
    if (found?.endsWith(` ${attachment.attachmentId}`)) {
      return found;
    }
    await region.api.setTags(region.regionId, [connectionId], new Map([[TAG_DETACHED, note]]), { isCleanup: true });
  } catch (error) {
    if (error instanceof StepEnd) {
      throw error;
    }
    reportTagFailure(step, error);
    if (isToHold) {
      const what = 'it was detached, and the detach note by which it is held could not be kept';
      throw await endOfTagCall(region, connectionId, error, { what, used: true });
    }
  }
  return note;
}

/** Another run or a person deleted the connection. */
function endGone(): never {
  throw new StepEnd(endWith('already-gone', 'it was gone when its detach was done', { used: true }));
}

function reportTagFailure({ region, verdict }: DetachStep, error: unknown): void {
  const { code, requestId } = toCloudError(error);
  const what = { action: 'TagResources', code, cloudRequestId: requestId };
  record(region, 'step.failed', verdict.connection.connectionId, what);
}

/** Both sides must confirm the detach: the transit router by complete listings, the connection by its own state. */
async function waitUntilDetached(step: DetachStep): Promise<void> {
  const { region, verdict, attachment } = step;
  const { wait } = region.policy;
  const schedule = region.polls.detach;
  const polled = await pollUntil(region, {
    timeoutMs: wait.detachTimeoutMs,
    atOnce: false,
    schedule,
    // A detach may take minutes, and its note tells the next run about it.
    afterStopMs: 0,
    look: createDetachLook(region, verdict.connection.connectionId, attachment),
  });
  switch (polled.kind) {
    case 'done':
      return;
    case 'no-time':
      throw new StepEnd(
        outOfTime('detach requested, but no time was left to see it done. The next run finishes it', {
          used: true,
        }),
      );
    case 'stopped':
      throw new StepEnd(
        stoppedHalfway(
          'detach requested, but the run was stopped on request before it was seen done. The next run finishes it',
        ),
      );
    case 'unreadable':
      throw new StepEnd(endWithError('detach requested, but it could not be read back', polled.error, true));
    case 'timed-out': {
      const reason = `not detached within wait.detachTimeout (${wait.detachTimeoutMs} ms). The next run goes on`;
      throw new StepEnd(endWith('failed', reason, { used: true, code: polled.error?.code ?? 'DetachTimeout' }));
    }
  }
}
