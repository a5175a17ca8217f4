import { ConfigError } from '../core/domain/errors.ts';
import type { DeclaredPolicy, Policy } from '../core/domain/policy.ts';
import { isDirectory } from '../core/plan/run-scope.ts';
import { problemText, toProblems } from './document/problems.ts';
import { readDocument } from './document/read-document.ts';
import { policySchema } from './schema/policy-schema.ts';
import { toPolicy } from './to-policy.ts';

/**
 * Read a policy document, YAML or JSON. A document without content has only defaults.
 *
 * @param source the name of the document in messages: a file or a variable
 * @throws ConfigError with every problem, each with its path, its value and the allowed values
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
 * As `parseDeclaredPolicy`, for a file. A file without content was cut off or never written. With defaults in its
 * place, the sweep would ignore every protection that it may have contained.
 */
export function parsePolicyFile(text: string, path: string): DeclaredPolicy {
  const reading = readDocument(text);
  if (reading.problems === undefined && reading.value === undefined) {
    throw new ConfigError(`${path}: there is nothing in it; write {} for all defaults`);
  }
  return parseDeclaredPolicy(text, path);
}

/** As `parseDeclaredPolicy`, for a policy that a run can use unchanged, because it names all accounts itself. */
export function parsePolicy(text: string, source: string): Policy {
  const { accounts, ...policy } = parseDeclaredPolicy(text, source);
  if (isDirectory(accounts)) {
    throw new ConfigError(`${source}: accounts.directory: here accounts have to be a list`);
  }
  return { ...policy, accounts };
}
