import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { aCloud, REGION, rows } from '../emulator-support.ts';

const estate: EstateFile = {
  vpnConnections: [
    { VpnConnectionId: 'vco-held', regionId: REGION, TransitRouterId: 'tr-1', attachmentId: 'tr-attach-1' },
    { VpnConnectionId: 'vco-free', regionId: REGION },
  ],
};
const held = { RegionId: REGION, VpnConnectionId: 'vco-held' };
const route = { ...held, RouteDest: '10.1.0.0/16', NextHop: 'vco-held', Weight: '100' };

const open = (behaviours = {}, file: EstateFile = estate) => {
  const cloud = aCloud(file, { behaviours });
  const list = async (params: Record<string, string> = {}) =>
    rows((await cloud.vpc('DescribeVcoRouteEntries', { ...held, ...params })).body, 'VcoRouteEntries');
  /** Lets the connection settle. */
  const settle = async () => {
    await cloud.vpc('DescribeVpnConnection', held);
    return (await cloud.vpc('DescribeVpnConnection', held)).body.State;
  };
  return { ...cloud, list, settle };
};

describe('routes of a connection', () => {
  test('are made singly, listed at once, and gone some reads after they are deleted', async () => {
    const { vpc, list, settle, clock } = open();
    expect((await vpc('CreateVcoRouteEntry', { ...route, Description: 'to the site' })).body).toMatchObject({
      VpnConnectionId: 'vco-held',
      RouteDest: '10.1.0.0/16',
      NextHop: 'vco-held',
      Weight: 100,
      OverlayMode: 'Ipsec',
      Description: 'to the site',
      State: 'published',
      CreateTime: clock.ms,
    });
    expect(await list()).toMatchObject([{ RouteDest: '10.1.0.0/16', RouteEntryType: 'custom', Source: 'CLOUD' }]);
    const second = { ...route, RouteDest: '10.2.0.0/16' };
    expect((await vpc('CreateVcoRouteEntry', second)).code).toBe('VpnConnection.Configuring');
    expect(await settle()).toBe('attached');
    expect((await vpc('CreateVcoRouteEntry', second)).code).toBe('OK');
    await settle();
    expect((await vpc('CreateVcoRouteEntry', second)).code).toBe('VpnRouteEntry.AlreadyExists');
    expect((await vpc('DeleteVcoRouteEntry', { ...route, Weight: '0' })).code).toBe('InvalidRouteEntry.NotFound');
    expect((await vpc('DeleteVcoRouteEntry', route)).code).toBe('OK');
    expect([(await list()).length, (await list()).length]).toEqual([2, 1]);
  });

  test('learnt by BGP are listed apart, counted, and cannot be deleted', async () => {
    const learnt = { VpnConnectionId: 'vco-held', RouteDest: '10.1.0.0/16', RouteEntryType: 'bgp', Source: 'VPN_BGP' };
    const own = { VpnConnectionId: 'vco-held', RouteDest: '10.2.0.0/16' };
    const { vpc, list } = open({}, { ...estate, vcoRouteEntries: [learnt, own] });
    expect([await list(), await list({ RouteEntryType: 'bgp' })]).toMatchObject([
      [{ RouteDest: '10.2.0.0/16', Weight: 100, NextHop: 'vco-held' }],
      [{ RouteDest: '10.1.0.0/16' }],
    ]);
    expect((await vpc('DescribeVcoRouteEntries', held)).body).toMatchObject({
      TotalCount: 1,
      VpnRouteCounts: [
        { RouteEntryType: 'bgp', Source: 'VPN_BGP', RouteCount: 1 },
        { RouteEntryType: 'custom', Source: 'CLOUD', RouteCount: 1 },
      ],
    });
    expect((await vpc('DeleteVcoRouteEntry', route)).code).toBe('InvalidRouteEntry.NotFound');
  });

  test('vanish when the connection is detached', async () => {
    const { cbn, list, emulator } = open(
      { detachPolls: 0 },
      { ...estate, vcoRouteEntries: [{ VpnConnectionId: 'vco-held', RouteDest: '10.1.0.0/16' }] },
    );
    await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-1' });
    expect(await list()).toEqual([]);
    expect(emulator.estate.vcoRouteEntries).toEqual([]);
  });

  test('an unbound connection has no routes: an empty list, or an error, as the switch says', async () => {
    const ask = async (VpnConnectionId: string, behaviours = {}) =>
      (await open(behaviours).vpc('DescribeVcoRouteEntries', { RegionId: REGION, VpnConnectionId })).code;
    const switched = { routesOfUnbound: 'unknown-error' };
    expect([await ask('vco-free'), await ask('vco-none')]).toEqual(['OK', 'InvalidVpnConnectionInstanceId.NotFound']);
    expect([await ask('vco-free', switched), await ask('vco-none', switched), await ask('vco-held', switched)]).toEqual(
      ['UnknownError', 'UnknownError', 'OK'],
    );
  });

  test.each<[Record<string, string>, string]>([
    [{ RouteDest: '0.0.0.0/0' }, 'InvalidParameter'],
    [{ RouteDest: 'everywhere' }, 'InvalidParameter'],
    [{ Weight: '50' }, 'InvalidParameter'],
    [{ Weight: '' }, 'MissingWeight'],
    [{ NextHop: 'vco-free' }, 'InvalidParameter'],
    [{ OverlayMode: 'Vxlan' }, 'InvalidParameter'],
    [{ VpnConnectionId: 'vco-free', NextHop: 'vco-free' }, 'Vco.StatusNotSupport'],
    [{ DryRun: 'true' }, 'DryRunOperation'],
  ])('%j: %s, and nothing is made', async (change, code) => {
    const { vpc, emulator } = open();
    expect((await vpc('CreateVcoRouteEntry', { ...route, ...change })).code).toBe(code);
    expect(emulator.estate.vcoRouteEntries).toEqual([]);
  });
});
