import type { ConnectionRecord } from '../../estate/estate-types.ts';
import { connectionNotFound, invalid } from '../../gateway/api-error.ts';
import { numberedPage } from '../../gateway/paging.ts';
import { hasTags } from '../../gateway/params.ts';
import { type Context, vpc } from '../../operation.ts';
import { placeKey } from '../../state/cloud-state.ts';
import { shownTags } from '../../tags/visible-tags.ts';
import { describedConnection, listedAttachment, listedConnection } from './connection-wire.ts';

const ofCaller = ({ store, caller, params }: Context): readonly ConnectionRecord[] =>
  store.connections.in('place', placeKey(caller.accountId, params.need('RegionId')));

/** A connection as its owner finds it in the region asked for. */
export function findConnection({ store, caller, params }: Context): ConnectionRecord | undefined {
  const found = store.connections.get(params.need('VpnConnectionId'));
  return found?.accountId === caller.accountId && found.regionId === params.need('RegionId') ? found : undefined;
}

/** Old connections of VPN gateways have no AttachType. */
export const isOfVpnGateway = ({ AttachType }: ConnectionRecord): boolean =>
  AttachType === 'VPNGW' || AttachType == null;

export function usesGateway(connection: ConnectionRecord, customerGatewayId: string): boolean {
  return (
    connection.CustomerGatewayId === customerGatewayId ||
    (connection.TunnelOptions ?? []).some((tunnel) => tunnel.CustomerGatewayId === customerGatewayId)
  );
}

function filtered(context: Context, rows: readonly ConnectionRecord[]): readonly ConnectionRecord[] {
  const { params } = context;
  const vpnGatewayId = params.text('VpnGatewayId');
  const customerGatewayId = params.text('CustomerGatewayId');
  const connectionId = params.text('VpnConnectionId');
  const resourceGroupId = params.text('ResourceGroupId');
  const tags = params.tags();
  if (tags.length > 20) {
    throw invalid('Tag');
  }
  if (
    ![vpnGatewayId, customerGatewayId, connectionId, resourceGroupId, tags[0]].some((filter) => filter !== undefined)
  ) {
    return rows;
  }
  return rows.filter(
    (row) =>
      (vpnGatewayId === undefined || row.VpnGatewayId === vpnGatewayId) &&
      (customerGatewayId === undefined || usesGateway(row, customerGatewayId)) &&
      (connectionId === undefined || row.VpnConnectionId === connectionId) &&
      (resourceGroupId === undefined || row.ResourceGroupId === resourceGroupId) &&
      hasTags(shownTags(context, row), tags),
  );
}

export const describeVpnConnections = vpc('DescribeVpnConnections', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const { items, fields } = numberedPage(context, filtered(context, ofCaller(context)));
    const shown = items.map((row) => listedConnection(context, row));
    context.lifecycle.seen(items);
    return { ...fields, VpnConnections: { VpnConnection: shown } };
  },
});

export const describeVpnConnection = vpc('DescribeVpnConnection', {
  kind: 'read',
  run(context) {
    const found = findConnection(context);
    if (found === undefined) {
      throw connectionNotFound();
    }
    const shown = describedConnection(context, found);
    context.lifecycle.seen([found]);
    return shown;
  },
});

/** Lists only connections that are bound to a transit router, and shows neither State nor Status nor CreateTime. */
export const describeVpnAttachments = vpc('DescribeVpnAttachments', {
  kind: 'read',
  paging: 'number',
  run(context) {
    const attachType = context.params.text('AttachType') ?? 'CEN';
    if (attachType !== 'CEN') {
      throw invalid('AttachType');
    }
    const id = context.params.text('VpnConnectionId');
    const bound = ofCaller(context).filter(
      (row) => row.AttachType === 'CEN' && (id === undefined || row.VpnConnectionId === id),
    );
    const { items, fields } = numberedPage(context, bound);
    const shown = items.map((row) => listedAttachment(context, row));
    context.lifecycle.seen(items);
    return { ...fields, VpnAttachments: shown };
  },
});
