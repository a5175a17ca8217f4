import { saysGone } from '../../core/domain/disposition.ts';
import type { CloudError } from '../../core/domain/errors.ts';
import { toCloudError } from '../../core/domain/errors.ts';
import type { Attachment } from '../../core/domain/estate.ts';
import { TAG_DETACHED } from '../../core/domain/tag-names.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { toNoteText } from '../../core/judge/own-tags.ts';
import { isBeingDetached, removeNote } from '../marks/detach-note.ts';
import { pollUntil } from '../reads/poll-until.ts';
import { type RegionContext, record } from '../run-context.ts';
import { backUp } from './back-up.ts';
import { askLeave, needLeave } from './leave-to-begin.ts';
import { JUDGED, recheck, recheckOwnTags } from './recheck.ts';
import { endWith, endWithError, mayHaveTakenHold, outOfTime, StepEnd, stoppedHalfway } from './step-result.ts';
import { stopIfChanged } from './stop-if-changed.ts';
import { needTimeFor } from './time-left.ts';

/** Of `recheck.maxAge`, to wait for others that one reading can serve. */
const GATHER_SHARE = 0.25;

/** An earlier attempt of ours, whose answer was lost, already took hold. */
class DetachUnderWay extends Error {}

/** One connection to detach. */
type DetachStep = {
  readonly region: RegionContext;
  readonly verdict: Verdict;
  readonly attachment: Attachment;
  /** What its detach note says. */
  readonly note: string;
};

/** What became of the request so far. */
type DetachRequest = { sent: boolean; answerLost: boolean };

/**
 * Detach one connection and see it done. Writes to the cloud.
 *
 * Returns when the transit router no longer lists the attachment and the connection says that it is bound to nothing;
 * every other end is thrown as `StepEnd`.
 */
export async function detachConnection(region: RegionContext, verdict: Verdict, attachment: Attachment): Promise<void> {
  const { connectionId } = verdict.connection;
  await askLeave(region, verdict);
  // The listing that judged will do for a tag, if it is as fresh as a look just before a write has to be.
  await stopIfChanged(region, await recheck(region, verdict, JUDGED, false));
  needTimeFor(region, 'detach', false);
  needLeave(region, verdict);
  await backUp(region, verdict, attachment);
  const step = { region, verdict, attachment, note: toNoteText(region.clock.now(), attachment.attachmentId) };
  await writeNote(step);
  const taggedSequence = region.reads.sequence;
  region.progress.tagged(connectionId);
  await region.progress.waitForBatch(region.policy.recheck.maxAgeMs * GATHER_SHARE);
  await requestDetach(step, taggedSequence);
  region.progress.detachSent(connectionId);
  await waitUntilDetached(step);
  region.progress.detached(connectionId);
  await keepNote(step);
  record(region, 'detach.done', connectionId, { attachmentId: attachment.attachmentId });
}

/** Write the note before the detach, so that a later run can finish the work of a run that dies in between. */
async function writeNote({ region, verdict, note }: DetachStep): Promise<void> {
  try {
    await region.api.setTags(region.regionId, [verdict.connection.connectionId], new Map([[TAG_DETACHED, note]]));
  } catch (error) {
    throw new StepEnd(
      endWithError('the detach note that must come before a detach could not be written', toCloudError(error), false),
    );
  }
}

/**
 * Resolves once the cloud accepted the detach or may have; throws `StepEnd` when nothing more can be done.
 *
 * The note says "we detached it". It goes again when that is certainly not so, and stays while it may be.
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

/** Undefined when the detach may be under way after all: then only reading back tells. */
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
 * What has to be so just before each attempt.
 *
 * @param taggedSequence of the last reading before the note was written; it and those before it do not count
 */
function createDetachCheck(step: DetachStep, request: DetachRequest, taggedSequence: number) {
  const { region, verdict, attachment, note } = step;
  return async (mayHaveEffect: boolean): Promise<void> => {
    request.answerLost ||= mayHaveEffect;
    // An attempt that was refused has begun nothing; one whose answer was lost may have, and is seen through.
    const isBeginning = !request.answerLost;
    if (isBeginning) {
      await askLeave(region, verdict);
    }
    // Before each further attempt everything is read anew: the answer may have been lost, and another run may have
    // removed the note.
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

/** How the step ends when the detach had no effect. A person has to hear of a note that cannot be removed. */
async function withoutNote({ region, verdict, note }: DetachStep, end: StepEnd): Promise<StepEnd> {
  try {
    await removeNote(region, verdict.connection, note);
    return end;
  } catch (error) {
    const what = `${end.result.reason}; and its detach note could not be removed`;
    return new StepEnd(endWithError(what, toCloudError(error), false));
  }
}

/** Another run that gave up may have removed the note under our hands: without it nobody would finish what we began. */
async function keepNote(step: DetachStep): Promise<void> {
  const { region, verdict, attachment, note } = step;
  const { connectionId } = verdict.connection;
  try {
    const want = { afterSequence: 0, notBeforeMs: region.clock.now() - region.policy.recheck.maxAgeMs };
    const { value } = await region.reads.connection(connectionId, want);
    if (value === 'gone' || value === 'absent' || namesAttachment(value, attachment)) {
      return;
    }
    await region.api.setTags(region.regionId, [connectionId], new Map([[TAG_DETACHED, note]]), { isCleanup: true });
  } catch (error) {
    reportTagFailure(step, error);
  }
}

const namesAttachment = ({ tags }: Verdict['connection'], { attachmentId }: Attachment): boolean =>
  tags !== 'unread' && (tags.get(TAG_DETACHED)?.endsWith(` ${attachmentId}`) ?? false);

function reportTagFailure({ region, verdict }: DetachStep, error: unknown): void {
  const { code, requestId } = toCloudError(error);
  const what = { action: 'TagResources', code, cloudRequestId: requestId };
  record(region, 'step.failed', verdict.connection.connectionId, what);
}

/** Both sides have to say so: the transit router by whole listings, the connection by its own state. */
async function waitUntilDetached(step: DetachStep): Promise<void> {
  const { region, attachment } = step;
  const { wait } = region.policy;
  let misses = 0;
  const look = async () => {
    const want = { afterSequence: region.reads.sequence, notBeforeMs: region.clock.now() };
    // The transit router has let go before: then both sides are asked at the same time.
    const isNear = misses > 0 && misses + 1 >= wait.consecutiveMisses;
    const [listed, early] = await Promise.all([
      region.reads.attachments(attachment.transitRouterId, want),
      isNear ? isUnbound(step) : undefined,
    ]);
    const held = listed.value.some(({ attachmentId }) => attachmentId === attachment.attachmentId);
    misses = held ? 0 : misses + 1;
    if (misses > 0) {
      region.polls.detach.noteChange();
    }
    return misses >= wait.consecutiveMisses && (early ?? (await isUnbound(step)));
  };
  const schedule = region.polls.detach;
  const polled = await pollUntil(region, {
    timeoutMs: wait.detachTimeoutMs,
    atOnce: false,
    schedule,
    // A detach may take minutes, and its note tells the next run of it.
    afterStopMs: 0,
    look,
  });
  switch (polled.kind) {
    case 'done':
      return;
    case 'no-time':
      throw new StepEnd(
        outOfTime('detach requested, and no time left to see it done; the next run finishes it', {
          used: true,
        }),
      );
    case 'stopped':
      throw new StepEnd(
        stoppedHalfway('detach requested; stopped on request before it was seen done; the next run finishes it'),
      );
    case 'unreadable':
      throw new StepEnd(endWithError('detach requested, but it could not be read back', polled.error, true));
    case 'timed-out': {
      const reason = `not detached within wait.detachTimeout (${wait.detachTimeoutMs} ms); the next run goes on`;
      throw new StepEnd(endWith('failed', reason, { used: true, code: polled.error?.code ?? 'DetachTimeout' }));
    }
  }
}

async function isUnbound({ region, verdict }: DetachStep): Promise<boolean> {
  const { connectionId } = verdict.connection;
  const want = { afterSequence: region.reads.sequence, notBeforeMs: region.clock.now() };
  const { value } = await region.reads.connection(connectionId, want);
  const now = value === 'absent' ? (await region.reads.confirm(connectionId)).value : value;
  // Somebody else deleted it meanwhile; the delete step finds that out and says so.
  if (now === 'gone') {
    return true;
  }
  return now.attachType === 'NO_ASSOCIATED' && now.state === 'init';
}
