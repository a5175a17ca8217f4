import type { StoreFile } from './file-system.ts';
import { systemCode, toStoreProblem, within } from './store-problem.ts';

/** The error codes of a file system without `fsync`, such as a mounted bucket. */
const SYNC_UNSUPPORTED = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Writes a new file from front to back. Pieces that arrive during a write wait in memory, and the next write takes
 * them all.
 */
export class FileWriter {
  /** A description of the action, for messages. */
  readonly #what: string;
  readonly #open: () => Promise<StoreFile>;
  readonly #limitMs: () => number;
  #file: StoreFile | undefined;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: {
    readonly what: string;
    readonly open: () => Promise<StoreFile>;
    /** The longest wait for the file system, counted from now. */
    readonly limitMs: () => number;
  }) {
    this.#what = options.what;
    this.#open = options.open;
    this.#limitMs = options.limitMs;
  }

  write(text: string): void {
    if (this.#failure === undefined) {
      this.#waiting.push(text);
      this.#writing ??= this.#writeWaiting();
    }
  }

  async drained(): Promise<void> {
    while (this.#writing !== undefined && this.#failure === undefined) {
      await this.#guard(this.#writing);
    }
  }

  /**
   * Resolves once the file is stored. A mounted bucket has stored a file only when `close` returns. Throws
   * `StoreError`.
   */
  async close(): Promise<void> {
    await this.drained();
    await this.#guard(this.#finish());
    if (this.#failure !== undefined) {
      // This does not wait, because a file system that failed may never answer.
      void this.#release();
      throw this.#failure.error;
    }
  }

  /** Close the file without completing it. */
  async abandon(): Promise<void> {
    this.#fail(new Error('given up'));
    await this.#guard(this.#writing ?? Promise.resolve());
    await this.#release();
  }

  async #finish(): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#failure !== undefined) {
      return;
    }
    await file.sync().catch((error: unknown) => {
      if (!SYNC_UNSUPPORTED.has(systemCode(error) ?? '')) {
        throw error;
      }
    });
    this.#file = undefined;
    await file.close();
  }

  /** Never throws. The writer keeps the first failure, and drops the waiting pieces. */
  async #guard(task: Promise<void>): Promise<void> {
    try {
      await within(this.#limitMs(), this.#what, task);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #writeWaiting(): Promise<void> {
    try {
      this.#file ??= await this.#open();
      while (this.#waiting.length > 0) {
        const bytes = Buffer.from(this.#waiting.join(''));
        this.#waiting = [];
        await writeAll(this.#file, bytes);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = undefined;
    }
    if (this.#failure !== undefined) {
      await this.#release();
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error: toStoreProblem(this.#what, error) };
    this.#waiting = [];
  }

  async #release(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    // Ignored, because the writer reports the earlier failure.
    await file?.close().catch(() => undefined);
  }
}

/** A write may take fewer bytes than it gets. */
async function writeAll(file: StoreFile, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset);
    if (bytesWritten <= 0) {
      throw new Error('the file system wrote nothing, and did not say why');
    }
    offset += bytesWritten;
  }
}
