import type { DispatchResult } from '../../core/domain/dispatch-result.ts';
import { CloudError, ConfigError } from '../../core/domain/errors.ts';
import { countOutcomes, OUTCOMES, type OutcomeKind, type RunResult, toStatus } from '../../core/domain/outcome.ts';
import { dispatchResult, runResult } from '../../report/results/result-schema.ts';

export type FunctionAnswer =
  /** `received`: the result as it came, for programs. */
  | { readonly kind: 'run'; readonly result: RunResult; readonly received: unknown }
  | { readonly kind: 'dispatch'; readonly result: DispatchResult };

/**
 * Tell what a function answered.
 *
 * @throws ConfigError for what is neither the sweep's nor the dispatcher's, and `CloudError` for a broken one of those
 */
export function readAnswer(text: string): FunctionAnswer {
  const value = parseJson(text);
  if (holds(value, 'dispatchId')) {
    if (dispatchResult.safeParse(value).success) {
      return { kind: 'dispatch', result: value as DispatchResult };
    }
    throw unreadable('of the dispatcher');
  }
  if (holds(value, 'runId')) {
    const { success, data } = runResult.safeParse(value);
    if (success) {
      return { kind: 'run', result: data as unknown as RunResult, received: value };
    }
    throw unreadable('of the sweep');
  }
  throw new ConfigError(
    'the function did not answer a result of the sweep or the dispatcher: check SWEEP_FUNCTION and what is deployed there',
  );
}

/** As bad as anything in it says: who contradicts itself may have lost the worse half. */
export function worstOf(result: RunResult): RunResult {
  const listed = countOutcomes(result.outcomes);
  const counts = Object.fromEntries(
    OUTCOMES.map((kind) => [kind, Math.max(result.counts[kind], listed[kind])]),
  ) as Record<OutcomeKind, number>;
  const facts = { somethingUnread: result.status === 'incomplete', timeRanOut: false };
  const status = toStatus(result.regions, counts, facts);
  return { ...result, counts, status: status === 'complete' ? result.status : status };
}

const holds = (value: unknown, key: string): value is object =>
  typeof value === 'object' && value !== null && key in value;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A function may answer any text.
    return undefined;
  }
}

const unreadable = (whose: string): CloudError =>
  new CloudError({
    action: 'InvokeFunction',
    code: 'UnreadableReply',
    effect: 'unknown',
    detail: `the function answered a result ${whose} that cannot be read`,
  });
