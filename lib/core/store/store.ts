/** A document as a caller gives it to a store. The store adds the hash as the last key. */
export type StoreDocument = { readonly format: string; readonly [key: string]: unknown };

/** The content of a path. */
export type StoreReading =
  | { readonly kind: 'document'; readonly document: StoreDocument }
  | { readonly kind: 'absent' }
  /**
   * A document that is cut off, changed, of another format, or broken. `reason` tells which, and quotes no text of it.
   */
  | { readonly kind: 'unusable'; readonly reason: string };

/** A new document whose JSON text comes in pieces. Memory holds only the pieces that are not written yet. */
export type DocumentWriter = {
  /** Add a piece. The first piece opens the file. Never throws, because a failure shows in `close`. */
  readonly write: (text: string) => void;
  /** Resolves when no piece is waiting to be written, because all pieces were written or because writing failed. */
  readonly drained: () => Promise<void>;
  /**
   * End the document with its hash and its closing brace. No piece contains them. Resolves once the document is stored.
   * Throws `StoreError`.
   */
  readonly close: () => Promise<void>;
  /** Give the document up. The file has no hash then, so it does not count as a document. */
  readonly abandon: () => Promise<void>;
};

/**
 * The place for results, backups and reports. Each document is written once under a name of its own. A run has no store
 * unless a person asks for it. A store can delay a deletion, but its contents never justify a deletion.
 *
 * Paths are relative to the store. A read may come from a cache, and a listing may lag. Every method except `begin`
 * throws `StoreError`.
 */
export type Store = {
  /** The folder, for messages. */
  readonly folder: string;
  /** Write a new document. Resolves once it is stored. If the path exists already, the store refuses. */
  readonly put: (path: string, document: StoreDocument) => Promise<void>;
  /** Begin a new document. */
  readonly begin: (path: string) => DocumentWriter;
  readonly get: (path: string, format: string) => Promise<StoreReading>;
  /** Names in a folder, sorted. Empty if the folder does not exist. */
  readonly list: (path: string) => Promise<readonly string[]>;
  /** Whether a person has created the file `STOP`. Throws if the store cannot tell. */
  readonly isStopped: () => Promise<boolean>;
};

/** A store with reports as well. Their pages and tables are for people, and no run relies on them. */
export type ReportStore = Store & {
  /** Write a text file, piece by piece. It replaces an earlier file. Throws `StoreError`. */
  readonly putText: (path: string, pieces: Iterable<string>) => Promise<void>;
  /** Whether a text file exists and ends with this text. Throws `StoreError`. */
  readonly endsWith: (path: string, ending: string) => Promise<boolean>;
  /**
   * A document whose last key before the hash is a list of objects. This list may be far larger than the rest of the
   * document. Throws `StoreError`.
   */
  readonly getParts: (path: string, format: string, lastKey: string) => Promise<PartsReading>;
};

/** A document in parts: all keys but the last, and the items of the last key. Each item is read on demand. */
export type PartsReading =
  | { readonly kind: 'parts'; readonly head: StoreDocument; readonly items: () => Iterable<unknown> }
  | Exclude<StoreReading, { readonly kind: 'document' }>;
