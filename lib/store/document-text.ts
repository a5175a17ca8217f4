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

const HASH_END = new RegExp(`^,"${HASH_KEY}":"([0-9a-f]{64})"}$`);
const HASH_END_BYTES = `,"${HASH_KEY}":""}`.length + 64;

/** Read a document's text. A document that was reformatted still has its hash. Pure. */
export function readDocumentText(bytes: Uint8Array, format: string): StoreReading {
  const end = provenEnd(bytes);
  // What has its hash to the byte is as it was written. To make its text once more would take as much memory again.
  const value = end === undefined ? parse(bytes) : JSON.parse(toBuffer(bytes).toString('utf8', 0, end).concat('}'));
  if (!isDocument(value)) {
    return unusable(value === undefined ? 'it is no JSON, or was cut off' : 'it is no document of a store');
  }
  if (value.format !== format) {
    return unusable(`it is not of the format ${format}`);
  }
  if (end !== undefined) {
    return { kind: 'document', document: value };
  }
  const { [HASH_KEY]: hash, ...document } = value;
  if (hash === undefined || Object.keys(value).at(-1) !== HASH_KEY) {
    return unusable(`its last key is not ${HASH_KEY}`);
  }
  if (hash !== createHash('sha256').update(JSON.stringify(document)).digest('hex')) {
    return unusable(`its ${HASH_KEY} is not that of its text: it was changed, or not written whole`);
  }
  return { kind: 'document', document };
}

/**
 * Read a document without the value of its last key before the hash. Only the bytes of that value are looked at, so that it
 * costs no memory. Pure.
 *
 * A quote within a JSON text has a backslash in front, so the key with its own quotes is found nowhere else.
 */
export function readDocumentHead(bytes: Uint8Array, format: string, lastKey: string): StoreReading {
  const text = toBuffer(bytes);
  const at = provenEnd(bytes) === undefined ? -1 : text.indexOf(`,"${lastKey}":`);
  if (at === -1) {
    // Laid out anew by an editor, or not right at all.
    return withoutKey(readDocumentText(bytes, format), lastKey);
  }
  const document = parse(Buffer.concat([text.subarray(0, at), Buffer.from('}')]));
  return isDocument(document) && document.format === format
    ? { kind: 'document', document }
    : withoutKey(readDocumentText(bytes, format), lastKey);
}

/** Where the hash of a text begins that is that of all before it, as the text stands; undefined: it is not. */
function provenEnd(bytes: Uint8Array): number | undefined {
  const text = toBuffer(bytes);
  const end = text.length - HASH_END_BYTES;
  const [, hash] = HASH_END.exec(text.toString('latin1', Math.max(0, end))) ?? [];
  const isProven =
    hash !== undefined && hash === createHash('sha256').update(text.subarray(0, end)).update('}').digest('hex');
  return isProven ? end : undefined;
}

const toBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function withoutKey(reading: StoreReading, key: string): StoreReading {
  if (reading.kind !== 'document') {
    return reading;
  }
  const { [key]: _value, ...document } = reading.document;
  return { kind: 'document', document: { ...document, format: reading.document.format } };
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
