import type { Command } from 'commander';
import type { Io, OutputStream } from '../../lib/cli/io.ts';
import { createProgram } from '../../lib/cli/program.ts';

const COLUMNS = 100;
const NO_CLOCK: Io['clock'] = { now: () => 0, sleep: () => Promise.resolve() };

/** The help of the program and of each command, as a person sees it, in Markdown. */
export function cliReference(): string {
  const written: string[] = [];
  const program = createProgram(
    printingTo((text) => written.push(text)),
    () => undefined,
  );
  return [program, ...commandsBelow(program)]
    .map((command) => {
      written.length = 0;
      command.outputHelp();
      const help = written.join('').trim().replaceAll(/ +$/gm, '');
      return `### ${pathOf(command)}\n\n\`\`\`text\n${help}\n\`\`\``;
    })
    .join('\n\n');
}

const commandsBelow = (command: Command): readonly Command[] =>
  command.commands.flatMap((child) => [child, ...commandsBelow(child)]);

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** A process that can only print. */
function printingTo(write: (text: string) => void): Io {
  const stream: OutputStream = { write, isTTY: false, columns: COLUMNS };
  const refuse = (): never => {
    throw new Error('help needs nothing of the process but its output');
  };
  return {
    env: {},
    stdout: stream,
    stderr: stream,
    endOutput: refuse,
    stdin: { isTTY: false },
    clock: NO_CLOCK,
    readFile: refuse,
    checkWritable: refuse,
    writeFile: refuse,
    temporaryPath: refuse,
    proxyFor: refuse,
    invokedAs: 'vco-sweeper',
    packageFolder: refuse,
    ask: refuse,
    onStop: refuse,
  };
}
