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
 * The file that an option names, for one text that concerns nobody else. It is written whole or not at all.
 *
 * @returns writes it; throws `UnwritableOutput`
 * @throws ConfigError when it is known now that the file cannot be written
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
