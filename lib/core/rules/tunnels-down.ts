import { formatDuration } from '../domain/duration.ts';
import type { Tunnel } from '../domain/estate.ts';
import { saysUp } from './connection-says.ts';
import { type Finding, finding, type Rule, type RuleInput } from './rule.ts';

/** A connection that is down each night must be seen up at least once between two runs. */
const SAMPLING_GAP_MS_MAX = 12 * 3_600_000;

export const tunnelsDown: Rule<'tunnels-down'> = {
  name: 'tunnels-down',
  graceDefault: 'off',
  graceExample: '14d',
  summary: 'Bound to a transit router, and no tunnel has an IPsec SA.',
  about:
    'the connection is bound to a transit router, and no tunnel has an IPsec SA. ' +
    'A site that is off for the weekend looks like this as well, so set a grace of weeks.',
  needs: [],
  judge: judgeTunnels,
  isDisprovedBy: saysUp,
  warningOfGap,
};

/** Every tunnel has to be down. A tunnel that is up or unknown is enough to keep the connection. */
function judgeTunnels({ connection, association }: RuleInput): Finding {
  if (association.kind !== 'bound') {
    return finding('no', 'not bound to a transit router');
  }
  if (isUp(connection.status)) {
    return finding('no', 'the connection reports ipsec_sa_established');
  }
  const up = connection.tunnels.find((tunnel) => isUp(tunnel.status));
  if (up) {
    return finding('no', `tunnel ${up.tunnelId} has ipsec_sa_established`);
  }

  const tunnels = connection.tunnels.map((tunnel) => tunnel.status);
  const statuses = tunnels.length > 0 ? tunnels : [connection.status];
  // The connection's own status counts as well, because it might say "up". Replies may leave it out beside two tunnels.
  const own = connection.status === 'missing' && tunnels.length === 2 ? [] : [connection.status];
  if ([...own, ...statuses].some(isUnread)) {
    return finding('unread', 'the status of the connection or of a tunnel is missing or unknown');
  }
  const changing = connection.tunnels.find(isChanging);
  if (changing) {
    return finding('unread', `tunnel ${changing.tunnelId} is ${changing.state}`);
  }
  return finding('yes', ...association.evidence, describe(statuses));
}

const isUp = (status: string) => status === 'ipsec_sa_established';
const isUnread = (status: string) => status === 'unknown' || status === 'missing';
// If a tunnel has no state, the reply left it out. If the tunnel is being changed, its status will soon differ.
const isChanging = (tunnel: Tunnel) => tunnel.state !== undefined && tunnel.state !== 'active';

function describe(statuses: readonly string[]): string {
  const distinct = [...new Set(statuses)].join(', ');
  if (statuses.length === 1) {
    return `the only tunnel is ${distinct}`;
  }
  return statuses.length === 2 ? `both tunnels ${distinct}` : `all ${statuses.length} tunnels ${distinct}`;
}

function warningOfGap(maxGapMs: number): string | undefined {
  return maxGapMs > SAMPLING_GAP_MS_MAX
    ? `tunnels-down is on and marks.maxGap is ${formatDuration(maxGapMs)}: a site that is off each night looks down to every nightly run; run mode mark every 4 hours, and set marks.maxGap to 12h or less (docs/policy.md, Sampling)`
    : undefined;
}
