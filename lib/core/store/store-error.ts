/** Why a store could not be written or read. */
export type StoreCode =
  /** No space is left, or a quota is used up. */
  | 'StoreFull'
  /** The file system is read-only, or does not let us. */
  | 'StoreDenied'
  /** The folder, or the marker in it, is not there any more. */
  | 'StoreGone'
  /** It did not answer in time. */
  | 'StoreTimeout'
  | 'StoreFailed';

/** A store that could not be written or read. The message says what and where, and quotes nothing of a document. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreCode;

  constructor(code: StoreCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The store's failure. Anything else is a defect of ours, which must not look like one: it is thrown again. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  throw error;
}
