import { constants } from 'node:fs';
import { dirname } from 'node:path';
import type { FileSystem, StoreFile } from '../../../lib/store/file-system.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { StoreFault } from '../stories/scenario.ts';

export const STORE_FOLDER = '/store';

/** A listing that lags shows files that are older than this. */
const LAG_MS = 10 * 60_000;

type File = {
  bytes: Buffer;
  readonly madeMs: number;
  /** The bytes as text, once somebody asked for them. */
  text?: { readonly of: Buffer; readonly text: string };
};

const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** Bytes are replaced and never changed, so a text stays right as long as its bytes are the same. */
function textOf(file: File): string {
  if (file.text?.of !== file.bytes) {
    file.text = { of: file.bytes, text: file.bytes.toString('utf8') };
  }
  return file.text.text;
}

const isTold = (path: string): boolean => `${path}/`.startsWith(`${STORE_FOLDER}/told/`);

/** A mounted bucket in memory, on the story's clock, that fails the way the story says. */
export class MemoryFiles implements FileSystem {
  readonly #clock: VirtualClock;
  readonly #startMs: number;
  readonly #faults: readonly StoreFault[];
  readonly #slowMs: number;
  readonly #files = new Map<string, File>();
  readonly #folders = new Set(['/', STORE_FOLDER]);

  /** @param slowMs how long each step takes while it is slow */
  constructor(clock: VirtualClock, faults: readonly StoreFault[], slowMs: number) {
    this.#clock = clock;
    this.#startMs = clock.now();
    this.#faults = faults;
    this.#slowMs = slowMs;
    const marker = Buffer.from('{"format":"vco-sweeper/store@1"}');
    this.#files.set(`${STORE_FOLDER}/vco-sweeper-store.json`, { bytes: marker, madeMs: 0 });
  }

  /** Whether something is wrong with it, or a file `STOP` is there, now and for so long. */
  has(kind: StoreFault['kind'], forMs = 0): boolean {
    const nowMs = this.#clock.now() - this.#startMs;
    return this.#faults.some((fault) => fault.kind === kind && fault.fromMs <= nowMs - forMs && nowMs < fault.toMs);
  }

  /** Whether this fault has been there at some time up to now. */
  wasEver(kind: StoreFault['kind']): boolean {
    const nowMs = this.#clock.now() - this.#startMs;
    return this.#faults.some((fault) => fault.kind === kind && fault.fromMs <= nowMs);
  }

  /** Every file by its path in the store, for a comparison with the expected files. */
  contents(): ReadonlyMap<string, string> {
    const prefix = `${STORE_FOLDER}/`;
    return new Map([...this.#files].map(([path, file]) => [path.slice(prefix.length), textOf(file)]));
  }

  /** A file that somebody else has put there, right or wrong. */
  place(path: string, text: string): void {
    const whole = `${STORE_FOLDER}/${path}`;
    for (let folder = dirname(whole); folder !== STORE_FOLDER; folder = dirname(folder)) {
      this.#folders.add(folder);
    }
    this.#files.set(whole, { bytes: Buffer.from(text), madeMs: this.#clock.now() });
  }

  readonly access = async (path: string): Promise<void> => {
    await this.#step(path);
    this.#requireWritable();
  };

  readonly lstat = async (path: string) => {
    await this.#step(path);
    const isFolder = this.#folders.has(path);
    const isThere = isFolder || this.#files.has(path) || (path === `${STORE_FOLDER}/STOP` && this.has('stop'));
    if (!isThere) {
      throw refusal('ENOENT');
    }
    return { isDirectory: () => isFolder };
  };

  readonly mkdir = async (path: string): Promise<void> => {
    await this.#step(path);
    if (this.#folders.has(path)) {
      throw refusal('EEXIST');
    }
    this.#requireWritable();
    this.#folders.add(path);
  };

  readonly realpath = async (path: string): Promise<string> => {
    await this.#step(path);
    if (!this.#folders.has(path)) {
      throw refusal('ENOENT');
    }
    return path;
  };

  readonly readdir = async (path: string): Promise<readonly string[]> => {
    await this.#step(path);
    if (this.has('told-unlistable') && isTold(path)) {
      throw refusal('EIO');
    }
    if (!this.#folders.has(path)) {
      throw refusal('ENOENT');
    }
    const latestMs = this.has('stale-listing') ? this.#clock.now() - LAG_MS : Number.POSITIVE_INFINITY;
    const start = `${path}/`;
    const isBelow = (one: string) => one.startsWith(start) && !one.includes('/', start.length);
    const files = [...this.#files].filter(([file, { madeMs }]) => madeMs <= latestMs && isBelow(file));
    const stop = this.has('stop') && !this.has('stale-listing') ? [`${STORE_FOLDER}/STOP`] : [];
    const below = [...files.map(([file]) => file), ...[...this.#folders, ...stop].filter(isBelow)];
    return below.map((one) => one.slice(start.length));
  };

  readonly open = async (path: string, flags: number): Promise<StoreFile> => {
    await this.#step(path);
    if (this.has('told-unreadable') && isTold(path)) {
      throw refusal('EIO');
    }
    const isNew = (flags & constants.O_CREAT) !== 0;
    if (isNew) {
      this.#requireWritable();
      if (this.#files.has(path)) {
        throw refusal('EEXIST');
      }
      this.#files.set(path, { bytes: Buffer.alloc(0), madeMs: this.#clock.now() });
    }
    const file = this.#files.get(path);
    if (file === undefined) {
      throw refusal('ENOENT');
    }
    return this.#opened(path, file);
  };

  #opened(path: string, file: File): StoreFile {
    return {
      write: async (bytes, offset, length) => {
        await this.#step(path);
        this.#requireWritable();
        const given = Buffer.from(bytes.subarray(offset, offset + length));
        const isCut = this.has('full') || this.has('short-write');
        file.bytes = Buffer.concat([file.bytes, isCut ? given.subarray(0, given.length >> 1) : given]);
        if (this.has('full')) {
          throw refusal('ENOSPC');
        }
        return { bytesWritten: length };
      },
      read: async (bytes, offset, length, position) => {
        await this.#step(path);
        const part = file.bytes.subarray(position, position + length);
        bytes.set(part, offset);
        return { bytesRead: part.length };
      },
      stat: async () => {
        await this.#step(path);
        return { size: file.bytes.length, isFile: () => true };
      },
      sync: () => this.#step(path),
      close: () => this.#step(path),
    };
  }

  #requireWritable(): void {
    if (this.has('read-only')) {
      throw refusal('EROFS');
    }
  }

  /** A fault that any step may meet. */
  async #step(path: string): Promise<void> {
    if (this.has('slow')) {
      await this.#clock.sleep(this.#slowMs);
    }
    if (this.has('vanished') && path !== '/') {
      throw refusal('ENOENT');
    }
  }
}
