import { type Command, Option } from 'commander';
import { parseAge } from '../run-options.ts';
import { parseFile } from '../view-options.ts';

/** The option of `plan` that saves the plan. */
export const withOut = (command: Command): Command =>
  command.addOption(
    new Option('--out <file>', 'also save the plan to this file, for "sweep --plan"').argParser(parseFile),
  );

/** The options of `sweep` for a saved plan. The plan itself names its connections and their places. */
export const withSavedPlan = (command: Command): Command =>
  command
    .addOption(
      new Option('--plan <file>', 'sweep only the connections of this saved plan that are still as planned')
        .argParser(parseFile)
        .conflicts(['account', 'region', 'connection']),
    )
    .addOption(
      new Option('--max-age <age>', 'with --plan: the greatest age of the plan (default: 24h)').argParser(parseAge),
    );
