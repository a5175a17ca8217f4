import { idLetters } from '../../estate/complete-connection.ts';
import type { TransitRouterRecord } from '../../estate/estate-types.ts';
import { isTitle } from '../../fields/field-checks.ts';
import { titlesOf } from '../../fields/titles.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { newTags } from '../../tags/new-tags.ts';
import { findCen } from '../cens/find-cen.ts';
import { toMinute } from '../minute.ts';
import { findTransitRouter, isActive } from './find-transit-router.ts';
import { newCidrs } from './transit-router-cidrs.ts';

const refused = (code: string, message: string): ApiError => new ApiError(400, code, message);

const busy = (): ApiError =>
  refused('IncorrectStatus.TransitRouterInstance', 'The status of the transit router is incorrect.');

const namesOf = ({ params }: Context): Partial<TransitRouterRecord> =>
  titlesOf(params, { TransitRouterName: isTitle(128), TransitRouterDescription: isTitle(256) });

/** The transit router that a request describes. Throws `ApiError`. */
function newTransitRouter(context: Context): TransitRouterRecord {
  const { params, store, estate, caller, random, nowMs } = context;
  const cen = findCen(context, params.need('CenId'));
  const RegionId = params.need('RegionId');
  const region = estate.regions.find((candidate) => candidate.RegionId === RegionId);
  if (region === undefined || !region.vpn) {
    throw invalid('RegionId');
  }
  if (cen.pending !== undefined) {
    throw refused('IncorrectStatus.CenInstance', 'The status of the CEN instance is incorrect.');
  }
  if (store.transitRouters.in('cen', cen.CenId).some((row) => row.RegionId === RegionId)) {
    throw refused('InstanceExist.TransitRouterInstance', 'The CEN instance has a transit router in the region.');
  }
  return {
    accountId: caller.accountId,
    RegionId,
    TransitRouterId: `tr-${random.letters(21)}`,
    CenId: cen.CenId,
    Type: 'Enterprise',
    ...namesOf(context),
    CreationTime: toMinute(nowMs),
    SupportMulticast: params.flag('SupportMulticast') ?? false,
    TransitRouterCidrList: newCidrs(context),
    tags: newTags(params),
  };
}

/** CreateTransitRouter: `Creating` for a while. It comes with a route table of its own. */
export const createTransitRouter = cbn('CreateTransitRouter', {
  kind: 'write',
  run(context) {
    const { params, store } = context;
    const row = newTransitRouter(context);
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    store.insert(store.transitRouters, row);
    store.insert(store.routeTables, {
      TransitRouterRouteTableId: `vtb-${idLetters(row.TransitRouterId)}`,
      TransitRouterId: row.TransitRouterId,
      TransitRouterRouteTableType: 'System',
      ...(row.CreationTime !== undefined && { CreateTime: row.CreationTime }),
      tags: {},
    });
    change(context, row, 'Creating', 'active');
    return { TransitRouterId: row.TransitRouterId };
  },
});

function change(
  { lifecycle, store, nowMs }: Context,
  row: TransitRouterRecord,
  status: string,
  to: 'active' | 'gone',
): void {
  const begin = (target: TransitRouterRecord) => {
    target.Status = status;
  };
  lifecycle.begin(store.transitRouters, row, begin, lifecycle.changePending(to, nowMs));
}

export const updateTransitRouter = cbn('UpdateTransitRouter', {
  kind: 'write',
  run(context) {
    const { params, store } = context;
    const row = findTransitRouter(context, params.need('TransitRouterId'));
    const regionId = params.text('RegionId');
    if (regionId !== undefined && regionId !== row.RegionId) {
      throw invalid('RegionId');
    }
    const names = namesOf(context);
    if (!isActive(row)) {
      throw busy();
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    store.edit(row, (target) => Object.assign(target, names));
    change(context, row, 'Modifying', 'active');
    return {};
  },
});

/** The reasons that keep a transit router from being deleted. */
function blocker({ store }: Context, { TransitRouterId: id }: TransitRouterRecord): ApiError | undefined {
  if (store.attachments.in('transitRouter', id).length > 0) {
    return refused('InvalidOperation.AttachedChildInstanceExist', 'The transit router has network instances attached.');
  }
  const hasOwnTables = store.routeTables
    .in('transitRouter', id)
    .some((row) => row.TransitRouterRouteTableType === 'Custom');
  return hasOwnTables
    ? refused('OperationFailed.DeleteTransitRouter', 'The transit router has custom route tables.')
    : undefined;
}

/** DeleteTransitRouter: `Deleting` for a while, and then gone with its system route table. */
export const deleteTransitRouter = cbn('DeleteTransitRouter', {
  kind: 'write',
  run(context) {
    const { params, store, caller } = context;
    const row = store.transitRouters.get(params.need('TransitRouterId'));
    if (row === undefined || row.accountId !== caller.accountId) {
      throw refused('ParameterInstanceId', 'The specified transit router does not exist.');
    }
    if (!isActive(row)) {
      throw busy();
    }
    const blocked = blocker(context, row);
    if (blocked !== undefined) {
      throw blocked;
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    change(context, row, 'Deleting', 'gone');
    return {};
  },
});
