import type { EstateRead } from './estate-schema.ts';

type Item<K extends keyof EstateRead> = NonNullable<EstateRead[K]> extends (infer Row)[] ? Row : never;
type With<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: Exclude<T[P], undefined> };

type Owned = 'accountId' | 'tags';
type Placed = Owned | 'regionId';

export type Region = With<Item<'regions'>, 'LocalName' | 'vpn'>;
export type AccountRecord = With<Item<'accounts'>, 'keys' | 'roles'>;
export type AccessKey = AccountRecord['keys'][number];
export type Role = AccountRecord['roles'][number];
export type Directory = { accountId: string; members: Member[] };
type Member = { accountId: string; DisplayName: string; Status: string };
export type ConnectionRecord = With<Omit<Item<'vpnConnections'>, 'attachmentId'>, Placed | 'CreateTime'>;
export type TunnelRecord = NonNullable<ConnectionRecord['TunnelOptions']>[number];
export type CustomerGateway = With<Item<'customerGateways'>, Placed | 'CreateTime'>;
export type VpnGateway = With<Item<'vpnGateways'>, Placed | 'CreateTime'>;
export type VcoRoute = With<
  Item<'vcoRouteEntries'>,
  'NextHop' | 'Weight' | 'State' | 'RouteEntryType' | 'Source' | 'CreateTime'
>;
export type Cen = With<Item<'cens'>, Owned>;
export type TransitRouterRecord = With<Item<'transitRouters'>, Owned | 'CenId' | 'RegionId'>;
export type AttachmentRecord = With<
  Item<'attachments'>,
  Owned | 'VpnOwnerId' | 'VpnRegionId' | 'CenId' | 'Status' | 'CreationTime'
>;
export type RouteTable = With<Item<'routeTables'>, 'tags'>;
export type AssociationRecord = With<Item<'associations'>, 'Status'>;
export type Propagation = With<Item<'propagations'>, 'Status'>;
export type TransitRouterCidr = NonNullable<TransitRouterRecord['TransitRouterCidrList']>[number];
export type Grant = With<Item<'grants'>, 'accountId' | 'RegionId' | 'OrderType' | 'CreateTime'>;
export type RouteEntry = Item<'routeEntries'>;

/** Everything that exists in the emulated cloud, as plain data that JSON and YAML can hold. */
export type Estate = {
  derive: boolean;
  regions: Region[];
  accounts: AccountRecord[];
  /** Undefined if the resource directory is not enabled. */
  directory?: Directory;
  vpnConnections: ConnectionRecord[];
  customerGateways: CustomerGateway[];
  vpnGateways: VpnGateway[];
  vcoRouteEntries: VcoRoute[];
  cens: Cen[];
  transitRouters: TransitRouterRecord[];
  attachments: AttachmentRecord[];
  routeTables: RouteTable[];
  associations: AssociationRecord[];
  propagations: Propagation[];
  routeEntries: RouteEntry[];
  grants: Grant[];
};
