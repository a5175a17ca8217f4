import type {
  AssociationRecord,
  AttachmentRecord,
  Cen,
  ConnectionRecord,
  CustomerGateway,
  Estate,
  Grant,
  Propagation,
  RouteEntry,
  RouteTable,
  TransitRouterRecord,
  VcoRoute,
  VpnGateway,
} from '../estate/estate-types.ts';
import { Table } from './record-table.ts';
import { TagHistory } from './tag-history.ts';
import { overwrite, UndoLog } from './undo-log.ts';

/** The key of a group by account and region. */
export const placeKey = (accountId: string, regionId: string): string => `${accountId} ${regionId}`;

/** The key of an association or a propagation. */
export const linkKey = (attachmentId: string, tableId: string): string => `${attachmentId} ${tableId}`;

type Link = AssociationRecord | Propagation;

const newestFirst = (left: ConnectionRecord, right: ConnectionRecord): number =>
  right.CreateTime - left.CreateTime || (left.VpnConnectionId < right.VpnConnectionId ? -1 : 1);

const linkShape = {
  id: (row: Link) => linkKey(row.TransitRouterAttachmentId, row.TransitRouterRouteTableId),
  groups: {
    attachment: (row: Link) => row.TransitRouterAttachmentId,
    table: (row: Link) => row.TransitRouterRouteTableId,
  },
};

const routeId = (row: RouteEntry): string =>
  row.TransitRouterRouteEntryId ??
  `${row.TransitRouterRouteTableId} ${row.TransitRouterRouteEntryDestinationCidrBlock} ${row.TransitRouterRouteEntryNextHopId ?? ''}`;

/** The key of a route of a connection. */
export const vcoRouteKey = (row: Pick<VcoRoute, 'VpnConnectionId' | 'RouteDest' | 'NextHop' | 'Weight'>): string =>
  `${row.VpnConnectionId} ${row.RouteDest} ${row.NextHop} ${row.Weight}`;

/** The key of a grant. */
export const grantKey = (cenId: string, instanceId: string): string => `${cenId} ${instanceId}`;

/** The live estate with its indexes. Every change of the emulator goes through here. */
export class Store {
  estate: Estate;
  readonly journal = new UndoLog();
  readonly tagHistory = new TagHistory(this.journal);

  readonly connections = new Table<ConnectionRecord>(() => this.estate.vpnConnections, {
    id: (row) => row.VpnConnectionId,
    groups: { place: (row) => placeKey(row.accountId, row.regionId) },
    order: newestFirst,
  });
  readonly customerGateways = new Table<CustomerGateway>(() => this.estate.customerGateways, {
    id: (row) => row.CustomerGatewayId,
    groups: { place: (row) => placeKey(row.accountId, row.regionId) },
  });
  readonly vpnGateways = new Table<VpnGateway>(() => this.estate.vpnGateways, {
    id: (row) => row.VpnGatewayId,
    groups: { place: (row) => placeKey(row.accountId, row.regionId) },
  });
  readonly vcoRoutes = new Table<VcoRoute>(() => this.estate.vcoRouteEntries, {
    id: vcoRouteKey,
    groups: { connection: (row) => row.VpnConnectionId },
  });
  readonly grants = new Table<Grant>(() => this.estate.grants, {
    id: (row) => grantKey(row.CenId, row.InstanceId),
    groups: { instance: (row) => row.InstanceId, cen: (row) => row.CenId },
  });
  readonly cens = new Table<Cen>(() => this.estate.cens, {
    id: (row) => row.CenId,
    groups: { account: (row) => row.accountId },
  });
  readonly transitRouters = new Table<TransitRouterRecord>(() => this.estate.transitRouters, {
    id: (row) => row.TransitRouterId,
    groups: { account: (row) => row.accountId, cen: (row) => row.CenId },
  });
  readonly attachments = new Table<AttachmentRecord>(() => this.estate.attachments, {
    id: (row) => row.TransitRouterAttachmentId,
    groups: { connection: (row) => row.VpnId, transitRouter: (row) => row.TransitRouterId, cen: (row) => row.CenId },
  });
  readonly routeTables = new Table<RouteTable>(() => this.estate.routeTables, {
    id: (row) => row.TransitRouterRouteTableId,
    groups: { transitRouter: (row) => row.TransitRouterId },
  });
  readonly associations = new Table<AssociationRecord>(() => this.estate.associations, linkShape);
  readonly propagations = new Table<Propagation>(() => this.estate.propagations, linkShape);
  readonly routeEntries = new Table<RouteEntry>(() => this.estate.routeEntries, {
    id: routeId,
    groups: {
      table: (row) => row.TransitRouterRouteTableId,
      nextHop: (row) => row.TransitRouterRouteEntryNextHopId ?? '',
    },
  });

  readonly #tables: readonly { refresh(): void }[] = [
    this.connections,
    this.customerGateways,
    this.vpnGateways,
    this.vcoRoutes,
    this.grants,
    this.cens,
    this.transitRouters,
    this.attachments,
    this.routeTables,
    this.associations,
    this.propagations,
    this.routeEntries,
  ];

  constructor(estate: Estate) {
    this.estate = estate;
  }

  /** Notices the changes that tests, acting as other people, made in the estate since the last call. */
  refresh(): void {
    for (const table of this.#tables) {
      table.refresh();
    }
  }

  insert<T extends object>(table: Table<T>, row: T): void {
    this.journal.apply({ redo: () => table.insert(row), undo: () => void table.remove(row) });
  }

  remove<T extends object>(table: Table<T>, row: T): void {
    let at = -1;
    this.journal.apply({
      redo: () => {
        at = table.remove(row);
      },
      undo: () => {
        if (at >= 0) {
          table.insert(row, at);
        }
      },
    });
  }

  removeAll<T extends object>(table: Table<T>, rows: readonly T[]): void {
    for (const row of [...rows]) {
      this.remove(table, row);
    }
  }

  /** Removes the dependencies of an attachment: associations, propagations and routes. */
  removeDependants(attachmentId: string): void {
    this.removeAll(this.associations, this.associations.in('attachment', attachmentId));
    this.removeAll(this.propagations, this.propagations.in('attachment', attachmentId));
    this.removeAll(this.routeEntries, this.routeEntries.in('nextHop', attachmentId));
  }

  edit<T extends object>(row: T, change: (row: T) => void): void {
    const before = structuredClone(row);
    let after: T | undefined;
    this.journal.apply({
      redo: () => {
        if (after === undefined) {
          change(row);
        } else {
          overwrite(row, after);
        }
      },
      undo: () => {
        after = structuredClone(row);
        overwrite(row, before);
      },
    });
  }
}
