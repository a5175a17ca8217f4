import { saysGone } from '../../core/domain/disposition.ts';
import { CloudError } from '../../core/domain/errors.ts';

/** An error that says that the thing is gone becomes `instead`; any other is thrown again. */
export const ifGone =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof CloudError && saysGone(error)) {
      return instead;
    }
    throw error;
  };
