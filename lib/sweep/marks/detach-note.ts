import type { Connection } from '../../core/domain/estate.ts';
import { TAG_DETACHED } from '../../core/domain/tag-names.ts';
import { VOID } from '../../core/judge/claims.ts';
import { VOID_NOTE } from '../../core/judge/own-tags.ts';
import type { RegionContext } from '../run-context.ts';
import { removeTags } from './tag-writes.ts';

/** The note is another run's by now, or of a detach that took hold, and is not to be removed. */
class OtherNote extends Error {}

/** No note stands there any more: an earlier attempt may have removed it. */
class NoNote extends Error {}

/**
 * Remove a detach note that is wrong or out of date. Writes to the cloud. Throws `CloudError` when the note still stands.
 *
 * It is left alone when it is no longer this one, or when the connection was let go of since: then it is what another run's
 * detach is found by. That is looked at just before each request, because others may have begun until its turn comes.
 *
 * @param judged the connection as it was when the note was read
 * @param note the value that was read, or that this run wrote
 * @returns whether no note stands there now
 */
export async function removeNote(region: RegionContext, judged: Connection, note: string): Promise<boolean> {
  const { connectionId } = judged;
  const beforeAttempt = async () => {
    const want = { afterSequence: region.reads.sequence, notBeforeMs: region.clock.now() };
    const { value } = await region.reads.connection(connectionId, want);
    if (value === 'gone' || value === 'absent') {
      throw new OtherNote();
    }
    const found = noteOf(value);
    if (found === undefined && value.tags !== 'unread') {
      throw new NoNote();
    }
    const isThis = found === note || found === VOID;
    if (!isThis || value.state === 'detaching' || value.attachType !== judged.attachType) {
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

/** Undefined when there is none, and when the tags could not be read. */
export const noteOf = ({ tags }: Connection): string | undefined =>
  tags === 'unread' ? undefined : tags.get(TAG_DETACHED);

/** Whether the connection is being detached, or bound to nothing, as after a detach was accepted. */
export const isBeingDetached = ({ state, attachType }: Connection): boolean =>
  state === 'detaching' || attachType === 'NO_ASSOCIATED';
