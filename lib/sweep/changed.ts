import type { Verdict } from '../core/judge.ts';
import { hasMarkTags, MARK_TAGS } from '../core/mark.ts';
import type { OutcomeKind } from '../core/outcome.ts';
import { TAG_DETACHED } from '../core/tag-names.ts';
import { endWith, endWithError, StepEnd } from './ending.ts';
import type { Rechecked } from './recheck.ts';
import { type RegionContext, record } from './run-context.ts';
import { clearInBatches, type TagEnding } from './tag-upkeep.ts';

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
  const isOthers = trace !== undefined && traceOf(verdict) !== trace;
  const keys = staleTags(verdict, read.isLettingGo || isOthers);
  if (keys.length > 0) {
    const endings = new Map<string, TagEnding>();
    await clearInBatches(region, [connectionId], keys, endings);
    const ending = endings.get(connectionId);
    if (ending?.kind === 'failed') {
      throw new StepEnd(endWithError(`${reason}; its tags could not be cleared`, ending.error, false));
    }
    if (ending?.kind === 'cleared') record(region, 'mark.cleared', connectionId, { reason });
  }
  throw new StepEnd(endWith(toOutcome(verdict, keys.some(isMarkTag)), reason));
}

function toOutcome(now: Verdict, marked: boolean): OutcomeKind {
  if (now.kind === 'protected') return 'protected';
  if (now.kind === 'in-use') return marked ? 'cleared' : 'kept';
  return now.kind === 'not-ours' ? 'kept' : 'unknown';
}

const isMarkTag = (key: string) => MARK_TAGS.some((mark) => mark === key);

const traceOf = ({ connection: { tags } }: Verdict): string | undefined =>
  tags === 'unread' ? undefined : tags.get(TAG_DETACHED);

/** The mark when it proves nothing any more, and the trace of a detach on a connection that is bound again. */
function staleTags({ connection, kind, markDisproved, ripe }: Verdict, isLettingGo: boolean): readonly string[] {
  const { tags, attachType, state } = connection;
  if (tags === 'unread') return [];
  const unmark = hasMarkTags(tags) && (kind === 'in-use' || kind === 'protected' || markDisproved);
  // A transit router that is letting go of it does so for another run, whose trace it is.
  const boundAgain = attachType === 'CEN' && state === 'attached' && !ripe && !isLettingGo && tags.has(TAG_DETACHED);
  return [...(unmark ? MARK_TAGS : []), ...(boundAgain ? [TAG_DETACHED] : [])];
}
