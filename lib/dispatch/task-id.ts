import { createHash } from 'node:crypto';
import type { AccountId, RegionId } from '../core/domain/estate.ts';

/** The data that tells a sweep from all other sweeps of its tick. */
export type TaskKey = {
  /** `sweep` for ticks and requests, `event` for changes in the cloud. The times of both may be in the same minute. */
  readonly kind: 'sweep' | 'event';
  /** A tick, or a minute: letters and digits. */
  readonly moment: string;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /** Further restrictions, if any. */
  readonly rest: unknown;
};

/**
 * The same sweep always gets the same id, because the platform refuses a known id.
 *
 * At most 128 characters of letters, digits, `_` and `-`, beginning with a letter, as the platform requires.
 */
export function taskIdOf({ kind, moment, accountId, regionId, rest }: TaskKey): string {
  const whole = `${kind}_${moment}_${accountId}_${regionId}`;
  if (rest === undefined) {
    return whole;
  }
  return `${whole}_${createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16)}`;
}

/** `20261122T193000Z`: a moment to the second, as a part of a task id. */
export const toTick = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** `20261122T1930Z`: the minute a moment lies in. */
export const toMinute = (ms: number): string => toTick(ms).replace(/\d\dZ$/, 'Z');
