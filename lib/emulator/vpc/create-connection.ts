import { completeConnection } from '../estate/complete-connection.ts';
import type { ConnectionRecord } from '../estate/estate-types.ts';
import { ApiError, dryRunPassed, invalid } from '../gateway/api-error.ts';
import { type Context, vpc } from '../operation.ts';
import { pendingFor } from '../state/lifecycle.ts';
import { tunnelsOf } from './tunnel-params.ts';

/** A parameter that holds JSON text. */
function json(context: Context, name: string): Record<string, unknown> {
  const text = context.params.text(name);
  if (text === undefined) {
    return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { ...value };
    }
  } catch {
    // Not JSON at all: refused below, like JSON that is no object.
  }
  throw invalid(name);
}

function checkCustomerGateways({ store, caller }: Context, ids: readonly (string | undefined)[]): void {
  for (const id of ids) {
    if (id !== undefined && store.customerGateways.get(id)?.accountId === caller.accountId) {
      continue;
    }
    throw new ApiError(
      404,
      'InvalidCustomerGatewayInstanceId.NotFound',
      'The specified customer gateway instance id does not exist.',
    );
  }
}

/** The keys that the request leaves out are drawn, as canaries. */
function newConnection(context: Context): ConnectionRecord {
  const { params, random, caller, nowMs } = context;
  const id = `vco-${random.letters(21)}`;
  const tunnels = tunnelsOf(params);
  if (tunnels !== undefined && tunnels.length !== 2) {
    throw invalid('TunnelOptionsSpecification');
  }
  const single = { CustomerGatewayId: params.text('CustomerGatewayId') };
  checkCustomerGateways(
    context,
    (tunnels ?? [single]).map((tunnel) => tunnel.CustomerGatewayId),
  );
  const base = completeConnection(
    {
      VpnConnectionId: id,
      Name: params.text('Name') ?? '',
      CreateTime: nowMs,
      LocalSubnet: params.need('LocalSubnet'),
      RemoteSubnet: params.need('RemoteSubnet'),
      NetworkType: params.text('NetworkType') ?? 'public',
      EffectImmediately: params.flag('EffectImmediately') ?? false,
      ...(tunnels === undefined
        ? { CustomerGatewayId: params.need('CustomerGatewayId') }
        : { TunnelOptions: tunnels, EnableTunnelsBgp: params.flag('EnableTunnelsBgp') ?? false }),
      tags: Object.fromEntries(params.tags('Tags').map(({ Key, Value }) => [Key, Value ?? ''])),
      State: 'init',
    },
    { accountId: caller.accountId, regionId: params.need('RegionId') },
  );
  const group = params.text('ResourceGroupId');
  const bandwidth = params.text('TunnelBandwidth');
  return {
    ...base,
    CrossAccountAuthorized: false,
    ...(group !== undefined && { ResourceGroupId: group }),
    ...(bandwidth !== undefined && { TunnelBandwidth: bandwidth }),
    ...(tunnels === undefined && singleConfig(context, base)),
  };
}

function singleConfig(context: Context, base: ConnectionRecord): Partial<ConnectionRecord> {
  const { params } = context;
  return {
    EnableDpd: params.flag('EnableDpd') ?? true,
    EnableNatTraversal: params.flag('EnableNatTraversal') ?? true,
    IkeConfig: { ...base.IkeConfig, ...json(context, 'IkeConfig') },
    IpsecConfig: { ...base.IpsecConfig, ...json(context, 'IpsecConfig') },
  };
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
