import { ApiError } from './api-error.ts';
import type { RawParams } from './params.ts';

const MEMORY_MS = 24 * 60 * 60 * 1000;

/** A reply as it was given, success or refusal. */
export type Given = { readonly status: number; readonly body: Record<string, unknown> };

type KeptReply = { readonly params: string; readonly given: Given; readonly atMs: number };

type Question = { readonly accountId: string; readonly action: string; readonly params: RawParams };

/** Requests with the same ClientToken get the same reply for a day. */
export class ClientTokens {
  readonly #kept = new Map<string, KeptReply>();

  /** The reply given before. Throws when the token was used for a different request. */
  recall(question: Question, nowMs: number): Given | undefined {
    const key = keyOf(question);
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept === undefined || nowMs - kept.atMs > MEMORY_MS) {
      return undefined;
    }
    if (kept.params !== fingerprint(question.params)) {
      throw new ApiError(
        400,
        'IdempotentParameterMismatch',
        'The request uses the same client token as a previous, but non-identical request.',
      );
    }
    return kept.given;
  }

  keep(question: Question, given: Given, nowMs: number): void {
    const key = keyOf(question);
    // A dry run has no effect, so it may happen twice.
    if (key === undefined || question.params.DryRun?.toLowerCase() === 'true') {
      return;
    }
    this.#forget(nowMs);
    this.#kept.delete(key);
    this.#kept.set(key, { params: fingerprint(question.params), given, atMs: nowMs });
  }

  /** The oldest come first. */
  #forget(nowMs: number): void {
    for (const [key, { atMs }] of this.#kept) {
      if (nowMs - atMs <= MEMORY_MS) {
        return;
      }
      this.#kept.delete(key);
    }
  }
}

function keyOf({ accountId, action, params }: Question): string | undefined {
  return params.ClientToken === undefined || params.ClientToken === ''
    ? undefined
    : `${accountId} ${action} ${params.ClientToken}`;
}

const fingerprint = (params: RawParams): string =>
  JSON.stringify(
    Object.entries(params)
      .filter(([name]) => name !== 'ClientToken')
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
