import type { DispatchResult } from '../../core/domain/dispatch-result.ts';
import { CloudError, ConfigError } from '../../core/domain/errors.ts';
import { countOutcomes, OUTCOMES, type OutcomeKind, type RunResult, toStatus } from '../../core/domain/outcome.ts';
import { dispatchResult, runResult } from '../../report/results/result-schema.ts';

export type FunctionAnswer =
  /** `received`: the unchanged result, for programs. */
  | { readonly kind: 'run'; readonly result: RunResult; readonly received: unknown }
  | { readonly kind: 'dispatch'; readonly result: DispatchResult };

/**
 * Reads the answer of a function.
 *
 * @throws ConfigError if the answer is not from the sweep or the dispatcher, and `CloudError` if it is damaged
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

/** The worst status that the outcomes imply. If a result contradicts itself, its worse half may be lost. */
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
