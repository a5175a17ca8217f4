import { completeConnection } from '../../estate/complete-connection.ts';
import type { ConnectionRecord } from '../../estate/estate-types.ts';
import { oneOf } from '../../fields/field-checks.ts';
import { dryRunPassed, invalid } from '../../gateway/api-error.ts';
import { type Context, vpc } from '../../operation.ts';
import { pendingFor } from '../../state/state-watch.ts';
import { newTags } from '../../tags/new-tags.ts';
import { checkCustomerGateways, settingsOf } from './connection-settings.ts';
import { type TunnelChange, tunnelsOf, withTunnelChange } from './tunnel-params.ts';

/** Both tunnels of a dual-tunnel connection, each with a customer gateway and an index of its own. */
function checkTunnels(tunnels: readonly TunnelChange[]): void {
  const indexes = tunnels.map(({ TunnelIndex }, at) => TunnelIndex ?? at + 1);
  if (tunnels.length !== 2 || new Set(indexes).size !== 2) {
    throw invalid('TunnelOptionsSpecification');
  }
}

/** The keys that the request leaves out are drawn, as canaries. */
function newConnection(context: Context): ConnectionRecord {
  const { params, random, caller, nowMs } = context;
  const id = `vco-${random.letters(21)}`;
  const tunnels = tunnelsOf(params);
  if (tunnels === undefined) {
    params.need('CustomerGatewayId');
  } else {
    checkTunnels(tunnels);
    checkCustomerGateways(
      context,
      tunnels.map((tunnel) => tunnel.CustomerGatewayId),
    );
  }
  params.need('LocalSubnet');
  params.need('RemoteSubnet');
  const bandwidth = params.text('TunnelBandwidth');
  if (bandwidth !== undefined && !oneOf('standard', 'large')(bandwidth.toLowerCase())) {
    throw invalid('TunnelBandwidth');
  }
  const group = params.text('ResourceGroupId');
  const base = completeConnection(
    {
      VpnConnectionId: id,
      Name: '',
      CreateTime: nowMs,
      ...(tunnels && { TunnelOptions: tunnels.map((tunnel) => withTunnelChange({}, tunnel)) }),
      ...(group !== undefined && { ResourceGroupId: group }),
      ...(bandwidth !== undefined && { TunnelBandwidth: bandwidth }),
      tags: newTags(params, 'Tags'),
      State: 'init',
    },
    { accountId: caller.accountId, regionId: params.need('RegionId') },
  );
  return { ...base, CrossAccountAuthorized: false, ...settingsOf(context, base) };
}

/** CreateVpnAttachment: a new connection that is bound to nothing. */
export const createVpnAttachment = vpc('CreateVpnAttachment', {
  kind: 'write',
  run(context) {
    const { store, lifecycle, behaviours, params, nowMs } = context;
    const row = newConnection(context);
    if (params.flag('DryRun') === true) {
      throw dryRunPassed();
    }
    store.insert(store.connections, row);
    const { createPolls, createMs } = behaviours;
    if (createPolls !== 0) {
      lifecycle.changeConnection(row, 'provisioning', pendingFor('init', { polls: createPolls, ms: createMs }, nowMs));
    }
    const { VpnConnectionId, Name, CreateTime } = row;
    return { VpnConnectionId, Name, CreateTime, Code: '200', Success: true, Message: 'successful' };
  },
});
