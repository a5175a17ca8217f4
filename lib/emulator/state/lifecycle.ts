import type { Behaviours } from '../behaviours.ts';
import type { Pending } from '../estate/estate-fields.ts';
import type {
  AssociationRecord,
  AttachmentRecord,
  ConnectionRecord,
  Propagation,
  RouteEntry,
  TransitRouterRecord,
} from '../estate/estate-types.ts';
import type { Store } from './cloud-state.ts';
import type { Table } from './record-table.ts';

type Changing = { pending?: Pending | undefined };

/** How long a change takes: a count of reads that still show the old state, or time, whichever ends first. */
export type Span = { readonly polls: number | null; readonly ms: number | null };

export const pendingFor = (to: Pending['to'], span: Span, fromMs: number): Pending => ({
  to,
  polls: span.polls,
  atMs: span.ms === null ? null : fromMs + span.ms,
});

/** The rows of one table that are changing, and what happens when a change ends. */
class StateWatch<T extends Changing> {
  readonly #finish: (row: T, atMs: number) => void;
  readonly #rows = new Set<T>();

  constructor(table: Table<T>, finish: (row: T, atMs: number) => void) {
    this.#finish = finish;
    table.onRebuilt((rows) => {
      this.#rows.clear();
      for (const row of rows) {
        this.add(row);
      }
    });
  }

  add(row: T): void {
    if (row.pending !== undefined) {
      this.#rows.add(row);
    }
  }

  /** Ends what has ended, and answers whether anything had. */
  end(nowMs: number): boolean {
    let hasEnded = false;
    for (const row of this.#rows) {
      const endedAtMs = endOf(row, nowMs);
      if (row.pending === undefined || endedAtMs !== undefined) {
        this.#rows.delete(row);
      }
      if (endedAtMs === undefined) {
        continue;
      }
      this.#finish(row, endedAtMs);
      hasEnded = true;
    }
    return hasEnded;
  }
}

/**
 * Ends changes that are under way. Nothing happens by itself: every call first asks what the clock and the reads so
 * far have brought about, so a virtual clock works.
 */
export class Lifecycle {
  readonly #behaviours: () => Behaviours;
  readonly #store: Store;
  #isObserved = true;
  readonly #connections: StateWatch<ConnectionRecord>;
  readonly #attachments: StateWatch<AttachmentRecord>;
  readonly #associations: StateWatch<AssociationRecord>;
  readonly #propagations: StateWatch<Propagation>;
  readonly #routeEntries: StateWatch<RouteEntry>;

  constructor(store: Store, behaviours: () => Behaviours) {
    this.#behaviours = behaviours;
    this.#store = store;
    this.#connections = new StateWatch(store.connections, (row, atMs) => this.#finishConnection(row, atMs));
    this.#attachments = new StateWatch(store.attachments, (row, atMs) => this.#finishAttachment(row, atMs));
    this.#associations = new StateWatch(store.associations, (row) => store.remove(store.associations, row));
    this.#propagations = new StateWatch(store.propagations, (row) => store.remove(store.propagations, row));
    this.#routeEntries = new StateWatch(store.routeEntries, (row) => store.remove(store.routeEntries, row));
  }

  /** Ends what the clock or enough reads have ended; one end may begin and end another. */
  tick(nowMs: number): void {
    const attachments = this.#attachments;
    const connections = this.#connections;
    const associations = this.#associations;
    const propagations = this.#propagations;
    const routeEntries = this.#routeEntries;
    const watches = [attachments, connections, associations, propagations, routeEntries];
    let hasEnded = true;
    while (hasEnded) {
      hasEnded = watches.map((watch) => watch.end(nowMs)).includes(true);
    }
  }

  /** Runs a read that shows the past: it does not count as a look at what happens now. */
  unobserved<T>(read: () => T): T {
    this.#isObserved = false;
    try {
      return read();
    } finally {
      this.#isObserved = true;
    }
  }

  /** One read has shown these rows as they are. */
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

  /** Begins a change of a connection. */
  changeConnection(row: ConnectionRecord, state: string, pending: Pending | undefined): void {
    this.#store.edit(row, (target) => {
      target.State = state;
      setPending(target, pending);
    });
    this.#connections.add(row);
  }

  changeAttachment(row: AttachmentRecord, status: string, pending: Pending | undefined): void {
    this.#store.edit(row, (target) => {
      target.Status = status;
      setPending(target, pending);
    });
    this.#attachments.add(row);
  }

  /** Begins to remove an association, a propagation or a route. */
  dissociate(row: AssociationRecord, nowMs: number): void {
    this.#leave(row, nowMs, (link) => {
      link.Status = 'Dissociating';
    });
    this.#associations.add(row);
  }

  disable(row: Propagation, nowMs: number): void {
    this.#leave(row, nowMs, (link) => {
      link.Status = 'Disabling';
    });
    this.#propagations.add(row);
  }

  deleteRoute(row: RouteEntry, nowMs: number): void {
    this.#leave(row, nowMs, (entry) => {
      entry.TransitRouterRouteEntryStatus = 'Deleting';
    });
    this.#routeEntries.add(row);
  }

  #leave<T extends Changing>(row: T, nowMs: number, change: (row: T) => void): void {
    const { dependencyPolls: polls, dependencyMs: ms } = this.#behaviours();
    this.#store.edit(row, (target) => {
      change(target);
      setPending(target, pendingFor('gone', { polls, ms }, nowMs));
    });
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
    for (const table of [store.associations, store.propagations]) {
      for (const link of [...table.in('attachment', row.TransitRouterAttachmentId)]) {
        store.remove(table, link);
      }
    }
    const routes = [...store.routeEntries.in('nextHop', row.TransitRouterAttachmentId)];
    for (const route of routes) {
      store.remove(store.routeEntries, route);
    }
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
    } else if (to === 'attached') {
      this.changeConnection(row, 'attached', undefined);
    } else if (to === 'deleted') {
      const { deletedStateReads: polls, deleteMs: ms } = this.#behaviours();
      this.changeConnection(row, 'deleted', pendingFor('gone', { polls, ms }, atMs));
    } else {
      const isKept = this.#behaviours().crossAccountAfterDetach === 'kept' && row.CrossAccountAuthorized === true;
      store.edit(row, (target) => {
        unbind(target);
        target.CrossAccountAuthorized = isKept;
      });
      this.#forgetSecond(row, atMs);
    }
  }

  /** The transit router was first to know of the attachment: now the connection says so too. */
  #bindLate(row: ConnectionRecord, { TransitRouterId }: AttachmentRecord): void {
    const router = this.#store.transitRouters.get(TransitRouterId);
    if (router === undefined) {
      return;
    }
    this.#store.edit(row, (target) => {
      bind(target, router);
      target.State = 'attached';
    });
  }

  /** The VPC side was first to forget: now the transit router's turn begins. */
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

/** When a change ended; undefined while it has not. */
function endOf({ pending }: Changing, nowMs: number): number | undefined {
  if (pending === undefined) {
    return undefined;
  }
  if (pending.atMs !== null && pending.atMs <= nowMs) {
    return pending.atMs;
  }
  return pending.polls !== null && pending.polls <= 0 ? nowMs : undefined;
}

function setPending(row: Changing, pending: Pending | undefined): void {
  if (pending === undefined) {
    delete row.pending;
  } else {
    row.pending = pending;
  }
}

/** A connection that a transit router begins to hold. */
export function bind(connection: ConnectionRecord, router: TransitRouterRecord): void {
  connection.AttachType = 'CEN';
  connection.State = 'attaching';
  connection.AttachInstanceId = router.CenId;
  connection.TransitRouterId = router.TransitRouterId;
  if (router.TransitRouterName !== undefined) {
    connection.TransitRouterName = router.TransitRouterName;
  }
  connection.CrossAccountAuthorized = router.accountId !== connection.accountId;
  if (connection.TunnelOptions === undefined) {
    connection.InternetIp = '203.0.113.7';
  }
}

/** A connection that is bound to nothing. */
function unbind(row: ConnectionRecord): void {
  row.State = 'init';
  row.AttachType = 'NO_ASSOCIATED';
  row.CrossAccountAuthorized = false;
  row.Status = 'ike_sa_not_established';
  for (const tunnel of row.TunnelOptions ?? []) {
    tunnel.Status = 'ike_sa_not_established';
    delete tunnel.InternetIp;
  }
  delete row.AttachInstanceId;
  delete row.TransitRouterId;
  delete row.TransitRouterName;
  delete row.InternetIp;
  delete row.pending;
}
