import type { DispatchResult } from '../../core/domain/dispatch-result.ts';
import type { RunResult } from '../../core/domain/outcome.ts';
import type { StoreReading } from '../../core/store/store.ts';
import { runResult, storedDispatch } from './result-schema.ts';
import type { SharedTexts } from './shared-texts.ts';

type FoundResult =
  | { readonly kind: 'run'; readonly result: RunResult }
  | { readonly kind: 'dispatch'; readonly result: DispatchResult }
  /** `reason` quotes no part of the document. */
  | { readonly kind: 'none'; readonly reason: string };

/** Reads a stored result of a sweep or of the dispatcher, or returns the reason why the document is not a result. */
export function readResult(reading: StoreReading, texts: SharedTexts): FoundResult {
  if (reading.kind !== 'document') {
    return { kind: 'none', reason: reading.kind === 'absent' ? 'it is gone' : reading.reason };
  }
  return toResult(reading.document, texts);
}

/** A result from JSON without a hash, such as the answer of a function. */
export function toResult(value: object, texts: SharedTexts): FoundResult {
  if ('dispatchId' in value) {
    const read = storedDispatch.safeParse(value);
    return read.success
      ? { kind: 'dispatch', result: read.data as unknown as DispatchResult }
      : none(read.error.issues[0]?.path);
  }
  const read = runResult.safeParse(value);
  if (!read.success) {
    return none(read.error.issues[0]?.path);
  }
  const result = read.data as unknown as RunResult;
  return { kind: 'run', result: { ...result, outcomes: result.outcomes.map((outcome) => texts.share(outcome)) } };
}

const none = (path: readonly PropertyKey[] = []): FoundResult => ({
  kind: 'none',
  reason: `it is no result: ${path.join('.') || 'its top level'} is not as it should be`,
});
