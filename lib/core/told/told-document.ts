import type { AccountId, ConnectionId, RegionId } from '../domain/estate.ts';
import type { RuleName } from '../rules/all-rules.ts';

export const TOLD_FORMAT = 'vco-sweeper/told@1';

/**
 * A clock of a connection that a message named. A message counts for this clock only. If the clock starts again,
 * the owner has to get a new message.
 */
export type ToldClock = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly connectionId: ConnectionId;
  readonly rule: RuleName;
  /** ISO UTC, in whole seconds, as in the mark. */
  readonly since: string;
};

/** The same text for the same clock. If a clock starts again, its text differs. */
export const clockKey = ({ accountId, regionId, connectionId, rule, since }: ToldClock): string =>
  [accountId, regionId, connectionId, rule, since].join(' ');

/** The record of a message that a channel accepted. */
export type ToldDocument = {
  readonly format: typeof TOLD_FORMAT;
  readonly reportId: string;
  /** The channel's name, such as `slack-2`. */
  readonly channel: string;
  /** ISO UTC: when the channel's answer arrived. */
  readonly acceptedAt: string;
  /** The connections that the message named. It leaves out connections that the message only counted. */
  readonly named: readonly ToldClock[];
  /**
   * The report had no news for this channel, so it sent no message. `acceptedAt` is then the time of that decision, and
   * `named` is empty. Without this record, the report would check the channel again for 24 hours, and might send old
   * news later.
   */
  readonly noNews?: true;
};
