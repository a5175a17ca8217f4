const EXIT_UNEXPECTED = 1;

/**
 * Ends the process after an uncaught error. Node itself would print the source line of the error, which in a bundle is
 * the whole file.
 */
export function dieOf(error: unknown): void {
  try {
    process.stderr.write(`${describe(error)}\n`);
  } catch {
    // Standard error is unusable, so only the exit code remains.
    process.exit(EXIT_UNEXPECTED);
  }
  process.exit(EXIT_UNEXPECTED);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'vco-sweeper: unexpected failure without an error';
  }
  const first = `vco-sweeper: unexpected ${error.name}: ${error.message.split('\n')[0]}`.replace(/[^\x20-\x7e]/g, '?');
  const level = (process.env.LOG_LEVEL || '').trim().toLowerCase();
  const isDebug = level === 'debug' || level === 'trace';
  const frames = (error.stack || '').split('\n').filter((line) => /^ {4}at /.test(line));
  return isDebug ? [first].concat(frames).join('\n') : first;
}
