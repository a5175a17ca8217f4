import { completeConnection } from './complete-connection.ts';
import { completeRouting } from './complete-routing.ts';
import { DEFAULT_ACCOUNT_ID, DEFAULT_KEY, LONG_AGO_MS } from './estate-defaults.ts';
import type { EstateRead } from './estate-schema.ts';
import type { AccountRecord, Directory, Estate, Region } from './estate-types.ts';

/** Fills in what an estate file leaves out, so that the result says everything. */
export function completeEstate(file: EstateRead): Estate {
  const accounts = completeAccounts(file);
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
  const routing = completeRouting(file, vpnConnections, home);
  const directory = completeDirectory(file, accounts);
  return {
    derive: false,
    regions,
    accounts,
    ...(directory && { directory }),
    vpnConnections,
    customerGateways,
    ...routing,
  };
}

function completeAccounts(file: EstateRead): AccountRecord[] {
  const accounts = file.accounts ?? [{ accountId: DEFAULT_ACCOUNT_ID, keys: [DEFAULT_KEY], roles: [] }];
  return accounts.map((account) => ({ ...account, keys: account.keys ?? [], roles: account.roles ?? [] }));
}

/** Unless the file says otherwise, the first account manages the others. */
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
