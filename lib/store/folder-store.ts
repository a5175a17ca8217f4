import type { Clock } from '../core/domain/cloud-api.ts';
import type { DocumentWriter, PartsReading, ReportStore, StoreDocument, StoreReading } from '../core/store/store.ts';
import { StoreError } from '../core/store/store-error.ts';
import { isStoreName, MARKER, namesIn, STOP } from '../core/store/store-layout.ts';
import { createDocumentWriter, readDocumentParts, readDocumentText, toOpenText } from './document-text.ts';
import type { StoreFile } from './file-system.ts';
import { FileWriter } from './file-writer.ts';
import type { FolderFiles } from './folder-files.ts';
import { problemOfMarker } from './marker.ts';
import { systemCode, toStoreProblem, within } from './store-problem.ts';

/** The longest wait for the file system. A mounted bucket sends a document when the file is closed. */
const READ_MS_MAX = 10_000;
const WRITE_MS_MAX = 60_000;
/** Applies even after the deadline, so that a working store still gets its result. */
const LIMIT_MS_MIN = 1_000;

/** Errors of a single odd file. They tell nothing about the store. */
const OF_ONE_FILE = new Set(['ELOOP', 'EISDIR', 'ENOTDIR', 'EACCES', 'EPERM', 'ENXIO']);

export type StoreTime = {
  readonly clock: Clock;
  /** An absolute time. Waits are cut short near it. Infinity if the run has no deadline. */
  readonly deadlineMs: number;
};

/** A store in a folder of this machine, or in a mounted bucket. */
export class FolderStore implements ReportStore {
  readonly folder: string;
  readonly #files: FolderFiles;
  readonly #time: StoreTime;

  constructor(folder: string, files: FolderFiles, time: StoreTime) {
    this.folder = folder;
    this.#files = files;
    this.#time = time;
  }

  readonly put = async (path: string, document: StoreDocument): Promise<void> => {
    const writer = this.begin(path);
    writer.write(toOpenText(document));
    await writer.close();
  };

  readonly begin = (path: string): DocumentWriter =>
    createDocumentWriter(this.#writerOf(path, () => this.#files.create(path)));

  readonly putText = async (path: string, pieces: Iterable<string>): Promise<void> => {
    const writer = this.#writerOf(path, () => this.#files.replace(path));
    for (const piece of pieces) {
      writer.write(piece);
      await writer.drained();
    }
    await writer.close();
  };

  readonly get = (path: string, format: string): Promise<StoreReading> =>
    this.#read(path, (bytes) => readDocumentText(bytes, format));

  readonly getParts = (path: string, format: string, lastKey: string): Promise<PartsReading> =>
    this.#read(path, (bytes) => readDocumentParts(bytes, format, lastKey));

  readonly endsWith = async (path: string, ending: string): Promise<boolean> => {
    namesIn(path);
    return await this.#guard(`${path} cannot be read`, async () => {
      const bytes = await this.#files.read(path);
      const last = Buffer.from(ending);
      return bytes !== undefined && last.equals(bytes.subarray(Math.max(0, bytes.length - last.length)));
    });
  };

  async #read<Reading>(
    path: string,
    toReading: (bytes: Uint8Array) => Reading,
  ): Promise<Reading | Exclude<StoreReading, { kind: 'document' }>> {
    namesIn(path);
    return await this.#guard(`${path} cannot be read`, async () => {
      try {
        const bytes = await this.#files.read(path);
        if (bytes !== undefined) {
          return toReading(bytes);
        }
      } catch (error) {
        if (error instanceof StoreError || OF_ONE_FILE.has(systemCode(error) ?? '')) {
          return { kind: 'unusable', reason: toStoreProblem('it cannot be read', error).message };
        }
        throw error;
      }
      await this.#requireMarker();
      return { kind: 'absent' };
    });
  }

  #writerOf(path: string, openFile: () => Promise<StoreFile>): FileWriter {
    const open = async () => {
      // A bucket that was unmounted leaves an empty folder, and this folder still takes files.
      await this.#requireMarker();
      return await openFile();
    };
    const what = `${this.folder}: ${path} cannot be written`;
    return new FileWriter({ what, open, limitMs: () => this.#limitMs(WRITE_MS_MAX) });
  }

  readonly list = async (path: string): Promise<readonly string[]> =>
    await this.#guard(`${path} cannot be listed`, async () => {
      const names = await this.#files.list(path);
      if (names === undefined) {
        await this.#requireMarker();
      }
      return (names ?? []).filter(isStoreName).sort();
    });

  readonly isStopped = async (): Promise<boolean> =>
    await this.#guard(`nobody can tell whether there is a file ${STOP}`, async () => {
      // A lookup may come from a cache without the new file, and a listing may lag. A hit of either kind is enough.
      const [there, names] = await Promise.all([this.#files.hasAtRoot(STOP), this.#files.listRoot()]);
      if (there || names.includes(STOP)) {
        return true;
      }
      await this.#requireMarker();
      return false;
    });

  async #requireMarker(): Promise<void> {
    const problem = problemOfMarker(await this.#files.read(MARKER));
    if (problem !== undefined) {
      throw new StoreError('StoreGone', `${this.folder}: it is no store any more: ${problem}`);
    }
  }

  async #guard<T>(what: string, task: () => Promise<T>): Promise<T> {
    const where = `${this.folder}: ${what}`;
    try {
      return await within(this.#limitMs(READ_MS_MAX), where, task());
    } catch (error) {
      throw toStoreProblem(where, error);
    }
  }

  #limitMs(mostMs: number): number {
    const { clock, deadlineMs } = this.#time;
    return Math.min(mostMs, Math.max(LIMIT_MS_MIN, deadlineMs - clock.now()));
  }
}
