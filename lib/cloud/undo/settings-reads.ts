import type { CloudApi } from '../../core/domain/cloud-api.ts';
import type { Settings } from '../../core/undo/settings.ts';
import { listByNumber } from '../client/list-pages.ts';
import type { Rpc } from '../client/rpc.ts';
import { connectionRoutePage, customerGatewayPage } from '../wire/wire-backup.ts';

/** The additional reads of a backup. Nothing here writes. */
export const settingsReads = (rpc: Rpc): Pick<CloudApi, 'listConnectionRoutes' | 'listCustomerGateways'> => ({
  listConnectionRoutes(regionId, connectionId, pick) {
    const action = 'DescribeVcoRouteEntries';
    const params = { RegionId: regionId, VpnConnectionId: connectionId, RouteEntryType: 'custom' };
    return listByNumber<Settings>({
      action,
      idOf: (route) => JSON.stringify([route.RouteDest, route.NextHop, route.Weight]),
      fetch: (page) =>
        rpc.read(
          { action, regionId, connectionId, params: { ...params, ...page } },
          connectionRoutePage(connectionId, pick),
        ),
    });
  },

  listCustomerGateways(regionId, pick) {
    const action = 'DescribeCustomerGateways';
    return listByNumber<Settings>({
      action,
      idOf: ({ CustomerGatewayId }) => JSON.stringify(CustomerGatewayId),
      fetch: (page) =>
        rpc.read({ action, regionId, params: { RegionId: regionId, ...page } }, customerGatewayPage(pick)),
    });
  },
});
