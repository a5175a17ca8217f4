import { createHash } from 'node:crypto';
import type { DeclaredPolicy } from '../core/domain/policy.ts';

/** These keys affect how a run works. They do not affect its permitted changes. */
const LEFT_OUT: ReadonlySet<string> = new Set(['mode', 'store', 'report', 'notify', 'pace', 'retry', 'wait']);

/**
 * A hex SHA-256 of a policy's content. Two policies with the same rules, protections and limits have the same hash,
 * even if they are written differently. Defaults are included.
 */
export function hashPolicy(policy: DeclaredPolicy): string {
  const kept = Object.entries(policy).filter(([key]) => !LEFT_OUT.has(key));
  return createHash('sha256')
    .update(toCanonicalJson(Object.fromEntries(kept)))
    .digest('hex');
}

/** JSON text that depends on the value alone: keys are sorted, and keys without a value are left out. */
function toCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(toCanonicalJson).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${toCanonicalJson(item)}`).join(',')}}`;
}
