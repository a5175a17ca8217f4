import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { getProxyForUrl } from 'proxy-from-env';
import { startClock } from '../wiring/machine-clock.ts';
import { checkWritable, replaceFile } from './files.ts';
import { invokedAs } from './invoked-as.ts';
import type { Io, OutputStream } from './io.ts';
import { askLine } from './terminal/ask-line.ts';
import { createSafeStream, type SafeStream } from './terminal/safe-stream.ts';

/** Some terminals report no width, or 0. */
const COLUMNS_UNKNOWN = 80;

/** Ctrl-C, a request to terminate, and a closed terminal. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The streams that a process writes to. */
type ProcessOutput = { readonly stdout: SafeStream; readonly stderr: SafeStream };

export const openProcessOutput = (): ProcessOutput => ({
  stdout: createSafeStream(process.stdout),
  stderr: createSafeStream(process.stderr),
});

/** The real process. */
export const createProcessIo = ({ stdout, stderr }: ProcessOutput): Io => ({
  env: process.env,
  stdout: toOutputStream(stdout, process.stdout),
  stderr: toOutputStream(stderr, process.stderr),
  endOutput: () => {
    // The stream itself cannot be closed. After its descriptor is closed, the next opened file gets the same number, so
    // the null device discards all later output.
    closeSync(process.stdout.fd);
    openSync(devNull, 'w');
  },
  stdin: { isTTY: process.stdin.isTTY === true },
  clock: startClock(),
  readFile: (path) => readFileSync(path, 'utf8'),
  checkWritable,
  writeFile: replaceFile,
  temporaryPath: (name) => join(mkdtempSync(join(tmpdir(), 'vco-sweeper-')), name),
  proxyFor: getProxyForUrl,
  invokedAs: invokedAs(process.argv[1] ?? '', process.env, process.cwd()),
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

const toOutputStream = ({ write }: SafeStream, stream: NodeJS.WriteStream): OutputStream => ({
  write,
  get isTTY() {
    return stream.isTTY === true;
  },
  get columns() {
    return stream.isTTY ? stream.columns || COLUMNS_UNKNOWN : undefined;
  },
});

/** Resolves when all output that can be written has left this process. */
export async function flush({ stdout, stderr }: ProcessOutput): Promise<void> {
  await Promise.all([stdout.flush(), stderr.flush()]);
}

/**
 * Reports lost output, where that is possible.
 *
 * @returns whether output was lost
 */
export function tellOfLost({ stdout, stderr }: ProcessOutput): boolean {
  const lost = [
    ...(stdout.failure() === undefined ? [] : [`standard output (${stdout.failure()})`]),
    ...(stderr.failure() === undefined ? [] : [`standard error (${stderr.failure()})`]),
  ];
  if (lost.length === 0) {
    return false;
  }
  const { write } = stderr.failure() === undefined ? stderr : stdout;
  write(`vco-sweeper: not all could be written to ${lost.join(' and ')}; the command itself went on to its end\n`);
  return true;
}
