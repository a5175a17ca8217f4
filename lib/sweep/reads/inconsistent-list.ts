import type { Clock } from '../../core/domain/cloud-api.ts';
import { CloudError } from '../../core/domain/errors.ts';

/**
 * The number of attempts at an inconsistent list, and the pauses between them. Each pause is twice as long, up to a
 * limit.
 */
const TORN_LISTINGS_MAX = 12;
const TORN_PAUSE_MS = 100;
const TORN_PAUSE_MS_MAX = 5_000;

export const isTorn = (error: unknown): boolean => error instanceof CloudError && error.code === 'IncompleteListing';

/** While detaches or deletes are under way, a list of several pages may be inconsistent. A later attempt succeeds. */
export async function untilWhole<T>(clock: Clock, list: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await list();
    } catch (error) {
      if (!isTorn(error) || tries === TORN_LISTINGS_MAX) {
        throw error;
      }
      await clock.sleep(Math.min(TORN_PAUSE_MS * 2 ** (tries - 1), TORN_PAUSE_MS_MAX));
    }
  }
}
