import { ConfigError } from '../../../core/domain/errors.ts';
import { toFileProblem } from '../../../core/store/file-problem.ts';
import { type Io, UnwritableOutput } from '../../io.ts';

/** The text of the file that an option names. Throws `ConfigError`. */
export function readOptionFile(option: string, path: string, { readFile }: Io): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new ConfigError(`${option} ${JSON.stringify(path)} cannot be read: ${toFileProblem(error)}`);
  }
}

/** Only its owner may read and write it. */
const PRIVATE = 0o600;

/**
 * Opens the file that an option names, for a private text. The file is written whole or not at all.
 *
 * @returns a function that writes the text, and throws `UnwritableOutput`
 * @throws ConfigError if the file is already known to be unwritable
 */
export function openPrivateFile(option: string, path: string, io: Io): (text: string) => void {
  const problemOf = (error: unknown) => `${option} ${JSON.stringify(path)} cannot be written: ${toFileProblem(error)}`;
  try {
    io.checkWritable(path);
  } catch (error) {
    throw new ConfigError(problemOf(error));
  }
  return (text) => {
    try {
      io.writeFile(path, text, PRIVATE);
    } catch (error) {
      throw new UnwritableOutput(problemOf(error));
    }
  };
}
