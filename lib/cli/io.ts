import type { Clock } from '../core/domain/cloud-api.ts';

export type Output = {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Width of the terminal; undefined when it is none. */
  readonly columns: number | undefined;
};

/** All that a command knows of the process it runs in. */
export type Io = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Tells whoever reads standard output that no more comes, while the process goes on. */
  readonly endOutput: () => void;
  readonly stdin: { readonly isTTY: boolean };
  readonly clock: Clock;
  /** Both throw as the functions of `node:fs` do. */
  readonly readFile: (path: string) => string;
  readonly writeFile: (path: string, text: string) => void;
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

const COLUMNS_MIN = 60;
/** Where there is no terminal, one line for each connection is easier to search. */
const COLUMNS_DEFAULT = 160;

/** How a report looks on standard output: `NO_COLOR`, `FORCE_COLOR` and `COLUMNS` are honoured. */
export function styleOf({ env, stdout }: Io): { readonly color: boolean; readonly columns: number } {
  const told = Number(env.COLUMNS);
  const columns = stdout.columns ?? (Number.isInteger(told) && told > 0 ? told : COLUMNS_DEFAULT);
  return { color: wantsColor(env, stdout.isTTY), columns: Math.max(COLUMNS_MIN, columns) };
}

function wantsColor(env: Io['env'], isTTY: boolean): boolean {
  if (env.NO_COLOR) {
    return false;
  }
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') {
    return env.FORCE_COLOR !== '0';
  }
  return isTTY && env.TERM !== 'dumb';
}
