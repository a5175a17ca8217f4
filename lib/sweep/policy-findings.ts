import type { Journal } from '../core/domain/journal.ts';
import type { RunResult } from '../core/domain/outcome.ts';
import { type PolicyWarning, toSentences } from '../core/plan/policy-warnings.ts';
import type { Survey } from './survey/survey.ts';

/** Number of policy entries in a single log line. */
const LOGGED_MAX = 100;

/**
 * Warnings about entries of the policy that the estate does not have. Pure.
 *
 * @param isWhole the run looked at everything the policy covers. Only then can nothing be elsewhere
 */
export function warnOfSurvey(isWhole: boolean, surveyed: Survey): readonly PolicyWarning[] {
  const { unknownExceptions, protectUnmatched, isComplete } = surveyed;
  const warnings: PolicyWarning[] = [];
  if (unknownExceptions.length > 0) {
    const entries = unknownExceptions.map((regionId) => `regions.except "${regionId}"`);
    warnings.push({ reason: 'is not a region that the cloud lists, so it leaves nothing out', entries });
  }
  if (isWhole && isComplete && protectUnmatched.length > 0) {
    warnings.push({ reason: 'matched no connection, so it protects nothing', entries: protectUnmatched });
  }
  return warnings;
}

export function reportWarnings(journal: Journal, warnings: readonly PolicyWarning[]): void {
  for (const { reason, entries } of warnings) {
    journal('policy.warned', { reason, ...(entries ? { entries: entries.slice(0, LOGGED_MAX) } : {}) });
  }
}

/**
 * The findings about the policy in a result, besides the outcomes.
 *
 * @param max number of findings of each kind, because a policy may name thousands of connections that are long gone
 */
export function toFindings(
  warnings: readonly PolicyWarning[],
  { regions, isComplete, unseen }: Survey,
  max: number,
): Pick<RunResult, 'notFound' | 'warnings' | 'lapsedKeeps'> {
  const sentences = toSentences(warnings).slice(0, max);
  const lapsedKeeps = regions.flatMap((region) => region.lapsedKeeps).slice(0, max);
  return {
    notFound: isComplete ? unseen.slice(0, max) : [],
    ...(sentences.length > 0 ? { warnings: sentences } : {}),
    ...(lapsedKeeps.length > 0 ? { lapsedKeeps } : {}),
  };
}
