import type { RouteTable } from '../../estate/estate-types.ts';
import { isTitle, oneOf } from '../../fields/field-checks.ts';
import { titlesOf } from '../../fields/titles.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { type Context, cbn } from '../../operation.ts';
import { newTags } from '../../tags/new-tags.ts';
import { toMinute } from '../minute.ts';
import { findTransitRouter, isActive } from '../transit-routers/find-transit-router.ts';
import { ownTable } from './route-tables.ts';

const refused = (code: string, message: string): ApiError => new ApiError(400, code, message);

function change({ lifecycle, store, nowMs }: Context, row: RouteTable, status: string, to: 'active' | 'gone'): void {
  const begin = (target: RouteTable) => {
    target.TransitRouterRouteTableStatus = status;
  };
  lifecycle.begin(store.routeTables, row, begin, lifecycle.changePending(to, nowMs));
}

function optionsOf({ params }: Context): RouteTable['RouteTableOptions'] {
  const ecmp = params.text('RouteTableOptions.MultiRegionECMP') ?? 'disable';
  if (!oneOf('enable', 'disable')(ecmp)) {
    throw invalid('RouteTableOptions.MultiRegionECMP');
  }
  return { MultiRegionECMP: ecmp };
}

export const createTransitRouterRouteTable = cbn('CreateTransitRouterRouteTable', {
  kind: 'write',
  run(context) {
    const { params, store, random, nowMs } = context;
    const router = findTransitRouter(context, params.need('TransitRouterId'));
    const row: RouteTable = {
      TransitRouterRouteTableId: `vtb-${random.letters(21)}`,
      TransitRouterId: router.TransitRouterId,
      TransitRouterRouteTableType: 'Custom',
      ...titlesOf(params, {
        TransitRouterRouteTableName: isTitle(128),
        TransitRouterRouteTableDescription: isTitle(256),
      }),
      CreateTime: toMinute(nowMs),
      RouteTableOptions: optionsOf(context),
      tags: newTags(params),
    };
    if (!isActive(router)) {
      throw refused('IncorrectStatus.TransitRouterInstance', 'The status of the transit router is incorrect.');
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    store.insert(store.routeTables, row);
    change(context, row, 'Creating', 'active');
    return { TransitRouterRouteTableId: row.TransitRouterRouteTableId };
  },
});

/** DeleteTransitRouterRouteTable: refused for a system table, and while anything refers to the table. */
export const deleteTransitRouterRouteTable = cbn('DeleteTransitRouterRouteTable', {
  kind: 'write',
  run(context) {
    const { params, store } = context;
    const row = ownTable(context, params.need('TransitRouterRouteTableId'));
    if (row === undefined) {
      throw refused('InvalidTransitRouterRouteTableId.NotFound', 'The specified route table does not exist.');
    }
    const { TransitRouterRouteTableId: id } = row;
    const referrers = [store.associations, store.propagations, store.routeEntries].map((table) =>
      table.in('table', id),
    );
    const isUsed = referrers.some((rows) => rows.length > 0);
    if (row.TransitRouterRouteTableType !== 'Custom' || isUsed || row.pending !== undefined) {
      throw refused('IncorrectStatus.RouteTable', 'The status of the route table is incorrect.');
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    change(context, row, 'Deleting', 'gone');
    return {};
  },
});
