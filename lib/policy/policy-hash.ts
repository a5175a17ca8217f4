import { createHash } from 'node:crypto';
import type { DeclaredPolicy } from '../core/domain/policy.ts';

/** They say how a run goes about its work, and not what it may do. */
const LEFT_OUT: ReadonlySet<string> = new Set(['mode', 'store', 'report', 'notify', 'pace', 'retry', 'wait']);

/**
 * What a policy says, as a hex SHA-256: the same for the same rules, protections and limits, however they are written,
 * defaults included.
 */
export function hashPolicy(policy: DeclaredPolicy): string {
  const kept = Object.entries(policy).filter(([key]) => !LEFT_OUT.has(key));
  return createHash('sha256')
    .update(toCanonicalJson(Object.fromEntries(kept)))
    .digest('hex');
}

/** JSON whose text depends on the value alone: keys are sorted, and those without a value left out. */
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
