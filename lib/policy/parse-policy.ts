import { ConfigError } from '../core/domain/errors.ts';
import type { DeclaredPolicy, Policy } from '../core/domain/policy.ts';
import { isDirectory } from '../core/plan/run-scope.ts';
import { problemText, toProblems } from './document/problems.ts';
import { readDocument } from './document/read-document.ts';
import { policySchema } from './schema/policy-schema.ts';
import { toPolicy } from './to-policy.ts';

/**
 * Read a policy document, YAML or JSON. A document without content is all defaults.
 *
 * @param source what to call the document in messages: a file or a variable
 * @throws ConfigError listing everything that is wrong, each with its path, its value and what is allowed
 */
export function parseDeclaredPolicy(text: string, source: string): DeclaredPolicy {
  const reading = readDocument(text);
  if (reading.problems !== undefined) {
    throw new ConfigError(problemText(source, reading.problems));
  }
  const document = reading.value === undefined ? {} : reading.value;
  const result = policySchema.safeParse(document, { reportInput: true });
  if (!result.success) {
    throw new ConfigError(problemText(source, toProblems(result.error.issues)));
  }
  return toPolicy(result.data);
}

/**
 * As `parseDeclaredPolicy`, for a file. One without content was cut off or never written: with the defaults in its place
 * nothing would be protected of what it may have protected.
 */
export function parsePolicyFile(text: string, path: string): DeclaredPolicy {
  const reading = readDocument(text);
  if (reading.problems === undefined && reading.value === undefined) {
    throw new ConfigError(`${path}: there is nothing in it; write {} for all defaults`);
  }
  return parseDeclaredPolicy(text, path);
}

/** As `parseDeclaredPolicy`, for one that is a run's as it stands: it says itself which accounts there are. */
export function parsePolicy(text: string, source: string): Policy {
  const { accounts, ...policy } = parseDeclaredPolicy(text, source);
  if (isDirectory(accounts)) {
    throw new ConfigError(`${source}: accounts.directory: here accounts have to be a list`);
  }
  return { ...policy, accounts };
}
