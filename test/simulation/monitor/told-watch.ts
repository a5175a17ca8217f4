import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import { OWN, type PolicyDocument } from '../stories/scenario.ts';
import { section, toMs } from '../world/truth.ts';
import { type MarkTags, parseClocks } from './claims-monitor.ts';

/** A clock in a message. */
export type Named = {
  readonly accountId: string;
  readonly regionId: string;
  readonly connectionId: string;
  readonly rule: string;
  readonly since: string;
};

/** The clocks of the report function, of the run that wrote the mark and of the run that reads it, and the tolerance. */
const SLACK_MS = 20 * 60_000;

/** Knows which messages channels accepted, and when, without the records in the store. */
export class ToldWatch {
  /** By clock, when messages that named it were accepted. */
  readonly #accepted = new Map<string, number[]>();

  accepted(named: readonly Named[], atMs: number): void {
    for (const { accountId, regionId, connectionId, rule, since } of named) {
      const key = keyOf(accountId, regionId, connectionId, rule, Date.parse(since));
      this.#accepted.set(key, [...(this.#accepted.get(key) ?? []), atMs]);
    }
  }

  /** Why nobody counts as told of a connection that is about to be deleted by this mark. Undefined if somebody does. */
  problemOf(
    { VpnConnectionId: id, regionId }: ConnectionRecord,
    { orphan }: MarkTags,
    policy: PolicyDocument,
    nowMs: number,
  ): string | undefined {
    const { required, notice } = section(policy, 'notify');
    if (required !== true) {
      return undefined;
    }
    const isTold = (parseClocks(orphan) ?? []).some(({ rule, sinceMs }) =>
      (this.#accepted.get(keyOf(OWN, regionId, id, rule, sinceMs)) ?? []).some(
        (atMs) => atMs >= sinceMs - SLACK_MS && atMs + toMs(notice ?? '24h') <= nowMs + SLACK_MS,
      ),
    );
    return isTold ? undefined : `nobody was told of it ${notice} before: ${orphan || 'no mark'}`;
  }
}

/** A clock is the same in a mark with milliseconds and in one with whole seconds. */
const keyOf = (
  ...[accountId, regionId, id, rule, sinceMs]: readonly [string, string, string, string, number]
): string => [accountId, regionId, id, rule, Math.floor(sinceMs / 1000)].join(' ');
