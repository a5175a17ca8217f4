import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { EXIT } from './exit-code.ts';
import { reportFailure } from './failure.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import { createProcessIo, flush, openProcessOutput, tellOfLost } from './process-io.ts';
import { createProgram } from './program.ts';

/**
 * Run one command. Answers its exit code; never throws.
 *
 * @param argv what stands after the program's name
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

/** Asked for the help of a command that does not exist, the parser shows the general one, as if all were well. */
function withoutVainOptions(program: Command, argv: readonly string[]): readonly string[] {
  const [first] = argv;
  if (first === undefined || first.startsWith('-') || first === 'help') {
    return argv;
  }
  return program.commands.some((command) => command.name() === first) ? argv : [first];
}

/** However much is still to be written, whoever gave up waits no longer than this. */
const FLUSH_MS_MAX = 500;

/** Set the exit code and let the process end by itself, so that nothing written is cut off. */
export async function run(): Promise<void> {
  // Should everything come to an end before the command does, that is no success.
  process.exitCode = EXIT.unexpected;
  const output = openProcessOutput();
  const exitCode = await main(process.argv.slice(2), createProcessIo(output));
  const flushed = flush(output);
  // Whoever gave up does not wait for what is still under way.
  if (exitCode === EXIT.interrupted) {
    await Promise.race([flushed, delay(FLUSH_MS_MAX)]);
    process.exit(exitCode);
  }
  await flushed;
  const isLost = tellOfLost(output);
  process.exitCode = isLost && exitCode !== EXIT.badUsage ? EXIT.unexpected : exitCode;
}
