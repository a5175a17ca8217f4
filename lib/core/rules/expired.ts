import { TAG_EXPIRES } from '../tag-names.ts';
import { parseExpiry, toIso } from '../time.ts';
import { finding, type Rule } from './rule.ts';

/** Its owner's own tag names a moment that has passed. A tag that cannot be read as a date never expires. */
export const expired: Rule = ({ connection, association, nowMs }) => {
  if (connection.tags === 'unread') return finding('unread', 'its tags were not read');
  const text = connection.tags.get(TAG_EXPIRES);
  if (text === undefined) return finding('no', `no tag ${TAG_EXPIRES}`);
  const expiresMs = parseExpiry(text);
  if (expiresMs === undefined) return finding('no', `tag ${TAG_EXPIRES} is malformed, so it never expires`);
  if (expiresMs > nowMs) return finding('no', `expires ${toIso(expiresMs)}`);

  const up = [connection.status, ...connection.tunnels.map((tunnel) => tunnel.status)].includes('ipsec_sa_established');
  return finding(
    'yes',
    ...association.evidence,
    `its tag ${TAG_EXPIRES} names ${toIso(expiresMs)}, which has passed`,
    ...(up ? ['a tunnel is up all the same'] : []),
  );
};
