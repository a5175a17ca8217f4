/** A stream of this process whose failures, such as a full disk or a closed pipe, do not end the process. */
export type SafeStream = {
  /**
   * Never throws. After the first failure it writes no more, because a text with a gap misleads more than a shortened
   * text.
   */
  readonly write: (text: string) => void;
  /** Resolves when all output that can be written has left this process. */
  readonly flush: () => Promise<void>;
  /** The code of the first failure, such as `ENOSPC` or `EPIPE`. */
  readonly failure: () => string | undefined;
};

/** Wraps a stream. All writes to it must use this wrapper. */
export function createSafeStream(stream: NodeJS.WritableStream): SafeStream {
  let failure: string | undefined;
  const fail = (error: unknown): void => {
    failure ??= codeOf(error);
  };
  stream.on('error', fail);
  const write = (text: string, done: () => void): void => {
    if (failure !== undefined) {
      done();
      return;
    }
    try {
      stream.write(text, done);
    } catch (error) {
      // Node writes to files and devices synchronously, and some versions throw the error.
      fail(error);
      done();
    }
  };
  return {
    write: (text) => write(text, () => undefined),
    flush: () => new Promise((resolve) => write('', resolve)),
    failure: () => failure,
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
