import type { ConnectionRecord, VcoRoute } from '../../estate/estate-types.ts';
import { isCidr, isTitle } from '../../fields/field-checks.ts';
import { ApiError, dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { type Context, vpc } from '../../operation.ts';
import { vcoRouteKey } from '../../state/cloud-state.ts';
import { changeableConnection, updateConnection } from '../connections/modify-connection.ts';

type RouteName = Pick<VcoRoute, 'VpnConnectionId' | 'RouteDest' | 'NextHop' | 'Weight'>;

/** The fields that identify a route of a connection. Throws `ApiError`. */
function routeName({ params }: Context): RouteName {
  const weight = params.need('Weight');
  if (weight !== '0' && weight !== '100') {
    throw invalid('Weight');
  }
  const destination = params.need('RouteDest');
  if (!isCidr(destination) || destination === '0.0.0.0/0') {
    throw invalid('RouteDest');
  }
  const mode = params.text('OverlayMode');
  if (mode !== undefined && mode !== 'Ipsec') {
    throw invalid('OverlayMode');
  }
  return {
    VpnConnectionId: params.need('VpnConnectionId'),
    RouteDest: destination,
    NextHop: params.need('NextHop'),
    Weight: Number(weight),
  };
}

/** Only a connection that a transit router holds has routes. Throws `ApiError`. */
function routedConnection(context: Context): ConnectionRecord {
  const row = changeableConnection(context);
  if (row.State !== 'attached') {
    throw new ApiError(400, 'Vco.StatusNotSupport', 'The status of the vpn connection does not support this action.');
  }
  return row;
}

export const createVcoRouteEntry = vpc('CreateVcoRouteEntry', {
  kind: 'write',
  run(context) {
    const { params, store, nowMs } = context;
    const name = routeName(context);
    const connection = routedConnection(context);
    const description = params.text('Description') ?? '';
    if (name.NextHop !== connection.VpnConnectionId || !isTitle(100)(description)) {
      throw invalid(name.NextHop === connection.VpnConnectionId ? 'Description' : 'NextHop');
    }
    if (store.vcoRoutes.get(vcoRouteKey(name)) !== undefined) {
      throw new ApiError(400, 'VpnRouteEntry.AlreadyExists', 'The specified route entry already exists.');
    }
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    const row: VcoRoute = {
      ...name,
      State: 'published',
      RouteEntryType: 'custom',
      Source: 'CLOUD',
      OverlayMode: 'Ipsec',
      Description: description,
      CreateTime: nowMs,
    };
    store.insert(store.vcoRoutes, row);
    updateConnection(context, connection, () => undefined);
    const { RouteEntryType: _type, Source: _source, ...told } = row;
    return told;
  },
});

export const deleteVcoRouteEntry = vpc('DeleteVcoRouteEntry', {
  kind: 'write',
  run(context) {
    const { store, lifecycle, nowMs } = context;
    const name = routeName(context);
    const connection = routedConnection(context);
    const row = store.vcoRoutes.get(vcoRouteKey(name));
    // Routes learnt by BGP cannot be deleted.
    if (row === undefined || row.RouteEntryType !== 'custom' || row.pending !== undefined) {
      throw new ApiError(404, 'InvalidRouteEntry.NotFound', 'The specified route entry does not exist.');
    }
    lifecycle.begin(store.vcoRoutes, row, () => undefined, lifecycle.dependencyPending('gone', nowMs));
    updateConnection(context, connection, () => undefined);
    return {};
  },
});
