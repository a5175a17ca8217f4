import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { startClock } from '../wiring/machine-clock.ts';
import type { Io, OutputStream } from './io.ts';
import { askLine } from './terminal/ask-line.ts';

/** Some terminals do not say how wide they are, or say 0. */
const COLUMNS_UNKNOWN = 80;

/** Ctrl-C, a request to terminate, and a terminal that was closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
  writeFile: (path, text) => writeFileSync(path, text),
  packageFolder: (name) => join(__dirname, '..', name),
  ask: (question) => askLine(process.stdin, process.stderr, question, onStop),
  onStop,
});

function onStop(listener: () => void): () => void {
  for (const signal of STOP_SIGNALS) {
    process.on(signal, listener);
  }
  return () => {
    for (const signal of STOP_SIGNALS) {
      process.off(signal, listener);
    }
  };
}

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
