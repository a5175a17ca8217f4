import type { AccountId, ConnectionId, RegionId } from '../domain/estate.ts';
import type { RuleName } from '../rules/all-rules.ts';

export const TOLD_FORMAT = 'vco-sweeper/told@1';

/**
 * One clock of one connection that a message named. A message counts for this clock only: if the clock starts again, the
 * owner has to hear of it again.
 */
export type ToldClock = {
  readonly accountId: AccountId;
  readonly regionId: RegionId;
  readonly connectionId: ConnectionId;
  readonly rule: RuleName;
  /** ISO UTC, in whole seconds, as in the mark. */
  readonly since: string;
};

/** The same text for the same clock: a clock that starts again has another one. */
export const clockKey = ({ accountId, regionId, connectionId, rule, since }: ToldClock): string =>
  [accountId, regionId, connectionId, rule, since].join(' ');

/** The record of one message that a channel accepted. */
export type ToldDocument = {
  readonly format: typeof TOLD_FORMAT;
  readonly reportId: string;
  /** The channel's name, such as `slack-2`. */
  readonly channel: string;
  /** ISO UTC: when the channel's answer arrived. */
  readonly acceptedAt: string;
  /** The connections that the message named. Connections it only counted are not in it. */
  readonly named: readonly ToldClock[];
};
