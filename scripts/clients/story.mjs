// The story of every client on the emulator: it makes, reads, changes and removes every resource that an IPsec-VPN
// connection depends on.
import { ok, strictEqual } from 'node:assert';
import { Refused } from './client.mjs';

const REGION = { RegionId: 'cn-hangzhou' };
const SUBNETS = { ...REGION, LocalSubnet: '0.0.0.0/0', RemoteSubnet: '0.0.0.0/0' };

/** The account of a generated estate. */
const ACCOUNT = 1_000_000_000_000_001;

/** The number of reads of a change before it counts as stuck. */
const LOOKS_MAX = 20;

/** @param call makes a call: service, action, parameters */
export async function live({ call, check }) {
  const vpc = (action, params) => call('vpc', action, params);
  const cbn = (action, params) => call('cbn', action, params);
  await lookAround(vpc, cbn);
  const ids = await makeAll(vpc, cbn);
  await makeTable(cbn, ids);
  await makeConnection({ vpc, check }, ids);
  await grant(vpc, cbn, ids);
  await tagAll(vpc, cbn, ids);
  await attach(vpc, cbn, ids);
  await route(vpc, cbn, ids);
  await change(vpc, cbn, ids);
  await check('refusals', () => refusals(vpc, cbn, ids));
  await check('paging by number', () => pageByNumber(vpc, ids));
  await check('paging by token', () => pageByToken(vpc, cbn, ids));
  await detach(vpc, cbn, ids);
  await removeAll(vpc, cbn, ids);
}

/** The resources that exist before anything is made. */
async function lookAround(vpc, cbn) {
  ok(at(await vpc('DescribeRegions', {}), 'Regions.Region').some(({ RegionId }) => RegionId === REGION.RegionId));
  strictEqual(at(await vpc('DescribeZones', REGION), 'Zones.Zone').length, 2);
  ok(at(await vpc('DescribeVpnGateways', REGION), 'VpnGateways.VpnGateway').length > 0);
  strictEqual(at(await cbn('ListTransitRouterAvailableResource', REGION), 'AvailableZones').length, 2);
  strictEqual(String((await cbn('CheckTransitRouterService', {})).Enabled), 'true');
}

/** Makes and removes a user's route table. */
async function makeTable(cbn, { TransitRouterId }) {
  const made = await cbn('CreateTransitRouterRouteTable', { TransitRouterId, TransitRouterRouteTableName: 'own' });
  const { TransitRouterRouteTableId } = made;
  const tables = async () =>
    at(await cbn('ListTransitRouterRouteTables', { TransitRouterId }), 'TransitRouterRouteTables');
  const status = async () =>
    (await tables()).find((row) => row.TransitRouterRouteTableId === TransitRouterRouteTableId)
      ?.TransitRouterRouteTableStatus;
  await until(async () => (await status()) === 'Active');
  await cbn('DeleteTransitRouterRouteTable', { TransitRouterRouteTableId });
  await until(async () => (await status()) === undefined);
}

/** Makes a grant, reads it in both accounts, and revokes it. */
async function grant(vpc, cbn, { VpnConnectionId, CenId }) {
  const granted = { ...REGION, CenId, CenOwnerId: ACCOUNT, InstanceId: VpnConnectionId, InstanceType: 'VPN' };
  await cbn('GrantInstanceToTransitRouter', granted);
  const rules = await cbn('DescribeGrantRulesToResource', { ProductType: 'VPN', ResourceId: VpnConnectionId });
  strictEqual(at(rules, 'GrantRules')[0].CenId, CenId);
  const toCen = await cbn('DescribeGrantRulesToCen', { ProductType: 'VPN', CenId });
  strictEqual(at(toCen, 'GrantRules.GrantRule')[0].ChildInstanceId, VpnConnectionId);
  const allowed = await vpc('DescribeVpnCrossAccountAuthorizations', { ...REGION, VpnConnectionId });
  strictEqual(at(allowed, 'CrossAccountAuthorizations')[0].BindInstance, CenId);
  await cbn('RevokeInstanceFromTransitRouter', granted);
}

async function makeAll(vpc, cbn) {
  const gateway = { ...REGION, IpAddress: '192.0.2.1', Asn: '65010', Name: 'site' };
  const { CustomerGatewayId } = await vpc('CreateCustomerGateway', gateway);
  const { CenId } = await cbn('CreateCen', { Name: 'net' });
  await until(
    async () => (await one(cbn('DescribeCens', { PageSize: 50 }), 'Cens.Cen', { CenId })).Status === 'Active',
  );
  const { TransitRouterId } = await cbn('CreateTransitRouter', { ...REGION, CenId, TransitRouterName: 'one' });
  const router = () => one(cbn('ListTransitRouters', { ...REGION, CenId }), 'TransitRouters', { TransitRouterId });
  await until(async () => (await router()).Status === 'Active');
  const place = { ...REGION, TransitRouterId };
  const { TransitRouterCidrId } = await cbn('CreateTransitRouterCidr', { ...place, Cidr: '172.16.0.0/24' });
  strictEqual(at(await cbn('ListTransitRouterCidr', place), 'CidrLists')[0].Cidr, '172.16.0.0/24');
  await cbn('DeleteTransitRouterCidr', { ...place, TransitRouterCidrId });
  const shown = await vpc('DescribeCustomerGateway', { ...REGION, CustomerGatewayId });
  strictEqual(Number(shown.Asn), 65_010);
  await one(vpc('DescribeCustomerGateways', { ...REGION, PageSize: 50 }), 'CustomerGateways.CustomerGateway', {
    CustomerGatewayId,
  });
  return { CustomerGatewayId, CenId, TransitRouterId };
}

async function makeConnection({ vpc, check }, ids) {
  const tunnel = (TunnelIndex) => ({
    TunnelIndex,
    CustomerGatewayId: ids.CustomerGatewayId,
    EnableDpd: true,
    TunnelIkeConfig: { IkeVersion: 'ikev2', IkeLifetime: 3600 },
    TunnelBgpConfig: {
      LocalAsn: 65_020,
      TunnelCidr: `169.254.4${TunnelIndex}.0/30`,
      LocalBgpIp: `169.254.4${TunnelIndex}.1`,
    },
  });
  const params = { ...SUBNETS, Name: 'made', EnableTunnelsBgp: true, ClientToken: `token-${ids.CenId}` };
  const dual = { ...params, TunnelOptionsSpecification: [tunnel(1), tunnel(2)] };
  const { VpnConnectionId } = await vpc('CreateVpnAttachment', dual);
  Object.assign(ids, { VpnConnectionId });
  await check('token replay', async () => {
    strictEqual((await vpc('CreateVpnAttachment', dual)).VpnConnectionId, VpnConnectionId);
    await refused(vpc('CreateVpnAttachment', { ...dual, Name: 'other' }), 'IdempotentParameterMismatch');
  });
  const tunnels = at(await connection(vpc, ids), 'TunnelOptionsSpecification.TunnelOptions');
  strictEqual(tunnels.map(({ TunnelIndex }) => Number(TunnelIndex)).join(), '1,2');
  for (const { TunnelIkeConfig, TunnelBgpConfig } of tunnels) {
    strictEqual(
      [TunnelIkeConfig.IkeLifetime, TunnelIkeConfig.IkeVersion, TunnelIkeConfig.RemoteId].join(),
      '3600,ikev2,192.0.2.1',
    );
    strictEqual([TunnelBgpConfig.LocalAsn, TunnelBgpConfig.PeerAsn].join(), '65020,65010');
  }
}

async function tagAll(vpc, cbn, { VpnConnectionId, TransitRouterId }) {
  const tags = {
    Tag: [
      { Key: 'env', Value: 'test' },
      { Key: 'team', Value: 'net' },
    ],
  };
  const own = { ...REGION, ResourceType: 'VPNATTACHMENT', ResourceId: [VpnConnectionId] };
  await vpc('TagResources', { ...own, ...tags });
  await vpc('UnTagResources', { ...own, TagKey: ['team'] });
  strictEqual(keysOf(await vpc('ListTagResources', own)), 'env');
  const filtered = at(
    await vpc('DescribeVpnConnections', { ...REGION, Tag: [{ Key: 'env', Value: 'test' }] }),
    'VpnConnections.VpnConnection',
  );
  ok(filtered.some((row) => row.VpnConnectionId === VpnConnectionId));
  const router = { ResourceType: 'TransitRouter', ResourceId: [TransitRouterId] };
  await cbn('TagResources', { ...router, ...tags });
  await cbn('UntagResources', { ...router, TagKey: ['env'] });
  strictEqual(keysOf(await cbn('ListTagResources', router)), 'team');
}

async function attach(vpc, cbn, ids) {
  const { TransitRouterId, VpnConnectionId } = ids;
  const made = await cbn('CreateTransitRouterVpnAttachment', {
    ...REGION,
    TransitRouterId,
    VpnId: VpnConnectionId,
    TransitRouterAttachmentName: 'made',
    AutoPublishRouteEnabled: true,
  });
  const id = { TransitRouterAttachmentId: made.TransitRouterAttachmentId };
  Object.assign(ids, id);
  const shown = () =>
    one(cbn('ListTransitRouterVpnAttachments', { ...REGION, TransitRouterId }), 'TransitRouterAttachments', id);
  await until(async () => (await shown()).Status === 'Attached');
  await until(async () => (await connection(vpc, ids)).State === 'attached');
  const addresses = at(await connection(vpc, ids), 'TunnelOptionsSpecification.TunnelOptions').map(
    ({ InternetIp }) => InternetIp,
  );
  ok(addresses.every(Boolean) && new Set(addresses).size === 2);
  const bound = at(await vpc('DescribeVpnAttachments', { ...REGION, PageSize: 50 }), 'VpnAttachments');
  ok(bound.some(({ InstanceId }) => InstanceId === VpnConnectionId));
}

async function route(vpc, cbn, { TransitRouterId, TransitRouterAttachmentId, VpnConnectionId }) {
  const tables = await cbn('ListTransitRouterRouteTables', { TransitRouterId });
  const pair = {
    TransitRouterAttachmentId,
    TransitRouterRouteTableId: at(tables, 'TransitRouterRouteTables')[0].TransitRouterRouteTableId,
  };
  const { TransitRouterRouteTableId } = pair;
  await cbn('AssociateTransitRouterAttachmentWithRouteTable', pair);
  const associations = () => cbn('ListTransitRouterRouteTableAssociations', pair);
  await until(async () => at(await associations(), 'TransitRouterAssociations')[0].Status === 'Active');
  await cbn('EnableTransitRouterRouteTablePropagation', pair);
  const propagations = () => cbn('ListTransitRouterRouteTablePropagations', pair);
  await until(async () => at(await propagations(), 'TransitRouterPropagations')[0].Status === 'Active');
  const { TransitRouterRouteEntryId } = await cbn('CreateTransitRouterRouteEntry', {
    TransitRouterRouteTableId,
    TransitRouterRouteEntryDestinationCidrBlock: '10.9.0.0/16',
    TransitRouterRouteEntryNextHopType: 'Attachment',
    TransitRouterRouteEntryNextHopId: TransitRouterAttachmentId,
  });
  const entries = () => cbn('ListTransitRouterRouteEntries', { TransitRouterRouteTableId });
  await until(async () => at(await entries(), 'TransitRouterRouteEntries').length === 1);
  await cbn('DeleteTransitRouterRouteEntry', { TransitRouterRouteEntryId });
  const all = { TransitRouterRouteTableId, TransitRouterRouteEntryStatus: 'All' };
  const left = () => cbn('ListTransitRouterRouteEntries', all);
  await until(async () => at(await left(), 'TransitRouterRouteEntries').length === 0);
  const own = { ...REGION, VpnConnectionId };
  const to = { ...own, RouteDest: '10.1.0.0/16', NextHop: VpnConnectionId, Weight: 100 };
  await vpc('CreateVcoRouteEntry', to);
  strictEqual(at(await vpc('DescribeVcoRouteEntries', own), 'VcoRouteEntries')[0].RouteDest, '10.1.0.0/16');
  await until(async () => (await connection(vpc, { VpnConnectionId })).State === 'attached');
  await vpc('DeleteVcoRouteEntry', to);
  await until(async () => at(await vpc('DescribeVcoRouteEntries', own), 'VcoRouteEntries').length === 0);
  await until(async () => (await connection(vpc, { VpnConnectionId })).State === 'attached');
  await cbn('DisableTransitRouterRouteTablePropagation', pair);
  await until(async () => at(await propagations(), 'TransitRouterPropagations').length === 0);
}

async function change(vpc, cbn, ids) {
  const { CustomerGatewayId, VpnConnectionId, TransitRouterId, TransitRouterAttachmentId, CenId } = ids;
  await vpc('ModifyVpnAttachmentAttribute', { ...REGION, VpnConnectionId, Name: 'changed' });
  await until(async () => (await connection(vpc, ids)).State === 'attached');
  strictEqual((await connection(vpc, ids)).Name, 'changed');
  await vpc('ModifyCustomerGatewayAttribute', { ...REGION, CustomerGatewayId, Name: 'changed' });
  await vpc('MoveVpnResourceGroup', {
    ...REGION,
    InstanceId: VpnConnectionId,
    ResourceType: 'VpnAttachment',
    NewResourceGroupId: 'rg-new',
  });
  await cbn('ModifyCenAttribute', { CenId, Name: 'changed' });
  await cbn('MoveResourceGroup', { ResourceType: 'CEN', ResourceId: CenId, NewResourceGroupId: 'rg-new' });
  await cbn('UpdateTransitRouterVpnAttachmentAttribute', {
    TransitRouterAttachmentId,
    TransitRouterAttachmentName: 'changed',
  });
  await cbn('UpdateTransitRouter', { ...REGION, TransitRouterId, TransitRouterName: 'changed' });
  const router = () => one(cbn('ListTransitRouters', { ...REGION, CenId }), 'TransitRouters', { TransitRouterId });
  await until(async () => (await router()).Status === 'Active');
  strictEqual((await router()).TransitRouterName, 'changed');
}

/** A resource in use cannot be deleted, and an unknown resource is not found. */
async function refusals(
  vpc,
  cbn,
  { VpnConnectionId, CustomerGatewayId, TransitRouterId, TransitRouterAttachmentId, CenId },
) {
  await refused(vpc('DeleteVpnAttachment', { ...REGION, VpnConnectionId }), 'IncorrectStatus.VpnConnection');
  await refused(vpc('DeleteCustomerGateway', { ...REGION, CustomerGatewayId }), 'DependencyViolation.VpnConnection');
  await refused(cbn('DeleteTransitRouter', { TransitRouterId }), 'InvalidOperation.AttachedChildInstanceExist');
  await refused(cbn('DeleteCen', { CenId }), 'InvalidOperation.CenInstanceStatus');
  await refused(
    cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId }),
    'OperationFailed.RouteTableAssociationExist',
  );
  const unknown = { ...REGION, VpnConnectionId: 'vco-none' };
  await refused(vpc('DescribeVpnConnection', unknown), 'InvalidVpnConnectionInstanceId.NotFound');
  await refused(vpc('DescribeVpnConnections', { RegionId: 'mars' }), 'InvalidRegionId.NotFound');
  await refused(vpc('DescribeVpnConnections', { ...REGION, PageSize: 51 }), 'InvalidParameter');
}

async function pageByNumber(vpc, ids) {
  const seen = [];
  let total = 1;
  for (let PageNumber = 1; seen.length < total && PageNumber <= LOOKS_MAX; PageNumber += 1) {
    const page = await vpc('DescribeVpnConnections', { ...REGION, PageNumber, PageSize: 2 });
    seen.push(...at(page, 'VpnConnections.VpnConnection').map((row) => row.VpnConnectionId));
    total = Number(page.TotalCount);
  }
  strictEqual(new Set(seen).size, total);
  ok(total > 4 && seen.includes(ids.VpnConnectionId));
}

async function pageByToken(vpc, cbn, { CustomerGatewayId, TransitRouterId }) {
  const single = { ...SUBNETS, CustomerGatewayId, Name: 'second' };
  const { VpnConnectionId } = await vpc('CreateVpnAttachment', single);
  const attachment = await cbn('CreateTransitRouterVpnAttachment', {
    ...REGION,
    TransitRouterId,
    VpnId: VpnConnectionId,
    Zone: [{ ZoneId: 'cn-hangzhou-a' }],
    Tag: [{ Key: 'env', Value: 'test' }],
  });
  const seen = [];
  let NextToken = '';
  do {
    const more = NextToken === '' ? {} : { NextToken };
    const page = await cbn('ListTransitRouterVpnAttachments', { TransitRouterId, MaxResults: 1, ...more });
    seen.push(...at(page, 'TransitRouterAttachments').map(({ VpnId }) => VpnId));
    NextToken = page.NextToken ?? '';
  } while (NextToken !== '' && seen.length < LOOKS_MAX);
  strictEqual(new Set(seen).size, 2);
  await release({ vpc, cbn }, { TransitRouterId, VpnConnectionId, ...attachment });
}

async function detach(vpc, cbn, ids) {
  await cbn('DissociateTransitRouterAttachmentFromRouteTable', await associationOf(cbn, ids));
  const { TransitRouterAttachmentId } = ids;
  const associations = () => cbn('ListTransitRouterRouteTableAssociations', { TransitRouterAttachmentId });
  await until(async () => at(await associations(), 'TransitRouterAssociations').length === 0);
  await release({ vpc, cbn }, ids);
  const gone = vpc('DescribeVpnConnection', { ...REGION, VpnConnectionId: ids.VpnConnectionId });
  await refused(gone, 'InvalidVpnConnectionInstanceId.NotFound');
}

async function associationOf(cbn, { TransitRouterAttachmentId }) {
  const reply = await cbn('ListTransitRouterRouteTableAssociations', { TransitRouterAttachmentId });
  const [{ TransitRouterRouteTableId }] = at(reply, 'TransitRouterAssociations');
  return { TransitRouterAttachmentId, TransitRouterRouteTableId };
}

/** Detaches a connection, and deletes it as soon as the transit router does not list it any more. */
async function release({ vpc, cbn }, { TransitRouterId, TransitRouterAttachmentId, VpnConnectionId }) {
  const listed = async () => {
    const reply = await cbn('ListTransitRouterVpnAttachments', { ...REGION, TransitRouterId });
    return at(reply, 'TransitRouterAttachments').find(
      (row) => row.TransitRouterAttachmentId === TransitRouterAttachmentId,
    );
  };
  await until(async () => (await listed()).Status === 'Attached');
  await cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId });
  await until(async () => (await listed()) === undefined);
  await vpc('DeleteVpnAttachment', { ...REGION, VpnConnectionId });
  const left = async () =>
    at(await vpc('DescribeVpnConnections', { ...REGION, VpnConnectionId }), 'VpnConnections.VpnConnection');
  await until(async () => (await left()).length === 0);
}

async function removeAll(vpc, cbn, { CustomerGatewayId, TransitRouterId, CenId }) {
  await vpc('DeleteCustomerGateway', { ...REGION, CustomerGatewayId });
  await cbn('DeleteTransitRouter', { TransitRouterId });
  const routers = () => cbn('ListTransitRouters', { ...REGION, CenId });
  await until(async () => at(await routers(), 'TransitRouters').length === 0);
  await cbn('DeleteCen', { CenId });
  const cens = async () => at(await cbn('DescribeCens', { PageSize: 50 }), 'Cens.Cen');
  await until(async () => !(await cens()).some((row) => row.CenId === CenId));
}

const connection = (vpc, { VpnConnectionId }) => vpc('DescribeVpnConnection', { ...REGION, VpnConnectionId });

const keysOf = (body) =>
  at(body, 'TagResources.TagResource')
    .map(({ TagKey }) => TagKey)
    .join();

/** The list at a path. If the client left it out because it is empty, the list is empty. */
const at = (body, path) => path.split('.').reduce((here, name) => here?.[name], body) ?? [];

/** The item of a listing that has this id. */
async function one(reply, path, id) {
  const [[name, value]] = Object.entries(id);
  const found = at(await reply, path).find((row) => row[name] === value);
  ok(found, `${value} is not listed`);
  return found;
}

async function until(holds) {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    if (await holds()) {
      return;
    }
  }
  throw new Error(`nothing had changed after ${LOOKS_MAX} looks`);
}

async function refused(reply, code) {
  const answered = await reply.then(
    () => 'a success',
    (error) => {
      if (error instanceof Refused) {
        return error.code;
      }
      throw error;
    },
  );
  strictEqual(answered, code);
}
