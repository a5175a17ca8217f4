import { type Command, Option } from 'commander';
import { parseAge } from '../run-options.ts';
import { parseFile } from '../view-options.ts';

/** Of `plan`: where to save it. */
export const withOut = (command: Command): Command =>
  command.addOption(
    new Option('--out <file>', 'also save the plan to this file, which "sweep --plan" takes').argParser(parseFile),
  );

/** Of `sweep`: a saved plan. It says itself which connections it is about, and where they are. */
export const withSavedPlan = (command: Command): Command =>
  command
    .addOption(
      new Option('--plan <file>', 'only what this saved plan lists, as far as it still is as planned')
        .argParser(parseFile)
        .conflicts(['account', 'region', 'connection']),
    )
    .addOption(new Option('--max-age <age>', 'with --plan: how old it may be (default: 24h)').argParser(parseAge));
