import type { Connection } from '../domain/estate.ts';
import type { Policy } from '../domain/policy.ts';
import { toIso } from '../domain/time.ts';
import { readKeep } from '../guards/keep-tag.ts';
import { hasTag, matchesName, toTagText } from '../guards/protect-entries.ts';

/**
 * Why a connection may not be touched under any rule. `unread`: it is unknown whether the connection is protected, and
 * this keeps it as well.
 */
export type Protection = {
  readonly reasons: readonly string[];
  readonly unread: readonly string[];
};

/**
 * Check everything that protects a connection. Pure. Never throws. Protection applies in every mode and to every event.
 */
export function protect(connection: Connection, policy: Policy['protect'], nowMs: number): Protection {
  const tagged = protectByTags(connection, policy, nowMs);
  const reasons = [...tagged.reasons];
  const unread = [...tagged.unread];

  const { name } = connection;
  if (name !== undefined) {
    const glob = policy.names.find((pattern) => matchesName(name, pattern));
    if (glob !== undefined) {
      reasons.push(`its name "${name}" matches protect.names "${glob}"`);
    }
  } else if (policy.names.length > 0) {
    unread.push('the reply did not say what its name is');
  }
  if (policy.connections.includes(connection.connectionId)) {
    reasons.push('it is listed in protect.connections');
  }

  if (policy.resourceGroups.length > 0) {
    if (connection.resourceGroupId === undefined) {
      unread.push('the reply did not say which resource group it is in');
    } else if (policy.resourceGroups.includes(connection.resourceGroupId)) {
      reasons.push(`its resource group ${connection.resourceGroupId} is in protect.resourceGroups`);
    }
  }

  if (connection.createdAtMs === undefined) {
    unread.push('the reply did not say when it was created');
  } else if (nowMs - connection.createdAtMs < policy.youngerThanMs) {
    reasons.push(`created ${toIso(connection.createdAtMs)}, younger than protect.youngerThan`);
  }
  return { reasons, unread };
}

function protectByTags(connection: Connection, policy: Policy['protect'], nowMs: number): Protection {
  const { tags } = connection;
  if (tags === 'unread') {
    return { reasons: [], unread: ['its tags could not be read'] };
  }
  const named = policy.tags
    .filter((entry) => hasTag(tags, entry))
    .map((entry) => `tag ${toTagText(entry)} is in protect.tags`);
  return { reasons: [...readKeep(tags, nowMs).reasons, ...named], unread: [] };
}
