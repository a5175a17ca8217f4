import type { DocumentWriter, Store, StoreDocument, StoreReading } from '../../core/store/store.ts';
import { StoreError } from '../../core/store/store-error.ts';
import { namesIn } from '../../core/store/store-layout.ts';

/** Results are discarded, because the rehearsal has them already, and the results of many nights are large. */
const FORGETS: DocumentWriter = {
  write: () => undefined,
  drained: async () => undefined,
  close: async () => undefined,
  abandon: async () => undefined,
};

/** A store for the time of a rehearsal. It keeps backups and counts in memory, and writes nothing to a disk. */
export class MemoryStore implements Store {
  readonly folder = 'the memory of the rehearsal';
  /** The JSON text of each document by its path. */
  readonly #documents = new Map<string, string>();
  /** The names in each folder. */
  readonly #names = new Map<string, Set<string>>();

  readonly put = async (path: string, document: StoreDocument): Promise<void> => {
    if (this.#documents.has(path)) {
      throw new StoreError('StoreFailed', `${path} is there already`);
    }
    this.#documents.set(path, JSON.stringify(document));
    let folder = '';
    for (const name of namesIn(path)) {
      const names = this.#names.get(folder) ?? new Set();
      this.#names.set(folder, names.add(name));
      folder = folder === '' ? name : `${folder}/${name}`;
    }
  };

  readonly begin = (): DocumentWriter => FORGETS;

  readonly get = async (path: string, format: string): Promise<StoreReading> => {
    const text = this.#documents.get(path);
    if (text === undefined) {
      return { kind: 'absent' };
    }
    const document: StoreDocument = JSON.parse(text);
    return document.format === format
      ? { kind: 'document', document }
      : { kind: 'unusable', reason: 'it is of another format' };
  };

  readonly list = async (path: string): Promise<readonly string[]> => [...(this.#names.get(path) ?? [])].sort();

  readonly isStopped = async (): Promise<boolean> => false;
}
