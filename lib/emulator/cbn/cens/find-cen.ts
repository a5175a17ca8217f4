import type { Cen } from '../../estate/estate-types.ts';
import { ApiError } from '../../gateway/api-error.ts';
import type { Context } from '../../operation.ts';

/** A CEN of the caller. Throws the service's old word for one that does not exist. */
export function findCen({ store, caller }: Context, cenId: string): Cen {
  const found = store.cens.get(cenId);
  if (found?.accountId !== caller.accountId) {
    throw new ApiError(400, 'ParameterCenInstanceId', 'The specified CEN instance does not exist.');
  }
  return found;
}
