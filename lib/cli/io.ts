import type { Clock } from '../core/domain/cloud-api.ts';

export type OutputStream = {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Width of the terminal. Undefined if the stream is not a terminal. */
  readonly columns: number | undefined;
};

/** The answer of a person. `cancelled`: by Ctrl-C or a signal. */
export type Reply = { readonly text: string } | 'no-more-input' | 'cancelled';

/** Everything that a command uses of its process. */
export type Io = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Ends standard output for its reader, while the process continues. */
  readonly endOutput: () => void;
  readonly stdin: { readonly isTTY: boolean };
  readonly clock: Clock;
  /** These functions throw as `node:fs` does. A file is written whole or not at all. */
  readonly readFile: (path: string) => string;
  readonly checkWritable: (path: string) => void;
  readonly writeFile: (path: string, text: string, mode?: number) => void;
  /** A path in a new temporary folder, which stays. */
  readonly temporaryPath: (name: string) => string;
  /** The proxy for a URL from the environment. Empty without a proxy. */
  readonly proxyFor: (url: string) => string;
  /** The command that a person types to start this program. */
  readonly invokedAs: string;
  /** The folder of a code package in the build. */
  readonly packageFolder: (name: 'sweep' | 'dispatch') => string;
  /** Asks for a line on the terminal, on standard error. Ignores everything that was typed before the question. */
  readonly ask: (question: string) => Promise<Reply>;
  /**
   * Calls the listener on Ctrl-C, on a request to terminate and when the terminal closes. Returns a function that ends
   * this.
   */
  readonly onStop: (listener: () => void) => () => void;
};

/** A person stopped waiting. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A result that exists but cannot be written to the requested file. The changes in the cloud remain. */
export class UnwritableOutput extends Error {
  override readonly name = 'UnwritableOutput';
}
