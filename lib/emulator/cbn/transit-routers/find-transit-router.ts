import type { TransitRouterRecord } from '../../estate/estate-types.ts';
import { ApiError, missing } from '../../gateway/api-error.ts';
import type { Context } from '../../operation.ts';

const notFound = (): ApiError =>
  new ApiError(400, 'InvalidTransitRouterId.NotFound', 'The specified transit router does not exist.');

/** A transit router of the caller. Throws `ApiError`. */
export function findTransitRouter({ store, caller }: Context, id: string): TransitRouterRecord {
  const found = store.transitRouters.get(id);
  if (found?.accountId !== caller.accountId) {
    throw notFound();
  }
  return found;
}

/** The transit router that a request names by id, or by CEN and region. Throws `ApiError`. */
export function namedTransitRouter(context: Context): TransitRouterRecord {
  const { params, store } = context;
  const id = params.text('TransitRouterId');
  const cenId = params.text('CenId');
  if (id !== undefined) {
    const found = findTransitRouter(context, id);
    if (cenId !== undefined && cenId !== found.CenId) {
      throw notFound();
    }
    return found;
  }
  if (cenId === undefined) {
    throw missing('TransitRouterId');
  }
  const regionId = params.need('RegionId');
  const found = store.transitRouters.in('cen', cenId).find((row) => row.RegionId === regionId);
  return findTransitRouter(context, found?.TransitRouterId ?? '');
}

/** Whether a transit router has no change under way. */
export const isActive = ({ Status = 'Active', pending }: TransitRouterRecord): boolean =>
  Status === 'Active' && pending === undefined;
