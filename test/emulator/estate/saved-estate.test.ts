import { expect, test } from 'vitest';
import { formatEstate, parseEstate } from '../../../lib/emulator/estate/parse-estate.ts';
import { A, aCloud, B, REGION } from '../emulator-support.ts';

type Cloud = ReturnType<typeof aCloud>;

const region = { RegionId: REGION };
const subnets = { ...region, LocalSubnet: '0.0.0.0/0', RemoteSubnet: '0.0.0.0/0' };

/** Makes a connection of each shape. Answers the id of the connection with a single tunnel. */
async function makeConnections({ vpc }: Cloud): Promise<string> {
  const address = { ...region, IpAddress: '192.0.2.1', AuthKey: 'k' };
  const gateway = String((await vpc('CreateCustomerGateway', address)).body.CustomerGatewayId);
  const { body } = await vpc('CreateVpnAttachment', {
    ...subnets,
    CustomerGatewayId: gateway,
    BgpConfig: '{"EnableBgp":"true","TunnelCidr":"169.254.40.0/30"}',
    HealthCheckConfig: '{"enable":"true","dip":"10.0.0.1","sip":"10.0.0.2"}',
    RemoteCaCert: 'certificate',
  });
  await vpc('CreateVpnAttachment', {
    ...subnets,
    'TunnelOptionsSpecification.1.CustomerGatewayId': gateway,
    'TunnelOptionsSpecification.1.TunnelBgpConfig.LocalAsn': '65010',
    'TunnelOptionsSpecification.2.CustomerGatewayId': gateway,
  });
  return String(body.VpnConnectionId);
}

/** Makes a CEN with a transit router that holds the connection, and a route table of its own. */
async function makeRouting({ cbn, emulator }: Cloud, VpnId: string) {
  const CenId = String((await cbn('CreateCen', { Name: 'net' })).body.CenId);
  await cbn('DescribeCens');
  const cidrs = { 'TransitRouterCidrList.1.Cidr': '10.9.0.0/24' };
  await cbn('CreateTransitRouter', { ...region, CenId, ...cidrs });
  await cbn('ListTransitRouters', region);
  const router = { TransitRouterId: emulator.estate.transitRouters[0]?.TransitRouterId ?? '' };
  await cbn('CreateTransitRouterVpnAttachment', { ...router, VpnId, 'Zone.1.ZoneId': 'eu-central-1a' });
  const { TransitRouterRouteTableId } = (await cbn('CreateTransitRouterRouteTable', router)).body;
  await cbn('ListTransitRouterRouteTables', router);
  await cbn('ListTransitRouterVpnAttachments', router);
  await cbn('ListTransitRouterVpnAttachments', router);
  const table = { TransitRouterRouteTableId: String(TransitRouterRouteTableId) };
  return { CenId, table, attachment: emulator.estate.attachments[0]?.TransitRouterAttachmentId ?? '' };
}

test.each(['json', 'yaml'] as const)(
  '%s: every result of a call is saved, and is read back unchanged',
  async (format) => {
    const cloud = aCloud({ accounts: [{ accountId: A }, { accountId: B }] });
    const { vpc, cbn, emulator } = cloud;
    const id = await makeConnections(cloud);
    const { CenId, table, attachment } = await makeRouting(cloud, id);
    const pair = { ...table, TransitRouterAttachmentId: attachment };
    const route = {
      ...table,
      TransitRouterRouteEntryDestinationCidrBlock: '10.1.0.0/16',
      TransitRouterRouteEntryNextHopType: 'BlackHole',
      TransitRouterRouteEntryDescription: 'nowhere',
    };
    const held = { ...region, VpnConnectionId: id, RouteDest: '10.2.0.0/16', NextHop: id, Weight: '0' };
    const replies = [
      await cbn('AssociateTransitRouterAttachmentWithRouteTable', pair),
      await cbn('EnableTransitRouterRouteTablePropagation', pair),
      await cbn('CreateTransitRouterRouteEntry', route),
      await vpc('CreateVcoRouteEntry', held),
      await cbn('GrantInstanceToTransitRouter', { InstanceType: 'VPN', InstanceId: id, CenId, CenOwnerId: A }),
    ];
    expect(replies.map(({ code }) => code)).toEqual(['OK', 'OK', 'OK', 'OK', 'OK']);
    expect(parseEstate(formatEstate(emulator.estate, format), format)).toEqual(emulator.estate);
    for (const list of Object.entries(emulator.estate).filter(([name]) => name !== 'vpnGateways')) {
      expect([list[0], JSON.stringify(list[1])]).not.toEqual([list[0], '[]']);
    }
  },
);
