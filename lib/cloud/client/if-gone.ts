import { saysGone } from '../../core/domain/disposition.ts';
import { CloudError } from '../../core/domain/errors.ts';

/** Turns an error that says that the thing is gone into `instead`. Throws any other error again. */
export const ifGone =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof CloudError && saysGone(error)) {
      return instead;
    }
    throw error;
  };
