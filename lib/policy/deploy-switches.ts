import { ConfigError } from '../core/domain/errors.ts';
import { MODES } from '../core/domain/policy.ts';
import { quote } from './document/quote.ts';

/** Variables with a fixed set of values. `s.yaml` checks the same values, and a test compares them. */
export const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  SWEEP_MODE: MODES,
  SWEEP_THROW: ['incomplete', 'never'],
  SWEEP_TRIGGER: ['sweep', 'dispatch', 'none'],
};

/**
 * Refuse an unknown value of a switch. A mistyped value would be noticed late: a deployment without any trigger, for
 * example, is silent. A blank variable counts as not set.
 *
 * @throws ConfigError with a line for each problem
 */
export function refuseUnknownSwitches(env: Readonly<Record<string, string | undefined>>): void {
  const problems = Object.entries(SWITCHES).flatMap(([name, words]) => {
    const text = env[name]?.trim() ?? '';
    return text === '' || words.includes(text)
      ? []
      : [`${name}: ${quote(text)} is not allowed; write one of ${words.join(', ')}`];
  });
  if (problems.length > 0) {
    throw new ConfigError(problems.join('\n'));
  }
}
