import type { Clock } from '../core/domain/cloud-api.ts';

export type OutputStream = {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Width of the terminal; undefined when it is none. */
  readonly columns: number | undefined;
};

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
  readonly writeFile: (path: string, text: string) => void;
  /** A path in a new folder for temporary files, which stays. */
  readonly temporaryPath: (name: string) => string;
  /** Where the build has put a code package. */
  readonly packageFolder: (name: 'sweep' | 'dispatch') => string;
  /** Ask on the terminal, on standard error. */
  readonly confirm: (question: string) => Promise<boolean | 'cancelled'>;
  /** Be told of Ctrl-C and of a request to terminate; answers how not to be any more. */
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
