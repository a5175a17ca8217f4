import type { EstateFile } from '../../../lib/emulator/estate/estate-schema.ts';
import { A, B, REGION } from '../emulator-support.ts';

/** Two of each listed resource, and a resource in each state that an operation needs. */
export const ESTATE: EstateFile = {
  accounts: [{ accountId: A }, { accountId: B }],
  customerGateways: [
    { CustomerGatewayId: 'cgw-1', regionId: REGION, IpAddress: '192.0.2.1', Asn: 65_001, tags: { env: 'test' } },
    { CustomerGatewayId: 'cgw-2', regionId: REGION, IpAddress: '192.0.2.2', ResourceGroupId: 'rg-probe' },
  ],
  vpnGateways: [
    { VpnGatewayId: 'vpn-1', regionId: REGION, VpcId: 'vpc-probe', tags: { env: 'test' } },
    { VpnGatewayId: 'vpn-2', regionId: REGION, Status: 'updating', BusinessStatus: 'FinancialLocked' },
  ],
  vpnConnections: [
    { VpnConnectionId: 'vco-free', regionId: REGION, CustomerGatewayId: 'cgw-1', tags: { env: 'test', team: 'a' } },
    { VpnConnectionId: 'vco-dual', regionId: REGION, TunnelOptions: [{}, {}], ResourceGroupId: 'rg-probe' },
    { VpnConnectionId: 'vco-held', regionId: REGION, TransitRouterId: 'tr-1', attachmentId: 'tr-attach-held' },
    { VpnConnectionId: 'vco-bare', regionId: REGION, TransitRouterId: 'tr-1', attachmentId: 'tr-attach-bare' },
    { VpnConnectionId: 'vco-gateway', regionId: REGION, VpnGatewayId: 'vpn-1' },
    { VpnConnectionId: 'vco-foreign', regionId: REGION, accountId: B },
    { VpnConnectionId: 'vco-lent', regionId: REGION },
  ],
  vcoRouteEntries: [
    { VpnConnectionId: 'vco-held', RouteDest: '10.1.0.0/16' },
    { VpnConnectionId: 'vco-held', RouteDest: '10.2.0.0/16' },
    { VpnConnectionId: 'vco-held', RouteDest: '10.3.0.0/16', RouteEntryType: 'bgp', Source: 'VPN_BGP' },
  ],
  cens: [
    { CenId: 'cen-1', Name: 'one', tags: { env: 'test', team: 'a' } },
    { CenId: 'cen-2', Name: 'two', ResourceGroupId: 'rg-probe' },
    { CenId: 'cen-b', accountId: B },
  ],
  transitRouters: [
    {
      TransitRouterId: 'tr-1',
      RegionId: REGION,
      CenId: 'cen-1',
      TransitRouterName: 'one',
      TransitRouterCidrList: [
        { TransitRouterCidrId: 'cidr-1', Cidr: '172.16.0.0/24' },
        { TransitRouterCidrId: 'cidr-2', Cidr: '172.17.0.0/24' },
      ],
      tags: { env: 'test' },
    },
    { TransitRouterId: 'tr-idle', RegionId: 'cn-hangzhou', CenId: 'cen-1', Type: 'Basic', SupportMulticast: true },
  ],
  routeTables: [
    { TransitRouterRouteTableId: 'vtb-1', TransitRouterId: 'tr-1' },
    {
      TransitRouterRouteTableId: 'vtb-own',
      TransitRouterId: 'tr-1',
      TransitRouterRouteTableName: 'own',
      TransitRouterRouteTableType: 'Custom',
      RouteTableOptions: { MultiRegionECMP: 'enable' },
      tags: { env: 'test' },
    },
    { TransitRouterRouteTableId: 'vtb-unused', TransitRouterId: 'tr-1', TransitRouterRouteTableType: 'Custom' },
  ],
  associations: [{ TransitRouterAttachmentId: 'tr-attach-held', TransitRouterRouteTableId: 'vtb-own' }],
  propagations: [
    { TransitRouterAttachmentId: 'tr-attach-held', TransitRouterRouteTableId: 'vtb-own' },
    { TransitRouterAttachmentId: 'tr-attach-bare', TransitRouterRouteTableId: 'vtb-own', Status: 'Enabling' },
  ],
  routeEntries: [
    {
      TransitRouterRouteEntryId: 'rte-1',
      TransitRouterRouteEntryName: 'one',
      TransitRouterRouteTableId: 'vtb-own',
      TransitRouterRouteEntryDestinationCidrBlock: '10.1.0.0/16',
      TransitRouterRouteEntryNextHopId: 'tr-attach-held',
    },
    {
      TransitRouterRouteEntryId: 'rte-2',
      TransitRouterRouteTableId: 'vtb-own',
      TransitRouterRouteEntryDestinationCidrBlock: '10.2.0.0/16',
      TransitRouterRouteEntryNextHopType: 'BlackHole',
    },
    {
      TransitRouterRouteTableId: 'vtb-own',
      TransitRouterRouteEntryDestinationCidrBlock: '10.3.0.0/16',
      TransitRouterRouteEntryNextHopId: 'tr-attach-bare',
      TransitRouterRouteEntryType: 'Propagated',
    },
  ],
  attachments: [
    {
      TransitRouterAttachmentId: 'tr-attach-held',
      VpnId: 'vco-held',
      TransitRouterId: 'tr-1',
      tags: { env: 'test' },
    },
  ],
  grants: [
    { InstanceId: 'vco-foreign', CenId: 'cen-1', CenOwnerId: A },
    { InstanceId: 'vco-lent', CenId: 'cen-b', CenOwnerId: B },
  ],
};

type Params = Readonly<Record<string, string>>;

const region = { RegionId: REGION };
const free = { ...region, VpnConnectionId: 'vco-free' };
const dual = { ...region, VpnConnectionId: 'vco-dual' };
const held = { ...region, VpnConnectionId: 'vco-held' };
const subnets = { ...region, LocalSubnet: '0.0.0.0/0', RemoteSubnet: '0.0.0.0/0' };
const tunnels = {
  'TunnelOptionsSpecification.1.CustomerGatewayId': 'cgw-1',
  'TunnelOptionsSpecification.2.CustomerGatewayId': 'cgw-1',
};
const route = { ...held, NextHop: 'vco-held', Weight: '100' };
const router = { TransitRouterId: 'tr-1' };
const cidr = { ...router, ...region, Cidr: '172.18.0.0/24' };
const own = { TransitRouterRouteTableId: 'vtb-own' };
const attachment = { TransitRouterAttachmentId: 'tr-attach-held' };
const bare = { TransitRouterAttachmentId: 'tr-attach-bare' };
const entry = { ...own, TransitRouterRouteEntryDestinationCidrBlock: '10.9.0.0/16' };
const tag = { 'Tag.1.Key': 'env' };
const lent = { InstanceType: 'VPN', InstanceId: 'vco-lent', CenId: 'cen-b', CenOwnerId: B };

/** Calls that succeed, by version and action. A parameter has to count in any of these calls. */
export const CALLS: ReadonlyMap<string, readonly Params[]> = new Map<string, readonly Params[]>([
  ['2016-04-28 DescribeRegions', [{}]],
  ['2016-04-28 DescribeZones', [region]],
  ['2016-04-28 DescribeVpnConnections', [region, { ...region, ...tag }]],
  ['2016-04-28 DescribeVpnConnection', [free]],
  ['2016-04-28 DescribeVpnAttachments', [region]],
  [
    '2016-04-28 CreateVpnAttachment',
    [
      { ...subnets, CustomerGatewayId: 'cgw-1', 'Tags.1.Key': 'new' },
      { ...subnets, ...tunnels },
    ],
  ],
  [
    '2016-04-28 ModifyVpnAttachmentAttribute',
    [free, { ...dual, 'TunnelOptionsSpecification.1.TunnelIkeConfig.LocalId': 'here' }],
  ],
  ['2016-04-28 DeleteVpnAttachment', [free]],
  ['2016-04-28 DescribeVcoRouteEntries', [held]],
  ['2016-04-28 CreateVcoRouteEntry', [{ ...route, RouteDest: '10.9.0.0/16' }]],
  ['2016-04-28 DeleteVcoRouteEntry', [{ ...route, RouteDest: '10.1.0.0/16' }]],
  ['2016-04-28 DescribeCustomerGateways', [region, { ...region, ...tag }]],
  ['2016-04-28 DescribeCustomerGateway', [{ ...region, CustomerGatewayId: 'cgw-1' }]],
  ['2016-04-28 CreateCustomerGateway', [{ ...region, IpAddress: '192.0.2.9', 'Tags.1.Key': 'new' }]],
  ['2016-04-28 ModifyCustomerGatewayAttribute', [{ ...region, CustomerGatewayId: 'cgw-2' }]],
  ['2016-04-28 DeleteCustomerGateway', [{ ...region, CustomerGatewayId: 'cgw-2' }]],
  ['2016-04-28 DescribeVpnGateways', [region, { ...region, ...tag }]],
  ['2016-04-28 DescribeVpnCrossAccountAuthorizations', [{ ...region, VpnConnectionId: 'vco-lent' }]],
  [
    '2016-04-28 MoveVpnResourceGroup',
    [{ ...region, ResourceType: 'VpnAttachment', InstanceId: 'vco-free', NewResourceGroupId: 'rg-new' }],
  ],
  [
    '2016-04-28 TagResources',
    [{ ...region, ResourceType: 'VPNATTACHMENT', 'ResourceId.1': 'vco-free', 'Tag.1.Key': 'new' }],
  ],
  [
    '2016-04-28 UnTagResources',
    [
      { ...region, ResourceType: 'VPNATTACHMENT', 'ResourceId.1': 'vco-free', 'TagKey.1': 'none' },
      { ...region, ResourceType: 'VPNATTACHMENT', 'ResourceId.1': 'vco-free', All: 'true' },
    ],
  ],
  [
    '2016-04-28 ListTagResources',
    [
      { ...region, ResourceType: 'VPNATTACHMENT', 'ResourceId.1': 'vco-free' },
      { ...region, ResourceType: 'VPNATTACHMENT', ...tag },
    ],
  ],
  ['2017-09-12 DescribeCens', [{}, tag, { 'Filter.1.Key': 'Name', 'Filter.1.Value.1': 'one' }]],
  ['2017-09-12 CreateCen', [{ 'Tag.1.Key': 'new' }]],
  ['2017-09-12 ModifyCenAttribute', [{ CenId: 'cen-1', Name: 'changed' }]],
  ['2017-09-12 DeleteCen', [{ CenId: 'cen-2' }]],
  ['2017-09-12 MoveResourceGroup', [{ ResourceType: 'CEN', ResourceId: 'cen-1', NewResourceGroupId: 'rg-new' }]],
  [
    '2017-09-12 ListTransitRouters',
    [
      { CenId: 'cen-1' },
      { CenId: 'cen-1', ...tag },
      { CenId: 'cen-1', 'FeatureFilter.1.Key': 'Multicast', 'FeatureFilter.1.Value.1': 'Enabled' },
    ],
  ],
  [
    '2017-09-12 CreateTransitRouter',
    [
      { CenId: 'cen-2', ...region, 'Tag.1.Key': 'new' },
      { CenId: 'cen-2', ...region, 'TransitRouterCidrList.1.Cidr': '172.18.0.0/24' },
    ],
  ],
  ['2017-09-12 UpdateTransitRouter', [router]],
  ['2017-09-12 DeleteTransitRouter', [{ TransitRouterId: 'tr-idle' }]],
  ['2017-09-12 ListTransitRouterCidr', [region]],
  ['2017-09-12 CreateTransitRouterCidr', [cidr]],
  ['2017-09-12 DeleteTransitRouterCidr', [{ ...router, ...region, TransitRouterCidrId: 'cidr-1' }]],
  ['2017-09-12 ListTransitRouterAvailableResource', [region]],
  ['2017-09-12 CheckTransitRouterService', [{}]],
  ['2017-09-12 ListTransitRouterVpnAttachments', [router, { ...router, ...tag }, { CenId: 'cen-1', ...region }]],
  [
    '2017-09-12 CreateTransitRouterVpnAttachment',
    [
      { ...router, VpnId: 'vco-free', 'Tag.1.Key': 'new' },
      { ...router, VpnId: 'vco-foreign', VpnOwnerId: B },
      { CenId: 'cen-1', ...region, VpnId: 'vco-free' },
    ],
  ],
  ['2017-09-12 UpdateTransitRouterVpnAttachmentAttribute', [{ ...attachment, TransitRouterAttachmentName: 'changed' }]],
  ['2017-09-12 DeleteTransitRouterVpnAttachment', [{ ...attachment, Force: 'true' }]],
  ['2017-09-12 ListTransitRouterRouteTables', [router, { ...router, ...tag }]],
  ['2017-09-12 CreateTransitRouterRouteTable', [{ ...router, 'Tag.1.Key': 'new' }]],
  ['2017-09-12 DeleteTransitRouterRouteTable', [{ TransitRouterRouteTableId: 'vtb-unused' }]],
  ['2017-09-12 ListTransitRouterRouteTableAssociations', [attachment, own]],
  ['2017-09-12 AssociateTransitRouterAttachmentWithRouteTable', [{ ...bare, TransitRouterRouteTableId: 'vtb-unused' }]],
  ['2017-09-12 DissociateTransitRouterAttachmentFromRouteTable', [{ ...attachment, ...own }]],
  ['2017-09-12 ListTransitRouterRouteTablePropagations', [own]],
  ['2017-09-12 EnableTransitRouterRouteTablePropagation', [{ ...bare, TransitRouterRouteTableId: 'vtb-unused' }]],
  ['2017-09-12 DisableTransitRouterRouteTablePropagation', [{ ...attachment, ...own }]],
  [
    '2017-09-12 ListTransitRouterRouteEntries',
    [own, { ...own, 'RouteFilter.1.Key': 'PrefixExactMatchCidrs', 'RouteFilter.1.Value.1': '10.1.0.0/16' }],
  ],
  [
    '2017-09-12 CreateTransitRouterRouteEntry',
    [
      { ...entry, TransitRouterRouteEntryNextHopType: 'BlackHole' },
      {
        ...entry,
        TransitRouterRouteEntryNextHopType: 'Attachment',
        TransitRouterRouteEntryNextHopId: 'tr-attach-held',
      },
    ],
  ],
  [
    '2017-09-12 DeleteTransitRouterRouteEntry',
    [
      { TransitRouterRouteEntryId: 'rte-1' },
      {
        ...own,
        TransitRouterRouteEntryDestinationCidrBlock: '10.1.0.0/16',
        TransitRouterRouteEntryNextHopType: 'Attachment',
        TransitRouterRouteEntryNextHopId: 'tr-attach-held',
      },
      {
        ...own,
        TransitRouterRouteEntryDestinationCidrBlock: '10.2.0.0/16',
        TransitRouterRouteEntryNextHopType: 'BlackHole',
      },
    ],
  ],
  ['2017-09-12 GrantInstanceToTransitRouter', [{ ...lent, InstanceId: 'vco-free' }]],
  ['2017-09-12 RevokeInstanceFromTransitRouter', [lent]],
  ['2017-09-12 DescribeGrantRulesToResource', [{ ProductType: 'VPN', ResourceId: 'vco-lent' }]],
  ['2017-09-12 DescribeGrantRulesToCen', [{ ProductType: 'VPN', CenId: 'cen-1' }]],
  ['2017-09-12 TagResources', [{ ResourceType: 'Cen', 'ResourceId.1': 'cen-1', 'Tag.1.Key': 'new' }]],
  [
    '2017-09-12 UntagResources',
    [
      { ResourceType: 'Cen', 'ResourceId.1': 'cen-1', 'TagKey.1': 'none' },
      { ResourceType: 'Cen', 'ResourceId.1': 'cen-1', All: 'true' },
    ],
  ],
  [
    '2017-09-12 ListTagResources',
    [
      { ResourceType: 'Cen', 'ResourceId.1': 'cen-1' },
      { ResourceType: 'Cen', ...tag },
    ],
  ],
]);
