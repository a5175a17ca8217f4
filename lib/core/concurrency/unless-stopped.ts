import { stoppedOnRequest } from '../domain/errors.ts';

/** For runs that cannot be asked to stop. */
export const NEVER: AbortSignal = new AbortController().signal;

/**
 * A listener on each signal serves all waiters, because Node warns of a leak when a signal has more than ten
 * listeners.
 */
const waitingFor = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls back once when the signal comes. Answers a function that unsubscribes. The signal must not have come yet. */
function onStop(signal: AbortSignal, listener: () => void): () => void {
  let waiting = waitingFor.get(signal);
  if (waiting === undefined) {
    const all = new Set<() => void>();
    waiting = all;
    waitingFor.set(signal, all);
    signal.addEventListener('abort', () => {
      for (const tell of all) {
        tell();
      }
      all.clear();
    });
  }
  const mine = waiting;
  mine.add(listener);
  return () => mine.delete(listener);
}

/**
 * Wait for work, unless the signal comes first. The work itself does not end. Its answer is dropped.
 *
 * @param action names the work in the error
 * @throws CloudError with the code `StoppedOnRequest`
 */
export function unlessStopped<T>(stop: AbortSignal, action: string, work: () => Promise<T>): Promise<T> {
  // Few runs can be asked to stop, and a race for each read would cost the others 4 % of their CPU time.
  return stop === NEVER ? work() : raceWithStop(stop, action, work);
}

async function raceWithStop<T>(stop: AbortSignal, action: string, work: () => Promise<T>): Promise<T> {
  if (stop.aborted) {
    throw stoppedOnRequest(action);
  }
  let forget = (): unknown => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    forget = onStop(stop, () => reject(stoppedOnRequest(action)));
  });
  try {
    return await Promise.race([work(), stopped]);
  } finally {
    forget();
  }
}

/** Wait until `start` calls its callback, or the signal comes. */
export async function wokenBy(stop: AbortSignal | undefined, start: (wake: () => void) => void): Promise<void> {
  if (stop?.aborted) {
    return;
  }
  let forget = (): unknown => undefined;
  await new Promise<void>((wake) => {
    forget = stop && stop !== NEVER ? onStop(stop, wake) : forget;
    start(wake);
  });
  forget();
}
