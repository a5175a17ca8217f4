import { formatDuration } from '../domain/duration.ts';
import type { Mode, Policy, PolicyOrigin } from '../domain/policy.ts';

/** What a person should hear of a policy that may not do what they mean; `entries` are those of the policy it is about. */
export type PolicyWarning = { readonly reason: string; readonly entries?: readonly string[] };

/** Between two runs a connection that is down each night must be seen up at least once. */
const SAMPLING_GAP_MS_MAX = 12 * 3_600_000;

/** What can be said of a policy before anything was read. Pure. */
export function warnOfPolicy(policy: Policy, origin: PolicyOrigin, mode: Mode): readonly PolicyWarning[] {
  const warnings: PolicyWarning[] = [];
  if (origin.source === 'none' && mode !== 'plan') {
    const reason = `no policy was given, so all defaults count in mode ${mode}, and nothing is protected but by tag and age`;
    warnings.push({ reason });
  }
  if (policy.rules['tunnels-down'] !== 'off' && policy.marks.maxGapMs > SAMPLING_GAP_MS_MAX) {
    const gap = formatDuration(policy.marks.maxGapMs);
    const reason = `tunnels-down is on and marks.maxGap is ${gap}: a site that is off each night looks down to every nightly run; run mode mark every 4 hours, and set marks.maxGap to 12h or less (docs/policy.md, Sampling)`;
    warnings.push({ reason });
  }
  return warnings;
}

/** Each as a sentence of its own. */
export const toSentences = (warnings: readonly PolicyWarning[]): readonly string[] =>
  warnings.flatMap(({ reason, entries }) => entries?.map((entry) => `${entry} ${reason}`) ?? [reason]);
