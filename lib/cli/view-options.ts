import { type Command, InvalidArgumentError, Option } from 'commander';
import { GROUP_KEYS, LISTED_OUTCOMES, LISTED_RULES, SORT_KEYS, type View } from '../report/view/view.ts';

/** The view that a person wants of a run, and its files besides standard output. */
export type ViewOptions = View & { readonly csv?: string; readonly html?: string };

/** The options change only the view and never the scope of the sweep. */
export function withViewOptions(command: Command): Command {
  return command
    .option(
      '--outcome <kind>',
      'show only these outcomes; repeat it, or use commas, for several',
      among(LISTED_OUTCOMES),
    )
    .option(
      '--rule <rule>',
      'show only orphans by these rules; repeat it, or use commas, for several',
      among(LISTED_RULES),
    )
    .option(
      '--owner <owner>',
      'show only connections of this owner, or "" for no owner; repeat it for several',
      addText,
    )
    .addOption(new Option('--sort <key>', 'the order of the rows (default: outcome)').choices(SORT_KEYS))
    .addOption(new Option('--group-by <key>', 'show a table for each region, owner or rule').choices(GROUP_KEYS))
    .addOption(
      new Option('--csv <file>', 'also write the visible rows to this file, one line for each connection')
        .argParser(parseFile)
        .conflicts('async'),
    )
    .addOption(
      new Option('--html <file>', 'also write a page of the run to this file, to open in a browser')
        .argParser(parseFile)
        .conflicts('async'),
    );
}

/** Values of a fixed list, separated by commas or in repeated options. */
const among =
  (allowed: readonly string[]) =>
  (text: string, before: readonly string[] = []): readonly string[] => {
    const pieces = text.split(',').map((piece) => piece.trim());
    const wrong = pieces.find((piece) => !allowed.includes(piece));
    if (wrong !== undefined) {
      throw new InvalidArgumentError(`${shown(wrong)} is not one of ${allowed.join(', ')}.`);
    }
    return [...new Set([...before, ...pieces])];
  };

/** An owner may be any text, even with commas. */
const addText = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** The name of a file. Standard output is no file. */
export function parseFile(text: string): string {
  if (text !== '' && text !== '-') {
    return text;
  }
  throw new InvalidArgumentError(`${shown(text)} is not the name of a file.`);
}

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
