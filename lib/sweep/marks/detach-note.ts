import type { Connection } from '../../core/domain/estate.ts';
import { TAG_DETACHED } from '../../core/domain/tag-names.ts';
import { VOID } from '../../core/judge/claims.ts';
import { VOID_NOTE } from '../../core/judge/own-tags.ts';
import { protect } from '../../core/judge/protect.ts';
import type { RegionContext } from '../run-context.ts';
import { removeTags } from './tag-writes.ts';

/** Another run owns the note by now, or the detach that it announces took hold. So the note must stay. */
class OtherNote extends Error {}

/** The note is already gone. An earlier attempt may have removed it. */
class NoNote extends Error {}

/**
 * Remove a detach note that is wrong or out of date. Writes to the cloud. Throws `CloudError` when the note still
 * stands.
 *
 * If the note has changed, or the connection was detached since, the note stays: the next run finds the detach of
 * another run by it. This is checked just before each request, because another run may begin in the meantime. A protected
 * connection loses its note all the same, because the note would delete it without grace at the end of its protection.
 *
 * @param judged the connection as it was when the note was read
 * @param note the value that was read, or that this run wrote
 * @returns whether the connection has no note now
 */
export async function removeNote(region: RegionContext, judged: Connection, note: string): Promise<boolean> {
  const { connectionId } = judged;
  const { policy, clock } = region;
  const beforeAttempt = async () => {
    const want = { afterSequence: region.reads.sequence, notBeforeMs: clock.now() };
    const { value } = await region.reads.connections.get(connectionId, want);
    if (value === 'gone') {
      throw new OtherNote();
    }
    const found = noteOf(value);
    if (found === undefined && value.tags !== 'unread') {
      throw new NoNote();
    }
    const isThis = found === note || found === VOID;
    const isDetachedNow = value.state === 'detaching' || value.attachType !== judged.attachType;
    const isProtected = protect(value, policy.protect, clock.now()).reasons.length > 0;
    if (!isThis || (isDetachedNow && !isProtected)) {
      throw new OtherNote();
    }
  };
  try {
    const results = await removeTags(region, [connectionId], {
      keys: [TAG_DETACHED],
      voids: VOID_NOTE,
      beforeAttempt,
    });
    const result = results.get(connectionId);
    if (result instanceof Error) {
      throw result;
    }
    return true;
  } catch (error) {
    if (error instanceof NoNote) {
      return true;
    }
    if (error instanceof OtherNote) {
      return false;
    }
    throw error;
  }
}

/** Undefined if there is no note, or if the tags could not be read. */
export const noteOf = ({ tags }: Connection): string | undefined =>
  tags === 'unread' ? undefined : tags.get(TAG_DETACHED);

/** Whether the connection is being detached, or is bound to nothing, as after an accepted detach. */
export const isBeingDetached = ({ state, attachType }: Connection): boolean =>
  state === 'detaching' || attachType === 'NO_ASSOCIATED';
