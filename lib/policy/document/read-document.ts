import { readPlainJson } from './read-plain-json.ts';
import { readYaml } from './read-yaml.ts';
import type { Reading } from './reading.ts';

/** Larger than any policy; the YAML parser's time grows with the square of the keys. */
const BYTES_MAX = 128 * 1024;

/**
 * Read one YAML or JSON document as plain data. A text without a document (empty, or comments only) is undefined.
 *
 * JSON without any doubt in it never reaches the YAML reader, whose code the function loads only when it is called.
 */
export function readDocument(text: string): Reading {
  if (/^[ \r\n]*$/.test(text)) {
    return { value: undefined };
  }
  if (Buffer.byteLength(text) > BYTES_MAX) {
    return { problems: [`the document is larger than ${BYTES_MAX / 1024} KiB`] };
  }
  // What the decoder puts in place of bytes that are no UTF-8, and the other half of each character of UTF-16.
  if (/[\uFFFD\0]/.test(text)) {
    return { problems: ['it is not UTF-8; save it as UTF-8 text'] };
  }
  return readPlainJson(text) ?? readYaml(text);
}
