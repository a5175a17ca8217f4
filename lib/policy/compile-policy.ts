import { ConfigError } from '../core/domain/errors.ts';
import { problemText } from './document/problems.ts';
import { readDocument } from './document/read-document.ts';
import { parsePolicyFile } from './parse-policy.ts';

/**
 * The document as JSON text, which is read without a YAML parser. What was left out stays out, so that its default is
 * that of the code that reads it.
 *
 * @throws ConfigError as `parsePolicyFile` does
 */
export function compilePolicy(text: string, source: string): string {
  parsePolicyFile(text, source);
  const reading = readDocument(text);
  if (reading.problems !== undefined) {
    throw new ConfigError(problemText(source, reading.problems));
  }
  return `${JSON.stringify(reading.value ?? {}, null, 2)}\n`;
}
