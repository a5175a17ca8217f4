import type { Mode, Policy, PolicyOrigin } from '../domain/policy.ts';
import { RULES } from '../rules/all-rules.ts';

/** What a person should hear of a policy that may not do what they mean; `entries` are those of the policy it is about. */
export type PolicyWarning = { readonly reason: string; readonly entries?: readonly string[] };

/** What can be said of a policy before anything was read. Pure. */
export function warnOfPolicy(policy: Policy, origin: PolicyOrigin, mode: Mode): readonly PolicyWarning[] {
  const warnings: PolicyWarning[] = [];
  if (origin.source === 'none' && mode !== 'plan') {
    const reason = `no policy was given, so all defaults count in mode ${mode}, and nothing is protected but by tag and age`;
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

/** Each as a sentence of its own. */
export const toSentences = (warnings: readonly PolicyWarning[]): readonly string[] =>
  warnings.flatMap(({ reason, entries }) => entries?.map((entry) => `${entry} ${reason}`) ?? [reason]);
