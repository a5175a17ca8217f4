/** Why a store could not be written or read. */
export type StoreCode =
  /** No space is left, or a quota is used up. */
  | 'StoreFull'
  /** The file system is read-only, or denies access. */
  | 'StoreDenied'
  /** The folder or its marker no longer exists. */
  | 'StoreGone'
  /** The file system did not answer in time. */
  | 'StoreTimeout'
  | 'StoreFailed';

/** A store that could not be written or read. The message names the action and the path, and quotes no document. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreCode;

  constructor(code: StoreCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The failure of a store. Any other error is a defect of ours and must not look like a failed store, so it is thrown
 * again.
 */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  throw error;
}
