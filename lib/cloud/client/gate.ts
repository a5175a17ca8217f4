/** Lets so many tasks run at a time; the others wait, first come first served. */
export function createGate(tasksMax: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= tasksMax) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    } else running += 1;
    try {
      return await task();
    } finally {
      // The place is handed on, so that nobody who comes now gets ahead of those who wait.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
