import type { Mode, Policy, PolicyOrigin } from '../domain/policy.ts';
import { RULES } from '../rules/all-rules.ts';

/**
 * A warning about a policy that may differ from its author's intention. `entries` are the policy's entries in question.
 */
export type PolicyWarning = { readonly reason: string; readonly entries?: readonly string[] };

/** The warnings that need no reads of the cloud. Pure. */
export function warnOfPolicy(policy: Policy, origin: PolicyOrigin, mode: Mode): readonly PolicyWarning[] {
  const warnings: PolicyWarning[] = [];
  if (origin.source === 'none' && mode !== 'plan') {
    const reason = `no policy was given, so all defaults count in mode ${mode}, and only a tag or its age protects a connection`;
    warnings.push({ reason });
  }
  for (const rule of RULES.filter(({ name }) => policy.rules[name] !== 'off')) {
    const reason = rule.warningOfGap?.(policy.marks.maxGapMs);
    if (reason !== undefined) {
      warnings.push({ reason });
    }
  }
  return warnings;
}

/** Each warning as a sentence of its own. */
export const toSentences = (warnings: readonly PolicyWarning[]): readonly string[] =>
  warnings.flatMap(({ reason, entries }) => entries?.map((entry) => `${entry} ${reason}`) ?? [reason]);
