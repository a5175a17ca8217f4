import { ConfigError } from '../../core/domain/errors.ts';
import { toFileProblem } from '../../core/store/file-problem.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { Answer } from '../formats.ts';
import { type Io, UnwritableOutput } from '../io.ts';

type RunAnswer = Extract<Answer, { kind: 'run' }>;
type RehearsalAnswer = Extract<Answer, { kind: 'rehearsal' }>;

/**
 * Writes a command's answer into a file.
 *
 * @returns a sentence about the content of the file
 */
export type AnswerFile = (answer: Answer) => string;

export type FileContent = {
  /** The whole text of the file. */
  readonly render: (answer: RunAnswer) => string;
  /** A few words about the content, for a person. */
  readonly describe: (answer: RunAnswer) => string;
  /** The text and its description for a rehearsal. Absent if a rehearsal has no file of this kind. */
  readonly ofRehearsal?: (answer: RehearsalAnswer) => { readonly text: string; readonly about: string };
};

/**
 * Opens the file that an option names. Undefined without the option. The file is written at once, when the answer is
 * complete.
 *
 * @throws ConfigError if the file is already known to be unwritable, so that a run does not fail at its end
 */
export function openAnswerFile(
  option: string,
  path: string | undefined,
  content: FileContent,
  io: Io,
): readonly AnswerFile[] {
  if (path === undefined) {
    return [];
  }
  const problemOf = (error: unknown) => `${option} ${JSON.stringify(path)} cannot be written: ${toFileProblem(error)}`;
  try {
    io.checkWritable(path);
  } catch (error) {
    throw new ConfigError(problemOf(error));
  }
  const write: AnswerFile = (answer) => {
    const file = toFile(content, answer);
    if (file === undefined) {
      return `${toPrintable(path)} was not written: this answer lists no connections`;
    }
    try {
      io.writeFile(path, file.text);
    } catch (error) {
      throw new UnwritableOutput(problemOf(error));
    }
    return `${toPrintable(path)}: ${file.about}`;
  };
  return [write];
}

function toFile({ render, describe, ofRehearsal }: FileContent, answer: Answer) {
  if (answer.kind === 'rehearsal') {
    return ofRehearsal?.(answer);
  }
  return answer.kind === 'run' ? { text: render(answer), about: describe(answer) } : undefined;
}

/**
 * Writes an answer into each file. If a file fails, the rest is still written.
 *
 * @throws UnwritableOutput that names each failed file
 */
export function writeAnswer(files: readonly AnswerFile[], answer: Answer, say: (line: string) => void): void {
  const problems: string[] = [];
  for (const write of files) {
    try {
      say(write(answer));
    } catch (error) {
      if (!(error instanceof UnwritableOutput)) {
        throw error;
      }
      problems.push(error.message);
    }
  }
  if (problems.length > 0) {
    throw new UnwritableOutput(problems.join('; '));
  }
}
