/** A document as it is given to a store, which adds the hash as its last key. */
export type StoreDocument = { readonly format: string; readonly [key: string]: unknown };

/** What is found under a path. */
export type StoreReading =
  | { readonly kind: 'document'; readonly document: StoreDocument }
  | { readonly kind: 'absent' }
  /** Cut off, changed, of another format, or no document at all. `reason` says which, and quotes nothing of it. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** A new document whose JSON text comes in pieces. Memory holds only the pieces that are not written yet. */
export type DocumentWriter = {
  /** Add a piece. The first one opens the file. Never throws: a failure shows in `close`. */
  readonly write: (text: string) => void;
  /** Resolves when nothing is waiting to be written any more, because it was written or because writing failed. */
  readonly drained: () => Promise<void>;
  /**
   * End the document with its hash and its closing brace, which therefore is in no piece. Resolves once the document is
   * stored; throws `StoreError`.
   */
  readonly close: () => Promise<void>;
  /** Give the document up. What is there of it has no hash, and counts as none. */
  readonly abandon: () => Promise<void>;
};

/**
 * Where results, backups and reports are kept: documents, each written once under a name of its own. There is none
 * unless somebody asks for one. A store can hold a deletion back; nothing in it ever justifies one.
 *
 * Paths are relative to the store. A read may come from a cache, and a listing may lag. All but `begin` throw
 * `StoreError`.
 */
export type Store = {
  /** The folder, for messages. */
  readonly folder: string;
  /** Write a new document. Resolves once it is stored. A path that is taken is refused. */
  readonly put: (path: string, document: StoreDocument) => Promise<void>;
  /** Begin a new document. */
  readonly begin: (path: string) => DocumentWriter;
  readonly get: (path: string, format: string) => Promise<StoreReading>;
  /** Names in a folder, sorted. A folder that does not exist has none. */
  readonly list: (path: string) => Promise<readonly string[]>;
  /** Whether a person has made the file `STOP`. Throws when nobody can tell. */
  readonly isStopped: () => Promise<boolean>;
};

/** A store that reports are written into as well: pages and tables for people, which no run relies on. */
export type ReportStore = Store & {
  /** Write a text file, piece by piece. What was there before is replaced. Throws `StoreError`. */
  readonly putText: (path: string, pieces: Iterable<string>) => Promise<void>;
  /** Whether a text file is there and ends with this text. Throws `StoreError`. */
  readonly endsWith: (path: string, ending: string) => Promise<boolean>;
  /**
   * A document whose last key before the hash is a list of objects that may be far larger than all the rest. Throws
   * `StoreError`.
   */
  readonly getParts: (path: string, format: string, lastKey: string) => Promise<PartsReading>;
};

/** A document in parts: all but its last key, and the items of that one, each read when it is asked for. */
export type PartsReading =
  | { readonly kind: 'parts'; readonly head: StoreDocument; readonly items: () => Iterable<unknown> }
  | Exclude<StoreReading, { readonly kind: 'document' }>;
