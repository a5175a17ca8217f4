import { createHash } from 'node:crypto';
import type { DocumentWriter, PartsReading, StoreDocument, StoreReading } from '../core/store/store.ts';
import type { FileWriter } from './file-writer.ts';
import { parse, parseText } from './parse-json.ts';

/** The hash covers the document's JSON text without blanks and without this key. This key is the last key. */
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

/** The hash of a document that does not contain its hash yet, in hexadecimal digits. */
export const hashDocument = (document: object): string =>
  createHash('sha256').update(JSON.stringify(document)).digest('hex');

/** A document with its hash in a readable form: each value has a line of its own. Pure. */
export function toReadableText(document: StoreDocument): { readonly text: string; readonly sha256: string } {
  const sha256 = hashDocument(document);
  return { text: `${JSON.stringify({ ...document, [HASH_KEY]: sha256 }, null, 2)}\n`, sha256 };
}

/** Read a document's text. A reformatted document still has its hash. Pure. */
export function readDocumentText(bytes: Uint8Array, format: string): StoreReading {
  const end = provenEnd(bytes);
  // If the hash matches the bytes, the text is unchanged. To make the text again would need the same memory again.
  const value = end === undefined ? parse(bytes) : parseText(toBuffer(bytes).toString('utf8', 0, end).concat('}'));
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
  if (hash !== hashDocument(document)) {
    return unusable(`its ${HASH_KEY} is not that of its text: it was changed, or not written whole`);
  }
  return { kind: 'document', document };
}

/**
 * Read a document in parts. Its last key stays as bytes until a caller asks for its items, so it costs no memory. Pure.
 *
 * A quote within a JSON text has a backslash in front, so the search for the key with its quotes finds only the key.
 */
export function readDocumentParts(bytes: Uint8Array, format: string, lastKey: string): PartsReading {
  const text = toBuffer(bytes);
  const end = provenEnd(bytes);
  const at = end === undefined ? -1 : text.indexOf(`,"${lastKey}":[`);
  const head = at === -1 ? undefined : parse(Buffer.concat([text.subarray(0, at), Buffer.from('}')]));
  if (!isDocument(head) || head.format !== format) {
    // An editor has reformatted the document, or the document is invalid.
    return inParts(readDocumentText(bytes, format), lastKey);
  }
  return { kind: 'parts', head, items: () => itemsOf(text.subarray(at + `,"${lastKey}":[`.length, end)) };
}

function inParts(reading: StoreReading, lastKey: string): PartsReading {
  if (reading.kind !== 'document') {
    return reading;
  }
  const { [lastKey]: list, ...rest } = reading.document;
  return Array.isArray(list)
    ? { kind: 'parts', head: { ...rest, format: reading.document.format }, items: () => list }
    : unusable(`its ${lastKey} are no list`);
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [...Buffer.from('"\\{}')];

/** The objects of a valid JSON list, in order. */
function* itemsOf(text: Buffer): Generator<unknown, void> {
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at);
    } else if (byte === OPEN) {
      start = depth === 0 ? at : start;
      depth += 1;
    } else if (byte === CLOSE) {
      depth -= 1;
      if (depth === 0) {
        yield parseText(text.toString('utf8', start, at + 1));
      }
    }
  }
}

/** The end of the string that begins here. */
function endOfString(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== QUOTE) {
    at += text[at] === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** The start of the hash, if it matches all bytes before it. Undefined if it does not match. */
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

const unusable = (reason: string) => ({ kind: 'unusable', reason }) as const;

const isDocument = (value: unknown): value is StoreDocument =>
  typeof value === 'object' && value !== null && 'format' in value && typeof value.format === 'string';
