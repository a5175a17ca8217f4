import { saysGone } from '../../core/domain/disposition.ts';
import { toCloudError } from '../../core/domain/errors.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';
import type { RegionContext } from '../run-context.ts';
import { endWith, endWithError, StepEnd } from './step-result.ts';

/**
 * How a step ends after a failed tag call. Another run or the owner may have deleted the connection since it
 * was read. A tag call that does not find the connection is a hint of that, and one read confirms it.
 *
 * @param what the failure in words, if the connection still exists
 * @param used a deletion of this run is used up
 */
export async function endOfTagCall(
  region: RegionContext,
  connectionId: ConnectionId,
  error: unknown,
  { what, used }: { readonly what: string; readonly used: boolean },
): Promise<StepEnd> {
  const failure = toCloudError(error);
  const isGone = saysGone(failure) && (await isConfirmedGone(region, connectionId));
  return new StepEnd(
    isGone
      ? endWith('already-gone', 'it was gone before its tags could be written', { used })
      : endWithError(what, failure, used),
  );
}

/** Also false if the read fails. Then the result reports the failure of the tag call. */
async function isConfirmedGone(region: RegionContext, connectionId: ConnectionId): Promise<boolean> {
  try {
    return (await region.reads.connections.confirm(connectionId)).value === 'gone';
  } catch (error) {
    toCloudError(error);
    return false;
  }
}
