import { ago, aPolicy, DAY, HOUR, twoTunnels } from '../../support/builders.ts';

/** The tags of a mark whose grace has run out. */
export const DUE_MARK = { 'vco-sweeper:orphan': `unassociated ${ago(2 * DAY)}`, 'vco-sweeper:seen': ago(HOUR) };
/** Both tunnels are down. */
export const DOWN = { tunnels: twoTunnels('ike_sa_not_established', 'ike_sa_not_established') };
/** A policy in which only the rule tunnels-down is on. */
export const ONLY_TUNNELS = aPolicy({ rules: { unassociated: 'off', 'tunnels-down': DAY } });
