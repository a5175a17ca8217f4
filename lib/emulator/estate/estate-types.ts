import type { EstateRead } from './estate-schema.ts';

type Item<K extends keyof EstateRead> = NonNullable<EstateRead[K]> extends (infer Row)[] ? Row : never;
type With<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: Exclude<T[P], undefined> };

type Owned = 'accountId' | 'tags';
type Placed = Owned | 'regionId';

export type Region = With<Item<'regions'>, 'LocalName' | 'vpn'>;
export type Account = With<Item<'accounts'>, 'keys' | 'roles'>;
export type Key = Account['keys'][number];
export type Role = Account['roles'][number];
export type Directory = { accountId: string; members: Member[] };
export type Member = { accountId: string; DisplayName: string; Status: string };
export type Connection = With<Omit<Item<'vpnConnections'>, 'attachmentId'>, Placed | 'CreateTime'>;
export type Tunnel = NonNullable<Connection['TunnelOptions']>[number];
export type CustomerGateway = With<Item<'customerGateways'>, Placed | 'CreateTime'>;
export type Cen = With<Item<'cens'>, Owned>;
export type TransitRouter = With<Item<'transitRouters'>, Owned | 'CenId' | 'RegionId'>;
export type Attachment = With<
  Item<'attachments'>,
  Owned | 'VpnOwnerId' | 'VpnRegionId' | 'CenId' | 'Status' | 'CreationTime'
>;
export type RouteTable = Item<'routeTables'>;
export type Association = With<Item<'associations'>, 'Status'>;
export type Propagation = With<Item<'propagations'>, 'Status'>;
export type RouteEntry = Item<'routeEntries'>;

/** Everything that exists in the emulated cloud, as plain data that JSON and YAML can hold. */
export type Estate = {
  derive: boolean;
  regions: Region[];
  accounts: Account[];
  /** Undefined: resource directory is not enabled. */
  directory?: Directory;
  vpnConnections: Connection[];
  customerGateways: CustomerGateway[];
  cens: Cen[];
  transitRouters: TransitRouter[];
  attachments: Attachment[];
  routeTables: RouteTable[];
  associations: Association[];
  propagations: Propagation[];
  routeEntries: RouteEntry[];
};
