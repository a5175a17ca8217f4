import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io, Reply } from '../../lib/cli/io.ts';
import { main } from '../../lib/cli/main.ts';
import type { Clock } from '../../lib/core/domain/cloud-api.ts';
import type { RunningEmulator } from '../../lib/emulator/emulator-types.ts';
import { parseEstate } from '../../lib/emulator/estate/parse-estate.ts';
import { startEmulator } from '../../lib/emulator/start-emulator.ts';
import { NOW } from '../support/builders.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export type RunOptions = {
  readonly env?: Io['env'];
  /** A terminal on all three streams, of 100 columns. */
  readonly tty?: boolean;
  /** The columns of the terminal. Default: 100. */
  readonly columns?: number;
  readonly answer?: Reply;
  readonly files?: Record<string, string>;
  /** The error code of a file: `before` when it is checked, `after` when it is written. */
  readonly fileError?: { readonly before?: string; readonly after?: string };
  readonly clock?: Clock;
  /** Receives a function that presses Ctrl-C. */
  readonly onStart?: (stop: () => void) => void;
  /** Called when a command says that no more output comes. */
  readonly onEndOutput?: () => void;
  /** Called after each write, with all output so far and a function that presses Ctrl-C. */
  readonly onWrite?: (out: string, err: string, stop: () => void) => void;
};

export type Ran = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly string[];
  readonly files: Record<string, string>;
  /** The modes of files that were written with a mode. */
  readonly modes: Readonly<Record<string, number>>;
};

/** A command, as a shell would run it, in this process. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { tty = false, answer, files = {}, clock = new VirtualClock(NOW) } = options;
  let out = '';
  let err = '';
  const asked: string[] = [];
  const modes: Record<string, number> = {};
  const listeners = new Set<() => void>();
  const stop = () => {
    for (const listener of [...listeners]) {
      listener();
    }
  };
  options.onStart?.(stop);
  const output = (write: (text: string) => void) => ({
    write: (text: string) => {
      write(text);
      options.onWrite?.(out, err, stop);
    },
    isTTY: tty,
    columns: tty ? (options.columns ?? 100) : undefined,
  });
  const io: Io = {
    env: { LOG_LEVEL: 'silent', NO_COLOR: '1', ...options.env },
    stdout: output((text) => {
      out += text;
    }),
    stderr: output((text) => {
      err += text;
    }),
    endOutput: () => {
      options.onEndOutput?.();
    },
    stdin: { isTTY: tty },
    clock,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) {
        throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      }
      return text;
    },
    checkWritable: () => failWith(options.fileError?.before),
    writeFile: (path, text, mode) => {
      failWith(options.fileError?.after);
      files[path] = text;
      if (mode !== undefined) {
        modes[path] = mode;
      }
    },
    temporaryPath: (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'vco-sweeper-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      return join(folder, name);
    },
    proxyFor: () => '',
    invokedAs: 'vco-sweeper',
    packageFolder: (name) => resolve('dist', name),
    ask: async (question) => {
      asked.push(question);
      if (answer === undefined) {
        throw new Error('nobody expected a question');
      }
      return answer;
    },
    onStop: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const code = await main(args, io);
  return { code, out, err, asked, files, modes };
}

function failWith(code: string | undefined): void {
  if (code !== undefined) {
    throw Object.assign(new Error(code), { code });
  }
}

/** An emulator on a real port, with its environment. */
export async function serve(
  estate: Readonly<Record<string, unknown>>,
  more: Partial<Parameters<typeof startEmulator>[0]> = {},
): Promise<{ emulator: RunningEmulator; env: Record<string, string>; writes: () => readonly string[] }> {
  const emulator = await startEmulator({ estate: parseEstate(JSON.stringify(estate), 'test'), limits: 'off', ...more });
  return {
    emulator,
    env: envOf(emulator.url, emulator),
    writes: () => emulator.calls.filter(({ action }) => /^(Delete|Tag|UnTag)/.test(action)).map(({ action }) => action),
  };
}

export const envOf = (url: string, key: { accessKeyId: string; accessKeySecret: string }): Record<string, string> => ({
  ALIBABA_CLOUD_VPC_ENDPOINT: url,
  ALIBABA_CLOUD_CBN_ENDPOINT: url,
  ALIBABA_CLOUD_STS_ENDPOINT: url,
  ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
  ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou',
});
