import { createHash } from 'node:crypto';
import type { AccountId, RegionId } from '../core/domain/estate.ts';

/** What makes one sweep another one than the rest of its tick. */
export type TaskKey = {
  /** `sweep` for ticks and requests, `event` for what happened in the cloud: both may fall into one minute. */
  readonly kind: 'sweep' | 'event';
  /** A tick, or a minute: letters and digits. */
  readonly moment: string;
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  /** What else narrows it; undefined: nothing. */
  readonly rest: unknown;
};

/**
 * The same for the same sweep, however often it is asked for: the platform refuses an id that it knows.
 *
 * At most 128 characters of letters, digits, `_` and `-`, beginning with a letter, as the platform has it.
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
