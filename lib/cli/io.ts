import type { Clock } from '../core/domain/cloud-api.ts';

export type OutputStream = {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Width of the terminal; undefined when it is none. */
  readonly columns: number | undefined;
};

/** What a person answered. `cancelled`: by Ctrl-C or a signal. */
export type Reply = { readonly text: string } | 'no-more-input' | 'cancelled';

/** All that a command knows of the process it runs in. */
export type Io = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Tells whoever reads standard output that no more comes, while the process goes on. */
  readonly endOutput: () => void;
  readonly stdin: { readonly isTTY: boolean };
  readonly clock: Clock;
  /** These throw as the functions of `node:fs` do. A file is written whole or not at all. */
  readonly readFile: (path: string) => string;
  readonly checkWritable: (path: string) => void;
  readonly writeFile: (path: string, text: string, mode?: number) => void;
  /** A path in a new folder for temporary files, which stays. */
  readonly temporaryPath: (name: string) => string;
  /** The proxy for a URL, as the environment says; empty for none. */
  readonly proxyFor: (url: string) => string;
  /** What a person types to start this command. */
  readonly invokedAs: string;
  /** Where the build has put a code package. */
  readonly packageFolder: (name: 'sweep' | 'dispatch') => string;
  /** Ask for a line on the terminal, on standard error. Typing before the question appears does not count. */
  readonly ask: (question: string) => Promise<Reply>;
  /** Be told of Ctrl-C, of a request to terminate and of a closed terminal; answers how not to be any more. */
  readonly onStop: (listener: () => void) => () => void;
};

/** A person gave up waiting. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A result that is there, and cannot be written where it was wanted. What was done in the cloud stays done. */
export class UnwritableOutput extends Error {
  override readonly name = 'UnwritableOutput';
}
