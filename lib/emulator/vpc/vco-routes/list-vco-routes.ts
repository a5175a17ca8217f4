import type { VcoRoute } from '../../estate/estate-types.ts';
import { ApiError, connectionNotFound, invalid } from '../../gateway/api-error.ts';
import { numberedPage } from '../../gateway/paging.ts';
import { type ReplyBody, vpc } from '../../operation.ts';
import { findConnection } from '../connections/describe-connections.ts';

const shownRoute = ({ pending: _pending, OverlayMode: _mode, Description: _text, ...row }: VcoRoute): ReplyBody => ({
  AsPath: '',
  Community: '',
  NextHopTunnelIdList: [],
  ...row,
});

/** The number of routes of each type. It does not depend on the type that the list asks for. */
function countsOf(rows: readonly VcoRoute[]): ReplyBody[] {
  const counts = new Map<string, { RouteEntryType: string; Source: string; RouteCount: number }>();
  for (const { RouteEntryType, Source } of rows) {
    const key = `${RouteEntryType} ${Source}`;
    counts.set(key, { RouteEntryType, Source, RouteCount: (counts.get(key)?.RouteCount ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** DescribeVcoRouteEntries: the destination routes of a connection, or its learnt routes. */
export const describeVcoRouteEntries = vpc('DescribeVcoRouteEntries', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const { params, store, behaviours, lifecycle } = context;
    const type = params.text('RouteEntryType') ?? 'custom';
    if (type !== 'custom' && type !== 'bgp') {
      throw invalid('RouteEntryType');
    }
    const connection = findConnection(context);
    if (behaviours.routesOfUnbound === 'unknown-error' && connection?.AttachType !== 'CEN') {
      throw new ApiError(400, 'UnknownError', 'The request processing has failed due to some unknown error.');
    }
    if (connection === undefined) {
      throw connectionNotFound();
    }
    const all = store.vcoRoutes.in('connection', connection.VpnConnectionId);
    const { items, fields } = numberedPage(
      context,
      all.filter((row) => row.RouteEntryType === type),
    );
    const shown = items.map(shownRoute);
    lifecycle.seen(items);
    return { ...fields, VcoRouteEntries: shown, VpnRouteCounts: countsOf(all) };
  },
});
