import type { ConnectionRecord } from '../../estate/estate-types.ts';
import { ApiError, connectionNotFound } from '../../gateway/api-error.ts';
import { type Context, type ReplyBody, vpc } from '../../operation.ts';
import { settingsOf } from './connection-settings.ts';
import { shownSingle, shownTunnel } from './connection-wire.ts';
import { findConnection, isOfVpnGateway } from './describe-connections.ts';

/** The connection that a request changes, if it can be changed now. Throws `ApiError`. */
export function changeableConnection(context: Context): ConnectionRecord {
  const row = findConnection(context);
  if (row === undefined || isOfVpnGateway(row)) {
    throw connectionNotFound();
  }
  if (row.State === 'financialLocked') {
    throw new ApiError(400, 'VpnConnection.FinancialLocked', 'The specified vpn connection is financially locked.');
  }
  if ((row.State !== 'init' && row.State !== 'attached') || row.pending !== undefined) {
    throw new ApiError(400, 'VpnConnection.Configuring', 'The specified vpn connection is being configured.');
  }
  return row;
}

/** Changes a connection. It is `updating` for a while, and then has its former state again. */
export function updateConnection(
  { store, lifecycle, nowMs }: Context,
  row: ConnectionRecord,
  change: (row: ConnectionRecord) => void,
): void {
  const to = row.State === 'attached' ? 'attached' : 'init';
  store.edit(row, change);
  lifecycle.changeConnection(row, 'updating', lifecycle.changePending(to, nowMs));
}

const SHOWN = [
  'VpnConnectionId',
  'Name',
  'Description',
  'CreateTime',
  'AttachType',
  'AttachInstanceId',
  'CustomerGatewayId',
  'VpnGatewayId',
  'LocalSubnet',
  'RemoteSubnet',
  'NetworkType',
  'EffectImmediately',
  'EnableDpd',
  'EnableNatTraversal',
  'EnableTunnelsBgp',
  'ResourceGroupId',
  'Spec',
  'Status',
  'IpsecConfig',
  'VcoHealthCheck',
] as const;

const NUMBERS = new Set(['IkeLifetime', 'IpsecLifetime', 'LocalAsn', 'PeerAsn']);

/** A tunnel in the reply to a change. Flags and numbers are not text here. */
function typed(value: unknown, name = ''): unknown {
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typed(inner, key)]));
  }
  if (name === 'EnableDpd' || name === 'EnableNatTraversal') {
    return value === 'true';
  }
  return NUMBERS.has(name) ? Number(value) : value;
}

function replyFor(context: Context, row: ConnectionRecord): ReplyBody {
  const fields = SHOWN.flatMap((name) => (row[name] == null ? [] : [[name, row[name]]]));
  return {
    ...Object.fromEntries(fields),
    ...shownSingle(context, row),
    ...(row.TunnelOptions && {
      TunnelOptionsSpecification: row.TunnelOptions.map((tunnel) => typed(shownTunnel(context, tunnel))),
    }),
  };
}

/** ModifyVpnAttachmentAttribute: changes only the settings that the request names. */
export const modifyVpnAttachmentAttribute = vpc('ModifyVpnAttachmentAttribute', {
  kind: 'write',
  run(context) {
    const row = changeableConnection(context);
    const settings = settingsOf(context, row);
    updateConnection(context, row, (target) => Object.assign(target, settings));
    return replyFor(context, row);
  },
});
