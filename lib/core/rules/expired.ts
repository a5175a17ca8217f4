import type { Connection } from '../domain/estate.ts';
import { TAG_EXPIRES } from '../domain/tag-names.ts';
import { parseExpiry, toIso } from '../domain/time.ts';
import { finding, type Rule } from './rule.ts';

/** Its owner's own tag names a moment that has passed. A tag that cannot be read as a date never expires. */
export const expired: Rule = ({ connection, association, nowMs }) => {
  if (connection.tags === 'unread') {
    return finding('unread', 'its tags were not read');
  }
  const text = connection.tags.get(TAG_EXPIRES);
  if (text === undefined) {
    return finding('no', `no tag ${TAG_EXPIRES}`);
  }
  const problem = findExpiryProblem(text, connection.createdAtMs);
  const expiresMs = parseExpiry(text);
  if (problem !== undefined || expiresMs === undefined) {
    return finding('no', `${problem}, so it never expires`);
  }
  if (expiresMs > nowMs) {
    return finding('no', `expires ${toIso(expiresMs)}`);
  }

  const up = [connection.status, ...connection.tunnels.map((tunnel) => tunnel.status)].includes('ipsec_sa_established');
  const evidence = [
    ...association.evidence,
    `its tag ${TAG_EXPIRES} names ${toIso(expiresMs)}, which has passed`,
    ...(up ? ['a tunnel is up all the same'] : []),
  ];
  return { ...finding('yes', ...evidence), notBeforeMs: expiresMs };
};

/**
 * The problem of an expiry date, or undefined. Programs write the year 1 or 1970 for "not set", and people
 * copy tags from older connections: a date before the connection was created is no date of this connection.
 */
export function findExpiryProblem(text: string, createdAtMs: number | undefined): string | undefined {
  const expiresMs = parseExpiry(text);
  if (expiresMs === undefined) {
    return `tag ${TAG_EXPIRES} is neither an ISO date nor a date-time with a zone`;
  }
  if (createdAtMs !== undefined && expiresMs <= createdAtMs) {
    return `tag ${TAG_EXPIRES} names ${toIso(expiresMs)}, before the connection was created`;
  }
  return undefined;
}

/** Whether its tag names a moment of its own life that has passed. Tags that were not read may name any. */
export function hasExpired({ tags, createdAtMs }: Connection, nowMs: number): boolean {
  if (tags === 'unread') {
    return true;
  }
  const text = tags.get(TAG_EXPIRES);
  if (text === undefined || findExpiryProblem(text, createdAtMs) !== undefined) {
    return false;
  }
  return (parseExpiry(text) ?? Number.POSITIVE_INFINITY) <= nowMs;
}
