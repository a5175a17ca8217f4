const EXIT_UNEXPECTED = 1;

/** End the process for an error that nobody caught. Node would print the line of source with it: of a bundle, all of it. */
export function dieOf(error: unknown): void {
  try {
    process.stderr.write(`${describe(error)}\n`);
  } catch {
    // Nobody can be told; the exit code says it.
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
