import type { Connection, ConnectionId } from '../core/estate.ts';
import { TAG_DETACHED } from '../core/tag-names.ts';
import type { RegionContext } from './run-context.ts';

/** The trace that stands there is another run's by now, or of a detach that took hold. */
class NotThisOne extends Error {}

/**
 * Remove the trace of a detach that came to nothing. Writes to the cloud; throws `CloudError`.
 *
 * It stays when it is no longer this one, or when the connection is being let go of: then it is what another run's
 * detach is found by. That is looked at just before the request is sent, for until its turn comes others may have begun.
 *
 * @param trace the value that was read, or that we wrote
 */
export async function removeTrace(region: RegionContext, connectionId: ConnectionId, trace: string): Promise<void> {
  const beforeAttempt = async () => {
    const want = { afterSequence: region.reads.sequence, notBeforeMs: region.clock.now() };
    const { value } = await region.reads.connection(connectionId, want);
    if (value === 'gone' || value === 'absent' || isLeaving(value) || traceOf(value) !== trace) throw new NotThisOne();
  };
  try {
    await region.api.removeTags(region.regionId, [connectionId], [TAG_DETACHED], { beforeAttempt });
  } catch (error) {
    if (!(error instanceof NotThisOne)) throw error;
  }
}

/** Undefined when there is none, and when the tags could not be read. */
export const traceOf = ({ tags }: Connection): string | undefined =>
  tags === 'unread' ? undefined : tags.get(TAG_DETACHED);

export const isLeaving = ({ state, attachType }: Connection): boolean =>
  state === 'detaching' || attachType === 'NO_ASSOCIATED';
