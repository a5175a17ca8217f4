import type { ConnectionId } from '../core/estate.ts';
import type { Verdict } from '../core/judge.ts';
import { hasMarkTags } from '../core/mark.ts';
import type { OutcomeKind } from '../core/outcome.ts';
import { endWith, endWithError, StepEnd } from './ending.ts';
import type { Rechecked } from './recheck.ts';
import { type RegionContext, record } from './run-context.ts';
import { toCloudError } from './survey-region.ts';
import { clearMarks, type TagEnding } from './tag-upkeep.ts';
import { removeTrace, traceOf } from './trace.ts';

/**
 * Stop the steps on a connection that is no longer what the listing showed. In use again, protected, or no
 * longer an orphan by the rule of its mark: the mark goes,
 * which writes to the cloud. Throws `StepEnd` unless nothing changed.
 *
 * @param trace what this run wrote as the trace of its detach; another's is then left alone
 */
export async function stopIfChanged(region: RegionContext, read: Rechecked, trace?: string): Promise<void> {
  if (read.kind === 'same') return;
  if (read.kind === 'gone') throw new StepEnd(endWith('already-gone', 'it was gone before anything was sent'));
  const { verdict, changes } = read;
  const reason = `changed since it was judged: ${changes.join('; ')}`;
  const { connectionId } = verdict.connection;
  const hasStaleMark = isMarkStale(verdict);
  try {
    if (hasStaleMark) await clearMark(region, connectionId, reason);
    const found = traceOf(verdict.connection);
    const isOurs = trace === undefined || found === trace;
    // A transit router that is letting go of it does so for another run, whose trace it is.
    if (found !== undefined && isOurs && isBoundAgain(verdict) && !read.isLettingGo)
      await removeTrace(region, connectionId, found);
  } catch (error) {
    throw new StepEnd(endWithError(`${reason}; its tags could not be cleared`, toCloudError(error), false));
  }
  throw new StepEnd(endWith(toOutcome(verdict, hasStaleMark), reason));
}

async function clearMark(region: RegionContext, connectionId: ConnectionId, reason: string): Promise<void> {
  const endings = new Map<ConnectionId, TagEnding>();
  await clearMarks(region, [connectionId], endings);
  const ending = endings.get(connectionId);
  if (ending?.kind === 'failed') throw ending.error;
  record(region, 'mark.cleared', connectionId, { reason });
}

function toOutcome(now: Verdict, marked: boolean): OutcomeKind {
  if (now.kind === 'protected') return 'protected';
  if (now.kind === 'in-use') return marked ? 'cleared' : 'kept';
  return now.kind === 'not-ours' ? 'kept' : 'unknown';
}

/** The mark proves nothing any more. */
function isMarkStale({ connection: { tags }, kind, markDisproved }: Verdict): boolean {
  return tags !== 'unread' && hasMarkTags(tags) && (kind === 'in-use' || kind === 'protected' || markDisproved);
}

const isBoundAgain = ({ connection, ripe }: Verdict): boolean =>
  connection.attachType === 'CEN' && connection.state === 'attached' && !ripe;
