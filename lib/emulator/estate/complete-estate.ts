import { completeConnection, type Home, NO_VPN_GATEWAY } from './complete-connection.ts';
import { completeRouting } from './complete-routing.ts';
import { DEFAULT_ACCOUNT_ID, DEFAULT_KEY, LONG_AGO_MS } from './estate-defaults.ts';
import type { EstateRead } from './estate-schema.ts';
import type {
  AccessKey,
  AccountRecord,
  ConnectionRecord,
  Directory,
  Estate,
  Region,
  VpnGateway,
} from './estate-types.ts';

/**
 * Fills in the missing fields of an estate file, so that the estate is complete.
 *
 * @param key the key of the default account, if the file has no accounts
 */
export function completeEstate(file: EstateRead, key: AccessKey = DEFAULT_KEY): Estate {
  const accounts = completeAccounts(file, key);
  const regions = completeRegions(file);
  const home = {
    accountId: accounts[0]?.accountId ?? DEFAULT_ACCOUNT_ID,
    regionId: regions[0]?.RegionId ?? 'cn-hangzhou',
  };
  const vpnConnections = (file.vpnConnections ?? []).map((item) => completeConnection(item, home));
  const customerGateways = (file.customerGateways ?? []).map((item) => ({
    ...item,
    accountId: item.accountId ?? home.accountId,
    regionId: item.regionId ?? home.regionId,
    CreateTime: item.CreateTime ?? LONG_AGO_MS,
    tags: item.tags ?? {},
  }));
  const vpnGateways = completeVpnGateways(file, vpnConnections, home);
  const vcoRouteEntries = (file.vcoRouteEntries ?? []).map((item) => ({
    ...item,
    NextHop: item.NextHop ?? item.VpnConnectionId,
    Weight: item.Weight ?? 100,
    State: item.State ?? 'published',
    RouteEntryType: item.RouteEntryType ?? 'custom',
    Source: item.Source ?? 'CLOUD',
    CreateTime: item.CreateTime ?? LONG_AGO_MS,
  }));
  const owners = new Map(vpnConnections.map((row) => [row.VpnConnectionId, row]));
  const grants = (file.grants ?? []).map((item) => ({
    ...item,
    accountId: item.accountId ?? owners.get(item.InstanceId)?.accountId ?? home.accountId,
    RegionId: item.RegionId ?? owners.get(item.InstanceId)?.regionId ?? home.regionId,
    OrderType: item.OrderType ?? 'PayByCenOwner',
    CreateTime: item.CreateTime ?? LONG_AGO_MS,
  }));
  const routing = completeRouting(file, vpnConnections, home);
  const directory = completeDirectory(file, accounts);
  return {
    derive: false,
    regions,
    accounts,
    ...(directory && { directory }),
    vpnConnections,
    customerGateways,
    vpnGateways,
    vcoRouteEntries,
    ...routing,
    grants,
  };
}

function completeAccounts(file: EstateRead, key: AccessKey): AccountRecord[] {
  const accounts = file.accounts ?? [{ accountId: DEFAULT_ACCOUNT_ID, keys: [key], roles: [] }];
  return accounts.map((account) => ({ ...account, keys: account.keys ?? [], roles: account.roles ?? [] }));
}

function completeVpnGateways(file: EstateRead, connections: readonly ConnectionRecord[], home: Home): VpnGateway[] {
  const listed = (file.vpnGateways ?? []).map((item) => ({
    ...item,
    accountId: item.accountId ?? home.accountId,
    regionId: item.regionId ?? home.regionId,
    CreateTime: item.CreateTime ?? LONG_AGO_MS,
    tags: item.tags ?? {},
  }));
  if (file.derive === false) {
    return listed;
  }
  const known = new Set(listed.map((item) => item.VpnGatewayId));
  const implied = connections.flatMap(({ accountId, regionId, VpnGatewayId = NO_VPN_GATEWAY }) => {
    if (VpnGatewayId === NO_VPN_GATEWAY || known.has(VpnGatewayId)) {
      return [];
    }
    known.add(VpnGatewayId);
    return [{ accountId, regionId, VpnGatewayId, CreateTime: LONG_AGO_MS, tags: {} }];
  });
  return [...listed, ...implied];
}

/** Unless the file says otherwise, the first account manages the other accounts. */
function completeDirectory(
  { directory, derive = true }: EstateRead,
  accounts: readonly AccountRecord[],
): Directory | undefined {
  const [first, ...others] = accounts;
  if (directory === undefined && (!derive || first === undefined || others.length === 0)) {
    return undefined;
  }
  const accountId = directory?.accountId ?? first?.accountId ?? DEFAULT_ACCOUNT_ID;
  const members = directory?.members ?? accounts.filter((account) => account.accountId !== accountId);
  return {
    accountId,
    members: members.map((member) => ({
      accountId: member.accountId,
      DisplayName: ('DisplayName' in member ? member.DisplayName : undefined) ?? `account ${member.accountId}`,
      Status: ('Status' in member ? member.Status : undefined) ?? 'CreateSuccess',
    })),
  };
}

function completeRegions(file: EstateRead): Region[] {
  const named = [
    ...(file.vpnConnections ?? []).map((item) => item.regionId),
    ...(file.transitRouters ?? []).map((item) => item.RegionId),
  ];
  const ids = [...new Set(named.filter((id) => id !== undefined))];
  const regions = file.regions ?? (ids.length > 0 ? ids : ['cn-hangzhou']).map((RegionId) => ({ RegionId }));
  return regions.map((region) => ({ LocalName: region.RegionId, vpn: true, ...region }));
}
