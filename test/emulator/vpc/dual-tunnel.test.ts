import { describe, expect, test } from 'vitest';
import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { defineEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import { aCloud, at, REGION, rows } from '../emulator-support.ts';

const estate: EstateFile = {
  customerGateways: [
    { CustomerGatewayId: 'cgw-1', regionId: REGION, IpAddress: '192.0.2.1' },
    { CustomerGatewayId: 'cgw-2', regionId: REGION, IpAddress: '192.0.2.2' },
  ],
  transitRouters: [{ TransitRouterId: 'tr-1', RegionId: REGION }],
};
const place = { RegionId: REGION };
const SPEC = 'TunnelOptionsSpecification';
const dual = {
  ...place,
  LocalSubnet: '0.0.0.0/0',
  RemoteSubnet: '0.0.0.0/0',
  [`${SPEC}.1.CustomerGatewayId`]: 'cgw-1',
  [`${SPEC}.2.CustomerGatewayId`]: 'cgw-2',
};

const open = (behaviours = {}) => {
  const cloud = aCloud(estate, { behaviours: { attachPolls: 0, detachPolls: 0, ...behaviours } });
  const tunnels = async (VpnConnectionId: string) => {
    const { body } = await cloud.vpc('DescribeVpnConnection', { ...place, VpnConnectionId });
    return rows(body, SPEC, 'TunnelOptions');
  };
  const make = async (params: Record<string, string> = {}) =>
    String((await cloud.vpc('CreateVpnAttachment', { ...dual, ...params })).body.VpnConnectionId);
  const attach = async (VpnId: string) =>
    String(
      (await cloud.cbn('CreateTransitRouterVpnAttachment', { TransitRouterId: 'tr-1', VpnId })).body
        .TransitRouterAttachmentId,
    );
  const detach = (TransitRouterAttachmentId: string) =>
    cloud.cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId });
  return { ...cloud, tunnels, make, attach, detach };
};

describe('two tunnels', () => {
  test('a partial setting does not remove the defaults of the rest', async () => {
    const { tunnels, make } = open();
    const id = await make({
      [`${SPEC}.1.TunnelIkeConfig.IkeLifetime`]: '3600',
      [`${SPEC}.2.TunnelIpsecConfig.IpsecEncAlg`]: 'aes256',
    });
    const ike = { IkeVersion: 'ikev2', IkeMode: 'main', IkeEncAlg: 'aes', IkeAuthAlg: 'sha1', IkePfs: 'group2' };
    const ipsec = { IpsecEncAlg: 'aes', IpsecAuthAlg: 'md5', IpsecPfs: 'group2', IpsecLifetime: '86400' };
    expect(await tunnels(id)).toMatchObject([
      { TunnelIndex: 1, Role: 'master', TunnelIkeConfig: { ...ike, IkeLifetime: '3600' }, TunnelIpsecConfig: ipsec },
      {
        TunnelIndex: 2,
        Role: 'slave',
        TunnelIkeConfig: { ...ike, IkeLifetime: '86400' },
        TunnelIpsecConfig: { ...ipsec, IpsecEncAlg: 'aes256' },
      },
    ]);
  });

  test('an estate file may give only a part of them as well', () => {
    const { vpnConnections } = defineEstate({
      vpnConnections: [{ VpnConnectionId: 'vco-1', TunnelOptions: [{ TunnelIkeConfig: { Psk: 'mine' } }, {}] }],
    });
    expect(vpnConnections[0]?.TunnelOptions).toMatchObject([
      { TunnelIndex: 1, TunnelIkeConfig: { Psk: 'mine', IkeVersion: 'ikev2', IkeLifetime: '86400' } },
      { TunnelIndex: 2, TunnelIkeConfig: { IkeVersion: 'ikev2' } },
    ]);
  });

  test('each tunnel is identified by the address of its customer gateway, unless the settings say otherwise', async () => {
    const { tunnels, make } = open();
    const told = await make({ [`${SPEC}.2.TunnelIkeConfig.RemoteId`]: 'there' });
    const remote = async (id: string) => (await tunnels(id)).map((tunnel) => at(tunnel, 'TunnelIkeConfig', 'RemoteId'));
    expect([await remote(await make()), await remote(told)]).toEqual([
      ['192.0.2.1', '192.0.2.2'],
      ['192.0.2.1', 'there'],
    ]);
  });

  test('role and index are as they were sent', async () => {
    const { tunnels, make } = open();
    const id = await make({
      [`${SPEC}.1.TunnelIndex`]: '2',
      [`${SPEC}.1.Role`]: 'master',
      [`${SPEC}.2.TunnelIndex`]: '1',
      [`${SPEC}.2.Role`]: 'slave',
    });
    expect(await tunnels(id)).toMatchObject([
      { TunnelIndex: 2, Role: 'master', CustomerGatewayId: 'cgw-1' },
      { TunnelIndex: 1, Role: 'slave', CustomerGatewayId: 'cgw-2' },
    ]);
    const unnamed = await make({ [`${SPEC}.1.TunnelIndex`]: '2', [`${SPEC}.2.TunnelIndex`]: '1' });
    expect(await tunnels(unnamed)).toMatchObject([
      { TunnelIndex: 2, Role: 'slave' },
      { TunnelIndex: 1, Role: 'master' },
    ]);
  });

  test('keep the certificate that older models of the request give each tunnel', async () => {
    const { tunnels, make } = open();
    const id = await make({ [`${SPEC}.2.RemoteCaCertificate`]: 'certificate' });
    expect((await tunnels(id)).map((tunnel) => tunnel.RemoteCaCertificate)).toEqual([undefined, 'certificate']);
  });

  test.each<[string, Record<string, string>]>([
    ['one tunnel twice', { [`${SPEC}.1.TunnelIndex`]: '2', [`${SPEC}.2.TunnelIndex`]: '2' }],
    ['a third tunnel', { [`${SPEC}.3.CustomerGatewayId`]: 'cgw-1' }],
    ['an unknown role', { [`${SPEC}.1.Role`]: 'chief' }],
    ['a key with a space', { [`${SPEC}.1.TunnelIkeConfig.Psk`]: 'a b' }],
    ['settings of a single tunnel', { IkeConfig: '{"IkeVersion":"ikev2"}' }],
  ])('%s: refused', async (_what, params) => {
    const { vpc, emulator } = open();
    expect((await vpc('CreateVpnAttachment', { ...dual, ...params })).code).toBe('InvalidParameter');
    expect(emulator.estate.vpnConnections).toEqual([]);
  });

  test('have addresses and zones while a transit router holds them, and new addresses each time', async () => {
    const { tunnels, make, attach, detach, cbn } = open();
    const id = await make();
    const shown = async () =>
      (await tunnels(id)).map(({ InternetIp, ZoneNo, TunnelIkeConfig }) => ({
        InternetIp,
        ZoneNo,
        LocalId: at(TunnelIkeConfig, 'LocalId'),
      }));
    const none = { InternetIp: undefined, ZoneNo: undefined, LocalId: undefined };
    expect(await shown()).toEqual([none, none]);

    const attachment = await attach(id);
    const first = await shown();
    expect(first.map(({ ZoneNo }) => ZoneNo)).toEqual(['eu-central-1a', 'eu-central-1b']);
    expect(first.map(({ LocalId }) => LocalId)).toEqual(first.map(({ InternetIp }) => InternetIp));

    await cbn('ListTransitRouterVpnAttachments', { TransitRouterId: 'tr-1' });
    await detach(attachment);
    expect(await shown()).toEqual([none, none]);

    await attach(id);
    const addresses = [...first, ...(await shown())].map(({ InternetIp }) => InternetIp);
    for (const address of addresses) {
      expect(address).toMatch(/^198\.1[89]\.\d{1,3}\.\d{1,3}$/);
    }
    expect(new Set(addresses).size).toBe(4);
  });

  test('no two connections have the same address', async () => {
    const { tunnels, make, attach } = open();
    const seen: unknown[] = [];
    for (let turn = 0; turn < 50; turn++) {
      const id = await make();
      await attach(id);
      seen.push(...(await tunnels(id)).map(({ InternetIp }) => InternetIp));
    }
    expect(new Set(seen).size).toBe(100);
  });
});
