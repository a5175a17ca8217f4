import { readFileSync, writeFileSync } from 'node:fs';
import { confirm, isCancel } from '@clack/prompts';
import { systemClock } from '../../lib/clock.ts';
import type { Io, Output } from './io.ts';

/** Some terminals do not say how wide they are. */
const COLUMNS_UNKNOWN = 80;

/** The real process. */
export const createProcessIo = (): Io => ({
  env: process.env,
  stdout: toOutput(process.stdout),
  stderr: toOutput(process.stderr),
  stdin: { isTTY: process.stdin.isTTY === true },
  clock: systemClock,
  readFile: (path) => readFileSync(path, 'utf8'),
  writeFile: (path, text) => writeFileSync(path, text),
  confirm: async (message) => {
    const answer = await confirm({ message, initialValue: false, input: process.stdin, output: process.stderr });
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

function toOutput(stream: NodeJS.WriteStream): Output {
  // Whoever reads may stop before the end, as `head` does; that is no error of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
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
