/** Written by the sweeper: `<rule> <since, ISO UTC>`. */
export const TAG_ORPHAN = 'vco-sweeper:orphan';
/**
 * Written by the sweeper: when a run last saw the connection in this state, ISO UTC. A run writes a value.
 */
export const TAG_SEEN = 'vco-sweeper:seen';
/** Written by the sweeper just before a detach: `<ISO UTC> <attachment id>`. */
export const TAG_DETACHED = 'vco-sweeper:detached';
/** Written by owners: protects, with any value but `false`. */
export const TAG_KEEP = 'vco-sweeper:keep';
/** Written by owners: an ISO date or date-time after which the connection may be deleted. */
export const TAG_EXPIRES = 'vco-sweeper:expires';
