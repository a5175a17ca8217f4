import type { CallObserver } from '../core/domain/cloud-api.ts';
import type { Journal } from '../core/domain/journal.ts';

/** Counts the attempts of each action for the result's `calls`, and writes each retry into the log. */
export function createCallCounter(journal: Journal) {
  const counts: Record<string, number> = {};
  const observer: CallObserver = {
    onCall: (action) => {
      counts[action] = (counts[action] ?? 0) + 1;
    },
    onRetry: ({ requestId, ...retry }) => journal('step.retried', { ...retry, cloudRequestId: requestId }),
  };
  /** A copy of the counts so far. */
  const calls = (): Readonly<Record<string, number>> => ({ ...counts });
  return { observer, calls };
}
