import type { Behaviours } from '../behaviours.ts';
import type { Pending } from '../estate/estate-fields.ts';
import type { AttachmentRecord, ConnectionRecord, TransitRouterRecord } from '../estate/estate-types.ts';
import { GATEWAY_ADDRESSES, gatewayAddress } from '../estate/region-facts.ts';
import type { Random } from '../random.ts';
import { bind, unbind } from './binding.ts';
import type { Store } from './cloud-state.ts';
import type { Table } from './record-table.ts';
import { type Changing, pendingFor, StateWatch, setPending } from './state-watch.ts';

/**
 * Ends the changes that are under way. Nothing happens by itself. Every call first asks which changes the clock and the
 * reads so far have ended, so a virtual clock works.
 */
export class Lifecycle {
  readonly #behaviours: () => Behaviours;
  readonly #store: Store;
  readonly #random: Random;
  readonly #watches: readonly { end(nowMs: number): boolean }[];
  #isObserved = true;

  constructor(store: Store, behaviours: () => Behaviours, random: Random) {
    this.#behaviours = behaviours;
    this.#store = store;
    this.#random = random;
    this.#watches = [
      new StateWatch(store.attachments, (row, atMs) => this.#finishAttachment(row, atMs)),
      new StateWatch(store.connections, (row, atMs) => this.#finishConnection(row, atMs)),
      this.#settling(store.associations, (row) => {
        row.Status = 'Active';
      }),
      this.#settling(store.propagations, (row) => {
        row.Status = 'Active';
      }),
      this.#settling(store.routeEntries, (row) => {
        row.TransitRouterRouteEntryStatus = 'Active';
      }),
      this.#settling(store.routeTables, (row) => {
        row.TransitRouterRouteTableStatus = 'Active';
      }),
      this.#settling(store.cens, (row) => {
        row.Status = 'Active';
      }),
      new StateWatch(store.transitRouters, (row) => this.#finishTransitRouter(row)),
      this.#settling(store.vcoRoutes, () => undefined),
    ];
  }

  /** Ends each change whose time or number of reads is over. The end of a change may begin and end another change. */
  tick(nowMs: number): void {
    let hasEnded = true;
    while (hasEnded) {
      hasEnded = this.#watches.map((watch) => watch.end(nowMs)).includes(true);
    }
  }

  /** Runs a read that shows the past. It does not count as a read of the present. */
  unobserved<T>(read: () => T): T {
    this.#isObserved = false;
    try {
      return read();
    } finally {
      this.#isObserved = true;
    }
  }

  /** A read has shown the present state of these rows. */
  seen(rows: readonly Changing[]): void {
    if (!this.#isObserved) {
      return;
    }
    for (const { pending } of rows) {
      if (pending?.polls != null && pending.polls > 0) {
        pending.polls -= 1;
      }
    }
  }

  /** Begins a change of a row: its state meanwhile, and the condition that ends the change. */
  begin<T extends Changing>(table: Table<T>, row: T, change: (row: T) => void, pending: Pending | undefined): void {
    this.#store.edit(row, (target) => {
      change(target);
      setPending(target, pending);
    });
    table.announce(row);
  }

  changeConnection(row: ConnectionRecord, state: string, pending: Pending | undefined): void {
    this.begin(
      this.#store.connections,
      row,
      (target) => {
        target.State = state;
      },
      pending,
    );
  }

  changeAttachment(row: AttachmentRecord, status: string, pending: Pending | undefined): void {
    this.begin(
      this.#store.attachments,
      row,
      (target) => {
        target.Status = status;
      },
      pending,
    );
  }

  /** How long an association, a propagation or a route takes to come or go. */
  dependencyPending(to: 'active' | 'gone', nowMs: number): Pending {
    const { dependencyPolls: polls, dependencyMs: ms } = this.#behaviours();
    return pendingFor(to, { polls, ms }, nowMs);
  }

  /** How long a CEN, a transit router, a route table or the settings of a connection take to change. */
  changePending(to: Pending['to'], nowMs: number): Pending {
    const { changePolls: polls, changeMs: ms } = this.#behaviours();
    return pendingFor(to, { polls, ms }, nowMs);
  }

  /** Gives a connection to a transit router, with a unique address for each tunnel. */
  bind(connection: ConnectionRecord, router: TransitRouterRecord): void {
    const used = new Set(this.#store.connections.all().flatMap(addressesOf));
    this.#store.edit(connection, (row) => bind(row, router, () => this.#drawAddress(used)));
  }

  #drawAddress(used: Set<string>): number {
    let nth = this.#random.below(GATEWAY_ADDRESSES);
    while (used.has(gatewayAddress(nth)) && used.size < GATEWAY_ADDRESSES) {
      nth += 1;
    }
    used.add(gatewayAddress(nth));
    return nth;
  }

  /** Rows that are either gone or settled at the end of a change. */
  #settling<T extends Changing>(table: Table<T>, settle: (row: T) => void): StateWatch<T> {
    return new StateWatch(table, (row) => {
      if (row.pending?.to === 'gone') {
        this.#store.remove(table, row);
      } else {
        this.begin(table, row, settle, undefined);
      }
    });
  }

  #finishTransitRouter(row: TransitRouterRecord): void {
    const store = this.#store;
    if (row.pending?.to !== 'gone') {
      const settle = (target: TransitRouterRecord) => {
        target.Status = 'Active';
      };
      this.begin(store.transitRouters, row, settle, undefined);
      return;
    }
    store.remove(store.transitRouters, row);
    store.removeAll(store.routeTables, store.routeTables.in('transitRouter', row.TransitRouterId));
  }

  #finishAttachment(row: AttachmentRecord, atMs: number): void {
    const store = this.#store;
    const connection = store.connections.get(row.VpnId);
    if (row.pending?.to === 'attached') {
      this.changeAttachment(row, 'Attached', undefined);
      if (connection?.State === 'attaching') {
        this.changeConnection(connection, 'attached', undefined);
      }
      if (connection?.AttachType === 'NO_ASSOCIATED' && connection.pending === undefined) {
        this.#bindLate(connection, row);
      }
      return;
    }
    store.remove(store.attachments, row);
    store.removeDependants(row.TransitRouterAttachmentId);
    if (connection?.State !== 'detaching' || connection.pending !== undefined) {
      return;
    }
    const { detachSecondPolls: polls, detachSecondMs: ms } = this.#behaviours();
    this.changeConnection(connection, 'detaching', pendingFor('init', { polls, ms }, atMs));
  }

  #finishConnection(row: ConnectionRecord, atMs: number): void {
    const store = this.#store;
    const to = row.pending?.to;
    if (to === 'gone') {
      store.remove(store.connections, row);
      store.removeAll(store.vcoRoutes, store.vcoRoutes.in('connection', row.VpnConnectionId));
      store.removeAll(store.grants, store.grants.in('instance', row.VpnConnectionId));
    } else if (to === 'attached') {
      this.changeConnection(row, 'attached', undefined);
    } else if (to === 'deleted') {
      const { deletedStateReads: polls, deleteMs: ms } = this.#behaviours();
      this.changeConnection(row, 'deleted', pendingFor('gone', { polls, ms }, atMs));
    } else {
      this.#release(row, atMs);
    }
  }

  /** A connection that is not bound any more, or not yet bound. */
  #release(row: ConnectionRecord, atMs: number): void {
    const isKept = this.#behaviours().crossAccountAfterDetach === 'kept' && row.CrossAccountAuthorized === true;
    this.#store.edit(row, (target) => {
      unbind(target);
      target.CrossAccountAuthorized = isKept;
    });
    this.#store.removeAll(this.#store.vcoRoutes, this.#store.vcoRoutes.in('connection', row.VpnConnectionId));
    this.#forgetSecond(row, atMs);
  }

  /** The transit router knew of the attachment first. Now the connection says so as well. */
  #bindLate(row: ConnectionRecord, { TransitRouterId }: AttachmentRecord): void {
    const router = this.#store.transitRouters.get(TransitRouterId);
    if (router === undefined) {
      return;
    }
    this.bind(row, router);
    this.changeConnection(row, 'attached', undefined);
  }

  /** The VPC side forgot first. Now it is the transit router's turn. */
  #forgetSecond(row: ConnectionRecord, atMs: number): void {
    const { detachSecondPolls: polls, detachSecondMs: ms } = this.#behaviours();
    for (const attachment of [...this.#store.attachments.in('connection', row.VpnConnectionId)]) {
      if (attachment.Status !== 'Detaching' || attachment.pending !== undefined) {
        continue;
      }
      this.changeAttachment(attachment, 'Detaching', pendingFor('gone', { polls, ms }, atMs));
    }
  }
}

const addressesOf = ({ InternetIp, TunnelOptions = [] }: ConnectionRecord): string[] =>
  [InternetIp, ...TunnelOptions.map((tunnel) => tunnel.InternetIp)].filter((address) => address !== undefined);
