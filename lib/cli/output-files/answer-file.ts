import { ConfigError } from '../../core/domain/errors.ts';
import { toFileProblem } from '../../core/store/file-problem.ts';
import { toPrintable } from '../../core/text/printable.ts';
import type { Answer } from '../formats.ts';
import { type Io, UnwritableOutput } from '../io.ts';

type RunAnswer = Extract<Answer, { kind: 'run' }>;
type RehearsalAnswer = Extract<Answer, { kind: 'rehearsal' }>;

/** Writes a command's answer into a file, and says what is in it now. */
export type AnswerFile = (answer: Answer) => string;

export type FileContent = {
  /** The whole text of the file. */
  readonly render: (answer: RunAnswer) => string;
  /** What a person should know of it, in a few words. */
  readonly describe: (answer: RunAnswer) => string;
  /** The same two of a rehearsal; left out: there is no such file of one. */
  readonly ofRehearsal?: (answer: RehearsalAnswer) => { readonly text: string; readonly about: string };
};

/**
 * The file that an option names; none without one. It is written when the answer is there, all at once.
 *
 * @throws ConfigError when it is known now that the file cannot be written: a run is not to find that out at its end
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
 * Write an answer into each of some files. One that cannot be written keeps none of the others from it.
 *
 * @throws UnwritableOutput that names each file that could not be written
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
