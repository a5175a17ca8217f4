import { ConfigError } from '../core/domain/errors.ts';
import { MODES } from '../core/domain/policy.ts';
import { quote } from './document/quote.ts';

/** Variables that take one of a few words. `s.yaml` checks the same, and a test compares them. */
export const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  SWEEP_MODE: MODES,
  SWEEP_THROW: ['incomplete', 'never'],
  SWEEP_TRIGGER: ['sweep', 'dispatch', 'none'],
};

/**
 * Refuse a word that none of the switches takes. A mistyped one would be noticed late: a deployment without any trigger,
 * say, is silent. Variables that are blank count as not set.
 *
 * @throws ConfigError with a line for each
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
