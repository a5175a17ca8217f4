/** A stream of this process that may fail, because the disk is full or nobody reads any more, without ending anything. */
export type SafeStream = {
  /** Never throws. After the first failure it writes no more: a text with a hole misleads more than one that ends. */
  readonly write: (text: string) => void;
  /** Resolves when everything that could be written has left this process. */
  readonly flush: () => Promise<void>;
  /** The code of the first failure, such as `ENOSPC` or `EPIPE`. */
  readonly failure: () => string | undefined;
};

/** Be the only one who writes to this stream. */
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
      // Node writes to a file, or to a device, while one waits, and some versions throw what goes wrong.
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
