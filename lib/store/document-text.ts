import { createHash } from 'node:crypto';
import type { DocumentWriter, StoreDocument, StoreReading } from '../core/store/store.ts';
import type { FileWriter } from './file-writer.ts';

/** The hash covers the document's JSON text, without blanks between its parts and without this key, the last one. */
const HASH_KEY = 'sha256';

/** Writes a document and its hash. Pieces are JSON text without blanks, as `JSON.stringify` makes it. */
export function createDocumentWriter(file: FileWriter): DocumentWriter {
  const hash = createHash('sha256');
  return {
    write: (text) => {
      hash.update(text);
      file.write(text);
    },
    drained: () => file.drained(),
    close: async () => {
      file.write(`,"${HASH_KEY}":"${hash.update('}').digest('hex')}"}`);
      await file.close();
    },
    abandon: () => file.abandon(),
  };
}

/** A document's text without its closing brace. */
export const toOpenText = (document: StoreDocument): string => JSON.stringify(document).slice(0, -1);

/** The hash that a document without its own has, in hexadecimal digits. */
export const hashDocument = (document: object): string =>
  createHash('sha256').update(JSON.stringify(document)).digest('hex');

/** A document with its hash, as a person reads it: each value has a line of its own. Pure. */
export function toReadableText(document: StoreDocument): { readonly text: string; readonly sha256: string } {
  const sha256 = hashDocument(document);
  return { text: `${JSON.stringify({ ...document, [HASH_KEY]: sha256 }, null, 2)}\n`, sha256 };
}

/** Read a document's text. A document that was reformatted still has its hash. Pure. */
export function readDocumentText(bytes: Uint8Array, format: string): StoreReading {
  const value = parse(bytes);
  if (!isDocument(value)) {
    return unusable(value === undefined ? 'it is no JSON, or was cut off' : 'it is no document of a store');
  }
  if (value.format !== format) {
    return unusable(`it is not of the format ${format}`);
  }
  const { [HASH_KEY]: hash, ...document } = value;
  if (hash === undefined || Object.keys(value).at(-1) !== HASH_KEY) {
    return unusable(`its last key is not ${HASH_KEY}`);
  }
  if (hash !== hashDocument(document)) {
    return unusable(`its ${HASH_KEY} is not that of its text: it was changed, or not written whole`);
  }
  return { kind: 'document', document };
}

const unusable = (reason: string): StoreReading => ({ kind: 'unusable', reason });

const isDocument = (value: unknown): value is StoreDocument =>
  typeof value === 'object' && value !== null && 'format' in value && typeof value.format === 'string';

/** Undefined for anything that is no JSON in UTF-8. A byte order mark, which some editors write, does no harm. */
export function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
