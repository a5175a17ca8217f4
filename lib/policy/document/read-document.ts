import { readPlainJson } from './read-plain-json.ts';
import { readYaml } from './read-yaml.ts';
import type { Reading } from './reading.ts';

/** Larger than any policy. The YAML parser's time grows with the square of the number of keys. */
const BYTES_MAX = 128 * 1024;

/**
 * Read a YAML or JSON document as plain data. Undefined for a text without a document, which is empty or has only
 * comments.
 *
 * Plain JSON never reaches the YAML reader, whose code the function loads only on demand.
 */
export function readDocument(text: string): Reading {
  if (/^[ \r\n]*$/.test(text)) {
    return { value: undefined };
  }
  if (Buffer.byteLength(text) > BYTES_MAX) {
    return { problems: [`the document is larger than ${BYTES_MAX / 1024} KiB`] };
  }
  // The decoder's replacement for invalid UTF-8, and unpaired halves of UTF-16 characters.
  if (/[\uFFFD\0]/.test(text)) {
    return { problems: ['it is not UTF-8; save it as UTF-8 text'] };
  }
  return readPlainJson(text) ?? readYaml(text);
}
