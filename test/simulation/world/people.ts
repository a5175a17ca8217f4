import type { Emulator } from '../../../lib/emulator/emulator-types.ts';
import type { ConnectionRecord } from '../../../lib/emulator/estate/estate-types.ts';
import { OWN, type PeopleAct } from '../stories/scenario.ts';

/** An act of other people, through the same API if it has such an action. Answers whether the act was possible. */
export async function actOut(
  emulator: Emulator,
  { act, connectionId, tags }: PeopleAct,
  nowMs: number,
): Promise<boolean> {
  const row = emulator.estate.vpnConnections.find(({ VpnConnectionId }) => VpnConnectionId === connectionId);
  if (act === 'create') {
    return await create(emulator);
  }
  if (act === 'copy-tags') {
    return await create(emulator, tags ?? row?.tags);
  }
  if (row === undefined) {
    return false;
  }
  const [attachment] = emulator.estate.attachments.filter(({ VpnId }) => VpnId === connectionId);
  const call = async (version: string, action: string, params: Record<string, string>): Promise<boolean> => {
    try {
      return (await emulator.call({ accountId: OWN, version, action, params })).status === 200;
    } catch {
      // A fault befell them too.
      return false;
    }
  };
  const tag = (more: Record<string, string>) => {
    row.tags = { ...row.tags, ...more };
    return true;
  };
  switch (act) {
    case 'attach':
      return await call('2017-09-12', 'CreateTransitRouterVpnAttachment', {
        VpnId: connectionId,
        RegionId: row.regionId,
        TransitRouterId: row.regionId === 'cn-hangzhou' ? 'tr-a' : 'tr-b',
      });
    case 'detach':
      if (!attachment) {
        return false;
      }
      return await call('2017-09-12', 'DeleteTransitRouterVpnAttachment', {
        TransitRouterAttachmentId: attachment.TransitRouterAttachmentId,
        Force: 'true',
      });
    case 'delete':
      return await call('2016-04-28', 'DeleteVpnAttachment', { RegionId: row.regionId, VpnConnectionId: connectionId });
    case 'tunnels-up':
      return setTunnels(row, 'ipsec_sa_established');
    case 'tunnels-down':
      return setTunnels(row, 'ike_sa_not_established');
    case 'keep':
      return tag({ 'vco-sweeper:keep': 'yes' });
    case 'unkeep':
      return tag({ 'vco-sweeper:keep': 'false' });
    case 'tag':
      return tag({ env: 'test', note: String(nowMs) });
    case 'retag':
      return tag(tags ?? {});
    case 'untag-all':
      row.tags = {};
      return true;
    case 'expire':
      return tag({ 'vco-sweeper:expires': new Date(nowMs - 1_000).toISOString() });
    case 'rename':
      row.Name = 'renamed';
      return true;
    case 'lock':
      if (row.State !== 'init' && row.State !== 'attached') {
        return false;
      }
      row.State = 'financialLocked';
      return true;
    case 'route':
      if (attachment?.TransitRouterId !== 'tr-a' || isRouted(emulator, attachment)) {
        return false;
      }
      emulator.estate.associations.push({
        TransitRouterAttachmentId: attachment.TransitRouterAttachmentId,
        TransitRouterRouteTableId: 'vtb-a',
        Status: 'Active',
      });
      return true;
    case 'unroute':
      emulator.estate.associations.splice(0);
      return true;
  }
}

const isRouted = ({ estate }: Emulator, { TransitRouterAttachmentId: id }: { TransitRouterAttachmentId: string }) =>
  estate.associations.some(({ TransitRouterAttachmentId }) => TransitRouterAttachmentId === id);

function setTunnels(row: ConnectionRecord, status: string): boolean {
  row.Status = status;
  for (const tunnel of row.TunnelOptions ?? []) {
    tunnel.Status = status;
  }
  return true;
}

async function create(emulator: Emulator, tags: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const entries = Object.entries(tags).flatMap(([key, value], index) => [
    [`Tags.${index + 1}.Key`, key],
    [`Tags.${index + 1}.Value`, value],
  ]);
  try {
    const reply = await emulator.call({
      accountId: OWN,
      version: '2016-04-28',
      action: 'CreateVpnAttachment',
      params: {
        RegionId: 'cn-hangzhou',
        LocalSubnet: '0.0.0.0/0',
        RemoteSubnet: '0.0.0.0/0',
        CustomerGatewayId: 'cgw-1',
        Name: 'new',
        ...Object.fromEntries(entries),
      },
    });
    return reply.status === 200;
  } catch {
    return false;
  }
}
