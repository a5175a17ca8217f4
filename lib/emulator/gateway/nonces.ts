import { ApiError } from './api-error.ts';

const MEMORY_MS = 30 * 60 * 1000;

/** Remembers nonces, so that a recorded request cannot be sent again. */
export class Nonces {
  readonly #seenMs = new Map<string, number>();

  /** Takes a nonce. Throws when it was used before. */
  take(accessKeyId: string, nonce: string, nowMs: number): void {
    for (const [key, atMs] of this.#seenMs) {
      if (nowMs - atMs <= MEMORY_MS) {
        break;
      }
      this.#seenMs.delete(key);
    }
    const key = `${accessKeyId} ${nonce}`;
    const usedMs = this.#seenMs.get(key);
    if (usedMs !== undefined && nowMs - usedMs <= MEMORY_MS) {
      throw new ApiError(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
    }
    this.#seenMs.set(key, nowMs);
  }
}
