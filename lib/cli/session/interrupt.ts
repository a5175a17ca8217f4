import { Interrupted, type Io } from '../io.ts';
import type { RunWatcher } from './run-watcher.ts';

/**
 * Runs a task that a person may stop. If the task writes, the first Ctrl-C asks it to start no new step and to finish
 * the steps under way, and the second Ctrl-C stops it at once. If the task only reads, the first Ctrl-C stops it at
 * once.
 *
 * @throws Interrupted that names requests which were sent but not confirmed by a read
 */
export async function untilStopped<T>(
  io: Io,
  watcher: RunWatcher,
  writes: boolean,
  task: (stopAsked: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController();
  let giveUp: (reason: Interrupted) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const ignore = io.onStop(() => {
    if (stopping.signal.aborted || !writes) {
      giveUp(new Interrupted(describe(watcher.progress.underWay())));
      return;
    }
    stopping.abort();
    watcher.screen.line(
      'Stopping: the sweep starts nothing new, and reads back the steps under way. Press Ctrl-C again to leave at once.',
    );
  });
  try {
    return await Promise.race([task(stopping.signal), interrupted]);
  } finally {
    ignore();
  }
}

const describe = (underWay: readonly string[]): string =>
  underWay.length === 0
    ? 'interrupted'
    : `interrupted. Sent, but not seen done: ${underWay.join(', ')}. The next sweep looks again and finishes it.`;
