import { toFileProblem } from '../core/store/file-problem.ts';
import { type StoreCode, StoreError } from '../core/store/store-error.ts';

const CODES = new Map<string, StoreCode>([
  ['ENOSPC', 'StoreFull'],
  ['EDQUOT', 'StoreFull'],
  ['EROFS', 'StoreDenied'],
  ['EACCES', 'StoreDenied'],
  ['EPERM', 'StoreDenied'],
  // The store creates its own folders, so this code means that the store itself is missing, or that it was unmounted.
  ['ENOENT', 'StoreGone'],
  ['ENOTCONN', 'StoreGone'],
  ['ESTALE', 'StoreGone'],
]);

/** @param what for example `/mnt/store: results cannot be listed` */
export const toStoreProblem = (what: string, error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError(CODES.get(systemCode(error) ?? '') ?? 'StoreFailed', `${what}: ${toFileProblem(error)}`);

/** A code such as `ENOENT`. Undefined if the error is not from the system. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** A missing mount may never answer. Throws `StoreError` if the task takes longer than the limit. */
export async function within<T>(limitMs: number, what: string, task: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new StoreError('StoreTimeout', `${what}: no answer within ${Math.round(limitMs)} ms`));
    timer = setTimeout(giveUp, limitMs);
  });
  try {
    return await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
}
