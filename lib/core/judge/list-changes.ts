import type { Connection } from '../domain/estate.ts';
import { TAG_DETACHED, TAG_ORPHAN, TAG_SEEN } from '../domain/tag-names.ts';

/**
 * Tags that runs of the sweeper change while they work. The sweep reads and judges them, and a deletion relies only on
 * a mark that this run found or wrote. So a difference in these tags alone is no reason to stop.
 */
const OUR_TAGS: ReadonlySet<string> = new Set([TAG_ORPHAN, TAG_SEEN, TAG_DETACHED]);

/**
 * The changes between the listing of the verdict and a later read, in words for a person. Empty if nothing changed on
 * which a verdict relies. Pure.
 *
 * @param expectDetach our own detach lies between the two reads, so compare only the fields that owners set
 */
export function listChanges(before: Connection, now: Connection, expectDetach: boolean): readonly string[] {
  const changes: string[] = [];
  const compare = (what: string, a: unknown, b: unknown) => {
    if (a !== b) {
      changes.push(`${what} was ${String(a)}, is ${String(b)}`);
    }
  };
  compare('name', before.name, now.name);
  compare('resource group', before.resourceGroupId, now.resourceGroupId);
  compare('creation time', before.createdAtMs, now.createdAtMs);
  changes.push(...tagChanges(before, now));
  if (expectDetach) {
    return changes;
  }

  compare('AttachType', before.attachType, now.attachType);
  compare('State', before.state, now.state);
  compare('transit router', before.transitRouterId, now.transitRouterId);
  compare('VPN gateway', before.vpnGatewayId, now.vpnGatewayId);
  compare('status', before.status, now.status);
  compare('tunnels', describeTunnels(before), describeTunnels(now));
  return changes;
}

const describeTunnels = (connection: Connection): string =>
  [...connection.tunnels]
    .map((tunnel) => `${tunnel.tunnelId} ${tunnel.status} ${tunnel.state ?? '?'}`)
    .sort()
    .join(', ') || 'none';

/** Lists only the keys. A value is the owner's text and may be anything. */
function tagChanges(before: Connection, now: Connection): readonly string[] {
  if (before.tags === 'unread' || now.tags === 'unread') {
    return ['its tags could not be read'];
  }
  const was = before.tags;
  const is = now.tags;
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => !OUR_TAGS.has(key) && was.get(key) !== is.get(key))
    .map((key) => `tag ${key} was ${was.has(key) ? (is.has(key) ? 'changed' : 'removed') : 'added'}`);
}
