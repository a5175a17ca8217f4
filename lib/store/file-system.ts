import { promises } from 'node:fs';

/** The part of an open file of `node:fs` that a store needs. */
export type StoreFile = {
  readonly write: (bytes: Uint8Array, offset: number, length: number) => Promise<{ readonly bytesWritten: number }>;
  readonly read: (
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => Promise<{ readonly bytesRead: number }>;
  readonly stat: () => Promise<{ readonly size: number; readonly isFile: () => boolean }>;
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The part of a file system that a store needs. It never links, renames, appends or removes. */
export type FileSystem = {
  readonly access: (path: string, mode: number) => Promise<void>;
  readonly lstat: (path: string) => Promise<{ readonly isDirectory: () => boolean }>;
  readonly mkdir: (path: string, options: { readonly mode: number; readonly recursive: boolean }) => Promise<unknown>;
  readonly open: (path: string, flags: number, mode?: number) => Promise<StoreFile>;
  readonly readdir: (path: string) => Promise<readonly string[]>;
  readonly realpath: (path: string) => Promise<string>;
};

/** The file system of the machine. */
export const machineFiles: FileSystem = {
  access: (path, mode) => promises.access(path, mode),
  lstat: (path) => promises.lstat(path),
  mkdir: (path, options) => promises.mkdir(path, options),
  open: (path, flags, mode) => promises.open(path, flags, mode),
  readdir: (path) => promises.readdir(path),
  realpath: (path) => promises.realpath(path),
};
