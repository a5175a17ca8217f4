import type { Cen } from '../../estate/estate-types.ts';
import { ApiError } from '../../gateway/api-error.ts';
import type { Context } from '../../operation.ts';

/** A CEN of the caller. For an unknown CEN it throws the service's old word. */
export function findCen({ store, caller }: Context, cenId: string): Cen {
  const found = store.cens.get(cenId);
  if (found?.accountId !== caller.accountId) {
    throw new ApiError(400, 'ParameterCenInstanceId', 'The specified CEN instance does not exist.');
  }
  return found;
}
