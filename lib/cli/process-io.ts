import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { confirm, isCancel } from '@clack/prompts';
import { startClock } from '../wiring/machine-clock.ts';
import { checkWritable, replaceFile } from './files.ts';
import type { Io, OutputStream } from './io.ts';

/** Some terminals do not say how large they are, or say 0. */
const COLUMNS_UNKNOWN = 80;
const ROWS_UNKNOWN = 24;

/** The same stream, as large as it says or as is usual: a question laid out for 0 columns has one letter a line. */
export function withSize<T extends { columns: number; rows: number }>(stream: T): T {
  stream.columns ||= COLUMNS_UNKNOWN;
  stream.rows ||= ROWS_UNKNOWN;
  return stream;
}

/** The real process. */
export const createProcessIo = (): Io => ({
  env: process.env,
  stdout: toOutputStream(process.stdout),
  stderr: toOutputStream(process.stderr),
  endOutput: () => {
    // The stream itself cannot be closed. What is written to it from here on goes nowhere: the next file that is opened
    // takes the place of the one that was closed.
    closeSync(process.stdout.fd);
    openSync(devNull, 'w');
  },
  stdin: { isTTY: process.stdin.isTTY === true },
  clock: startClock(),
  readFile: (path) => readFileSync(path, 'utf8'),
  checkWritable,
  writeFile: replaceFile,
  temporaryPath: (name) => join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), name),
  packageFolder: (name) => join(__dirname, '..', name),
  confirm: async (message) => {
    const output = withSize(process.stderr);
    const answer = await confirm({ message, initialValue: false, input: process.stdin, output });
    return isCancel(answer) ? 'cancelled' : answer;
  },
  onStop: (listener) => {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
    return () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    };
  },
});

function toOutputStream(stream: NodeJS.WriteStream): OutputStream {
  // Whoever reads may stop before the end, as `head` does; that is no error of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.isTTY ? stream.columns || COLUMNS_UNKNOWN : undefined;
    },
  };
}

/** Resolves when everything written has left this process. */
export const flush = (): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write('', () => process.stderr.write('', () => resolve()));
  });
