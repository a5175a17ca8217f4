import type { Connection } from '../domain/estate.ts';
import { TAG_EXPIRES } from '../domain/tag-names.ts';
import { parseExpiry, toIso } from '../domain/time.ts';
import { saysUp } from './connection-says.ts';
import { type Finding, finding, type Rule, type RuleInput } from './rule.ts';

export const expired: Rule<'expired'> = {
  name: 'expired',
  graceDefault: 'off',
  graceExample: '0s',
  summary: `Its tag \`${TAG_EXPIRES}\` names a moment that has passed.`,
  about: 'the owner wrote an expiry date on the connection, and the date has passed.',
  needs: [],
  judge: judgeExpiry,
  isDisprovedBy: (connection, nowMs) => !hasExpired(connection, nowMs),
  warningsOf,
};

/** A tag that cannot be read as a date never expires. */
function judgeExpiry({ connection, association, nowMs }: RuleInput): Finding {
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

  const evidence = [
    ...association.evidence,
    `its tag ${TAG_EXPIRES} names ${toIso(expiresMs)}, which has passed`,
    ...(saysUp(connection) ? ['a tunnel is still up'] : []),
  ];
  return { ...finding('yes', ...evidence), notBeforeMs: expiresMs };
}

/**
 * The problem of an expiry date, if any. Programs write the year 1 or 1970 for "not set", and people copy tags from
 * older connections. So a date before the creation of the connection does not count.
 */
function findExpiryProblem(text: string, createdAtMs: number | undefined): string | undefined {
  const expiresMs = parseExpiry(text);
  if (expiresMs === undefined) {
    return `tag ${TAG_EXPIRES} is neither an ISO date nor a date-time with a zone`;
  }
  if (createdAtMs !== undefined && expiresMs <= createdAtMs) {
    return `tag ${TAG_EXPIRES} names ${toIso(expiresMs)}, before the connection was created`;
  }
  return undefined;
}

/** Whether its tag names a time after its creation that has passed. Unread tags may name any time. */
function hasExpired({ tags, createdAtMs }: Connection, nowMs: number): boolean {
  if (tags === 'unread') {
    return true;
  }
  const text = tags.get(TAG_EXPIRES);
  if (text === undefined || findExpiryProblem(text, createdAtMs) !== undefined) {
    return false;
  }
  return (parseExpiry(text) ?? Number.POSITIVE_INFINITY) <= nowMs;
}

function warningsOf({ tags, createdAtMs }: Connection): readonly string[] {
  const expires = tags === 'unread' ? undefined : tags.get(TAG_EXPIRES);
  const problem = expires === undefined ? undefined : findExpiryProblem(expires, createdAtMs);
  return problem === undefined ? [] : [`${problem}: taken as not expired`];
}
