import { CommanderError } from 'commander';
import { CloudError, ConfigError } from '../core/domain/errors.ts';
import { toPrintable } from '../core/text/printable.ts';
import { EXIT } from './exit-code.ts';
import { Interrupted, type Io, UnwritableOutput } from './io.ts';
import { createOutput } from './output.ts';

/**
 * Writes a line on standard error for the error that ended a command. The line never contains a secret.
 *
 * @returns the exit code
 */
export function reportFailure(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.nothingLeft : EXIT.badUsage;
  }
  const { complain, say } = createOutput(io);
  if (error instanceof Interrupted) {
    complain(error.message);
    return EXIT.interrupted;
  }
  if (isUsage(error)) {
    for (const line of error.message.split('\n')) {
      complain(line);
    }
    return EXIT.badUsage;
  }
  const isExpected = error instanceof CloudError || error instanceof UnwritableOutput;
  complain(isExpected ? error.message : `unexpected ${describe(error)}`);
  if (isDebug(io) && error instanceof Error && error.stack !== undefined) {
    say(error.stack.split('\n').map(toPrintable).join('\n'));
  }
  return EXIT.unexpected;
}

/**
 * The emulator does not know the sweeper's errors, so its own error for a malformed estate is recognized by its name.
 */
const isUsage = (error: unknown): error is Error =>
  error instanceof ConfigError || (error instanceof Error && error.name === 'EstateError');

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : 'failure without an error';

const isDebug = ({ env }: Io): boolean => ['debug', 'trace'].includes(env.LOG_LEVEL?.trim().toLowerCase() ?? '');
