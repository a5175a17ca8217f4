import type { Command } from 'commander';
import { EXIT } from './exit-code.ts';
import { reportFailure } from './failure.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import { createProcessIo, flush } from './process-io.ts';
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

/** Set the exit code and let the process end by itself, so that nothing written is cut off. */
async function run(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), createProcessIo());
  await flush();
  // Whoever gave up does not wait for what is still under way.
  if (process.exitCode === EXIT.interrupted) {
    process.exit();
  }
}

if (typeof require !== 'undefined' && require.main === module) {
  void run();
}
