import { constants } from 'node:fs';
import { join, sep } from 'node:path';
import { StoreError } from '../core/store/store-error.ts';
import { namesIn } from '../core/store/store-layout.ts';
import type { FileSystem, StoreFile } from './file-system.ts';
import { systemCode } from './store-problem.ts';

const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** Larger than any document of ours, but small enough to read. */
const BYTES_MAX = 256 * 1024 * 1024;
/** The number of bytes in a single read. */
const CHUNK_BYTES = 1024 * 1024;

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** The file is written from its beginning, and its old content is removed. */
const ANY_FILE =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** A file that waits for a partner, such as a pipe, must not block the store. */
const OLD_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The files below a folder. No path leaves this folder, because names are checked and each folder on the way is
 * resolved before its content is touched. All methods throw as `node:fs` does, or throw `StoreError`.
 */
export class FolderFiles {
  /** The resolved path, without symbolic links. */
  readonly #root: string;
  readonly #files: FileSystem;

  constructor(root: string, files: FileSystem) {
    this.#root = root;
    this.#files = files;
  }

  /** Open a file that does not exist yet, and create the folders above it. */
  async create(path: string): Promise<StoreFile> {
    return await this.#openToWrite(path, NEW_FILE);
  }

  /** The same for a file that may exist. Its old content is removed. */
  async replace(path: string): Promise<StoreFile> {
    return await this.#openToWrite(path, ANY_FILE);
  }

  async #openToWrite(path: string, flags: number): Promise<StoreFile> {
    const names = namesIn(path);
    let folder = this.#root;
    for (const name of names.slice(0, -1)) {
      folder = join(folder, name);
      await this.#makeFolder(folder);
      folder = await this.#resolve(folder, path);
    }
    return await this.#files.open(join(folder, names.at(-1) ?? ''), flags, FILE_MODE);
  }

  /** The bytes of a file. Undefined if it does not exist. */
  async read(path: string): Promise<Uint8Array | undefined> {
    const names = namesIn(path);
    const folder = await this.#find(names.slice(0, -1), path);
    if (folder === undefined) {
      return undefined;
    }
    const file = await orAbsent(this.#files.open(join(folder, names.at(-1) ?? ''), OLD_FILE));
    if (file === undefined) {
      return undefined;
    }
    try {
      return await readAll(file, path);
    } finally {
      await file.close();
    }
  }

  /** Names in a folder. Undefined if it does not exist. */
  async list(path: string): Promise<readonly string[] | undefined> {
    const folder = await this.#find(namesIn(path), path);
    return folder === undefined ? undefined : await orAbsent(this.#files.readdir(folder));
  }

  /** All names at the root, foreign files included. */
  async listRoot(): Promise<readonly string[]> {
    return await this.#files.readdir(this.#root);
  }

  /** Whether the root contains this name, even as a broken link. */
  async hasAtRoot(name: string): Promise<boolean> {
    return (await orAbsent(this.#files.lstat(join(this.#root, name)))) !== undefined;
  }

  /** The path of a folder with every link resolved. Undefined if it does not exist. */
  async #find(names: readonly string[], path: string): Promise<string | undefined> {
    const folder = join(this.#root, ...names);
    return await orAbsent(this.#resolve(folder, path));
  }

  async #resolve(folder: string, path: string): Promise<string> {
    const real = await this.#files.realpath(folder);
    if (real === this.#root || real.startsWith(this.#root.endsWith(sep) ? this.#root : `${this.#root}${sep}`)) {
      return real;
    }
    throw new StoreError('StoreFailed', `${path} leads out of the store by a symbolic link`);
  }

  /** Another run may create the folder at the same moment. */
  async #makeFolder(folder: string): Promise<void> {
    await this.#files.mkdir(folder, { mode: FOLDER_MODE, recursive: false }).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') {
        throw error;
      }
    });
  }
}

async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function readAll(file: StoreFile, path: string): Promise<Uint8Array> {
  const stat = await file.stat();
  if (!stat.isFile()) {
    throw new StoreError('StoreFailed', `${path} is not a file`);
  }
  const tooLarge = () => new StoreError('StoreFailed', `${path} is larger than ${BYTES_MAX} bytes`);
  if (stat.size > BYTES_MAX) {
    throw tooLarge();
  }
  // The buffer is large enough for the whole file, so that no byte is in memory twice.
  let bytes = new Uint8Array(stat.size + 1);
  // The file may grow during the read. It ends when a read answers no bytes.
  for (let size = 0; ; ) {
    const { bytesRead } = await file.read(bytes, size, Math.min(CHUNK_BYTES, bytes.length - size), size);
    if (bytesRead === 0) {
      return bytes.subarray(0, size);
    }
    size += bytesRead;
    if (size > BYTES_MAX) {
      throw tooLarge();
    }
    if (size === bytes.length) {
      const larger = new Uint8Array(size + CHUNK_BYTES);
      larger.set(bytes);
      bytes = larger;
    }
  }
}
