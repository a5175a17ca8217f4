import { ConfigError } from '../core/domain/errors.ts';
import { problemText } from './document/problems.ts';
import { readDocument } from './document/read-document.ts';
import { parsePolicyFile } from './parse-policy.ts';

/**
 * The document as JSON text, which a function reads without a YAML parser. Keys that the document leaves out stay out,
 * so the code that reads the text fills in its own defaults.
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
