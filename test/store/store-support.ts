import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FileSystem, machineFiles, type StoreFile } from '../../lib/store/file-system.ts';
import type { StoreTime } from '../../lib/store/folder-store.ts';

export const MARKER_TEXT = '{"format":"vco-sweeper/store@1"}';

export const FORMAT = 'vco-sweeper/result@1';
export const PATH = 'results/2026-11-22/120000Z-run.json';
export const document = { format: FORMAT, runId: 'run', name: 'Zürich 🙂 \ud800 "quoted"', counts: { kept: 3 } };

const folders: string[] = [];

/** A folder with these files. `cleanUp` removes it. */
export function aFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-store-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export const aStoreFolder = (files: Readonly<Record<string, string>> = {}): string =>
  aFolder({ 'vco-sweeper-store.json': MARKER_TEXT, ...files });

export function cleanUp(): void {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run without a deadline. */
export const time: StoreTime = {
  clock: { now: () => Date.now(), sleep: () => Promise.reject(new Error('a store does not sleep')) },
  deadlineMs: Number.POSITIVE_INFINITY,
};

/** Every file below a folder, by its relative path. */
export const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(folder, path)).isFile())
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );

/** Written independently of the product's code, so that a mistake of the product cannot hide here. */
export const withHash = (document: object): string => {
  const sha256 = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return JSON.stringify({ ...document, sha256 });
};

export const systemError = (code: string): Error => Object.assign(new Error(code), { code });

export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** The machine's file system, with some functions replaced, and with changed open files. */
export function brokenFiles(
  change: Partial<FileSystem>,
  ofFiles: (file: StoreFile) => Partial<StoreFile> = () => ({}),
): FileSystem {
  const open: FileSystem['open'] = async (path, flags, mode) => {
    const file = await (change.open ?? machineFiles.open)(path, flags, mode);
    return brokenFile(file, ofFiles(file));
  };
  return { ...machineFiles, ...change, open };
}

export const brokenFile = (file: StoreFile, change: Partial<StoreFile>): StoreFile => ({
  write: file.write.bind(file),
  read: file.read.bind(file),
  stat: file.stat.bind(file),
  sync: file.sync.bind(file),
  close: file.close.bind(file),
  ...change,
});
