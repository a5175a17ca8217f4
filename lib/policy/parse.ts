import { ConfigError } from '../core/errors.ts';
import type { Policy } from '../core/options.ts';
import { readDocument } from './document.ts';
import { problemText, toProblems } from './problems.ts';
import { policySchema } from './schema.ts';
import { toPolicy } from './to-policy.ts';

/**
 * Read a policy document, YAML or JSON. A document without content is all defaults.
 *
 * @param source what to call the document in messages: a file or a variable
 * @throws ConfigError listing everything that is wrong, each with its path, its value and what is allowed
 */
export function parsePolicy(text: string, source: string): Policy {
  const reading = readDocument(text);
  if (reading.problems !== undefined) throw new ConfigError(problemText(source, reading.problems));
  const document = reading.value === undefined ? {} : reading.value;
  const result = policySchema.safeParse(document, { reportInput: true });
  if (!result.success) throw new ConfigError(problemText(source, toProblems(result.error.issues)));
  return toPolicy(result.data);
}
