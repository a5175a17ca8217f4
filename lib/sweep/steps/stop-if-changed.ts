import type { OutcomeKind } from '../../core/domain/outcome.ts';
import type { Verdict } from '../../core/judge/judge.ts';
import { hasMarkTags } from '../../core/judge/own-tags.ts';
import { noteOf, removeNote } from '../marks/detach-note.ts';
import { clearMarks, pruneMark } from '../marks/mark-upkeep.ts';
import { type RegionContext, record } from '../run-context.ts';
import { endOfTagCall } from './end-of-tag-call.ts';
import type { Rechecked } from './recheck.ts';
import { endWith, StepEnd } from './step-result.ts';

/**
 * Stop the steps on a connection that no longer is as the listing showed it. If it is in use again, protected, or no
 * longer an orphan by a rule of its mark, the sweep removes the mark and a stale detach note. That writes to the cloud.
 * Throws `StepEnd` unless nothing changed.
 *
 * @param note the detach note that this run wrote. The note of another run is then left alone
 */
export async function stopIfChanged(region: RegionContext, read: Rechecked, note?: string): Promise<void> {
  if (read.kind === 'same') {
    return;
  }
  if (read.kind === 'gone') {
    throw new StepEnd(endWith('already-gone', 'it was gone before anything was sent'));
  }
  const { verdict, changes } = read;
  const reason = read.unplanned ?? `changed since it was judged: ${changes.join('; ')}`;
  const hasStaleMark = isMarkStale(verdict, read.isBoundAgain);
  try {
    if (hasStaleMark) {
      await clearMark(region, verdict, reason);
    }
    const found = noteOf(verdict.connection);
    const isOurs = note === undefined || found === note;
    // If a transit router is detaching the connection, the detach and the note belong to another run.
    const isStale = verdict.dropNote || read.isBoundAgain;
    if (found !== undefined && isOurs && isStale && !read.isLettingGo) {
      await removeNote(region, verdict.connection, found);
    }
  } catch (error) {
    const what = `${reason}. Its tags could not be cleared`;
    throw await endOfTagCall(region, verdict.connection.connectionId, error, { what, used: false });
  }
  if (read.unplanned !== undefined) {
    throw new StepEnd(endWith('unknown', reason));
  }
  const { heldUntilMs } = verdict;
  if (heldUntilMs !== undefined) {
    throw new StepEnd(endWith('held', reason, { heldUntilMs }));
  }
  throw new StepEnd(endWith(toOutcome(verdict, hasStaleMark), reason));
}

/** A connection in use or protected loses its mark. Any other connection loses only the clocks that ended. */
async function clearMark(region: RegionContext, verdict: Verdict, reason: string): Promise<void> {
  const { connectionId } = verdict.connection;
  const isWhole = verdict.kind === 'in-use' || verdict.kind === 'protected';
  const removal = isWhole
    ? (await clearMarks(region, [connectionId])).get(connectionId)
    : await pruneMark(region, verdict);
  if (removal instanceof Error) {
    throw removal;
  }
  record(region, 'mark.cleared', connectionId, { reason });
}

function toOutcome(now: Verdict, marked: boolean): OutcomeKind {
  if (now.kind === 'protected') {
    return 'protected';
  }
  if (now.kind === 'in-use') {
    return marked ? 'cleared' : 'kept';
  }
  return now.kind === 'not-ours' ? 'kept' : 'unknown';
}

/** Whether the mark no longer proves anything. */
function isMarkStale({ connection: { tags }, kind, markDisproved }: Verdict, isBoundAgain: boolean): boolean {
  const isStale = kind === 'in-use' || kind === 'protected' || markDisproved || isBoundAgain;
  return tags !== 'unread' && hasMarkTags(tags) && isStale;
}
