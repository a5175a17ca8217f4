import { unlessStopped } from '../../core/concurrency/unless-stopped.ts';
import { disposition } from '../../core/domain/disposition.ts';
import { CloudError, STOPPED_ON_REQUEST } from '../../core/domain/errors.ts';
import type { RegionContext } from '../run-context.ts';
import type { PollSchedule } from './poll-schedule.ts';

/** `unreadable`: the look is refused for good. `error` belongs to the last look, if it failed. */
export type Polled =
  | { readonly kind: 'done' }
  | { readonly kind: 'no-time' | 'timed-out' | 'stopped'; readonly error: CloudError | undefined }
  | { readonly kind: 'unreadable'; readonly error: CloudError };

/**
 * Returns whether the change is there. It must throw, not return, if it could not look.
 *
 * @param mayRead false: use only readings that other steps have made
 */
export type Look = (mayRead: boolean) => Promise<boolean>;

type PollOptions = {
  readonly timeoutMs: number;
  /** Look before the first wait, unless waiting for other steps is worthwhile. */
  readonly atOnce: boolean;
  readonly schedule: PollSchedule;
  /** How long to continue looking after the run was asked to stop. */
  readonly afterStopMs: number;
  readonly look: Look;
};

/** Time at the end of a run that is reserved for recording a step that did not end. */
const NOTING_MS = 2_000;

/**
 * Look until the change is seen, at the moments that all waiting steps of this region share. Reads only.
 *
 * A failed look proves nothing, so the wait continues. Only a failure that no retry can fix ends it. While it is not
 * yet time for reads of their own, the steps use the readings that others have made meanwhile.
 */
export async function pollUntil(region: RegionContext, options: PollOptions): Promise<Polled> {
  const { clock, deadlineMs, stopAsked } = region;
  const { schedule } = options;
  const endMs = deadlineMs - NOTING_MS;
  const sinceMs = clock.now();
  let error: CloudError | undefined;
  const isCutShort = createStopCheck(region, options.afterStopMs);
  if (!options.atOnce) {
    await clock.sleep(Math.max(0, Math.min(schedule.headStartMs, options.timeoutMs, deadlineMs - sinceMs)), stopAsked);
  }
  let isTime = options.atOnce && schedule.isQuiet;
  for (;;) {
    isTime ||= isCutShort() || (await schedule.next(endMs));
    if (isCutShort()) {
      return { kind: 'stopped', error };
    }
    const mayRead = isTime || clock.now() >= endMs || clock.now() - sinceMs > options.timeoutMs;
    isTime = false;
    const looked = await tryLook(region, options, mayRead);
    if (looked === true) {
      schedule.noteChange(clock.now() - sinceMs);
      return { kind: 'done' };
    }
    if (!mayRead) {
      continue;
    }
    error = looked === false ? undefined : looked;
    const end = error && endBy(error);
    if (end) {
      return end;
    }
    if (clock.now() >= endMs) {
      return { kind: 'no-time', error };
    }
    if (clock.now() - sinceMs > options.timeoutMs) {
      return { kind: 'timed-out', error };
    }
  }
}

/** Whether the run was asked to stop so long ago that no more looks follow. */
function createStopCheck({ clock, stopAsked }: RegionContext, afterStopMs: number): () => boolean {
  let stoppedMs: number | undefined;
  return () => {
    if (!stopAsked.aborted) {
      return false;
    }
    stoppedMs ??= clock.now();
    return clock.now() - stoppedMs >= afterStopMs;
  };
}

function endBy(error: CloudError): Polled | undefined {
  if (error.code === STOPPED_ON_REQUEST) {
    return { kind: 'stopped', error: undefined };
  }
  return disposition(error.code) === 'terminal' ? { kind: 'unreadable', error } : undefined;
}

/** If looks are not wanted after a request to stop, the request ends a look that is under way. */
async function tryLook(
  { stopAsked }: RegionContext,
  { afterStopMs, look }: Pick<PollOptions, 'afterStopMs' | 'look'>,
  mayRead: boolean,
): Promise<boolean | CloudError> {
  try {
    return afterStopMs > 0 ? await look(mayRead) : await unlessStopped(stopAsked, 'wait', () => look(mayRead));
  } catch (error) {
    if (error instanceof CloudError) {
      return error;
    }
    throw error;
  }
}
