import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { EXIT } from './exit-code.ts';
import { reportFailure } from './failure.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import { createProcessIo, flush, openProcessOutput, tellOfLost } from './process-io.ts';
import { createProgram } from './program.ts';

/**
 * Runs a command. Never throws.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.nothingLeft;
  const program = createProgram(io, (ended) => {
    exitCode = ended;
  });
  if (argv.length === 0) {
    const { complain, say } = createOutput(io);
    complain('a command is missing');
    say('');
  }
  try {
    await program.parseAsync(withoutVainOptions(program, argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, io);
  }
}

/**
 * Drops the options of an unknown command. With `--help`, the parser would otherwise show the general help, as if the
 * command existed.
 */
function withoutVainOptions(program: Command, argv: readonly string[]): readonly string[] {
  const [first] = argv;
  if (first === undefined || first.startsWith('-') || first === 'help') {
    return argv;
  }
  return program.commands.some((command) => command.name() === first) ? argv : [first];
}

/** The longest time to flush output after a person has stopped the command. */
const FLUSH_MS_MAX = 500;

/** Sets the exit code and lets the process end by itself, so that the whole output is written. */
export async function run(): Promise<void> {
  // If the event loop ends before the command does, the exit code is not success.
  process.exitCode = EXIT.unexpected;
  const output = openProcessOutput();
  const exitCode = await main(process.argv.slice(2), createProcessIo(output));
  const flushed = flush(output);
  // After Ctrl-C, the process does not wait for pending work.
  if (exitCode === EXIT.interrupted) {
    await Promise.race([flushed, delay(FLUSH_MS_MAX)]);
    process.exit(exitCode);
  }
  await flushed;
  const isLost = tellOfLost(output);
  process.exitCode = isLost && exitCode !== EXIT.badUsage ? EXIT.unexpected : exitCode;
}
