import { ConfigError } from '../../core/domain/errors.ts';

type Results<Tasks extends readonly (() => unknown)[]> = { -readonly [At in keyof Tasks]: ReturnType<Tasks[At]> };

/** Reports all problems at once: an error with a line for each failed task. */
export function allOf<const Tasks extends readonly (() => unknown)[]>(...tasks: Tasks): Results<Tasks> {
  const problems: string[] = [];
  const results = tasks.map((task) => {
    try {
      return task();
    } catch (error) {
      if (!(error instanceof ConfigError)) {
        throw error;
      }
      problems.push(...error.message.split('\n'));
      return undefined;
    }
  });
  if (problems.length > 0) {
    throw new ConfigError([...new Set(problems)].join('\n'));
  }
  return results as Results<Tasks>;
}
