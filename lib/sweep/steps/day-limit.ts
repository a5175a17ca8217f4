import type { Clock } from '../../core/domain/cloud-api.ts';
import type { ConnectionId } from '../../core/domain/estate.ts';
import { type Place, placeKey } from '../../core/domain/place.ts';
import { isNew, type Judged, type NotNow } from '../../core/plan/plan.ts';
import { recentBackupDays, recentlyBackedUp } from '../../core/store/recent-backups.ts';
import type { Store } from '../../core/store/store.ts';
import { type StoreCode, toStoreError } from '../../core/store/store-error.ts';

/** The deletions of the last 24 hours in one place. */
type Day = {
  /** Connections whose deletion began, according to their backups. */
  begun: ReadonlySet<ConnectionId>;
  /** Connections that this run began or is about to begin. Their backups may not show yet. */
  readonly taken: Set<ConnectionId>;
  /**
   * A connection had to wait, so the connections after it wait as well. Otherwise connections that fail in each run
   * would renew their backups in each run, and leave no room for any other.
   */
  isClosed: boolean;
  unread: NotNow | undefined;
  look: Promise<void> | undefined;
};

/**
 * Enforces `limits.perDay` during one run: the number of deletions that may begin in one place within 24 hours, over
 * all runs. A connection counts once, however many backups it has. A deletion that an earlier run began was counted
 * then.
 */
export class DayLimit {
  readonly #perDay: number;
  readonly #store: Store | undefined;
  readonly #clock: Clock;
  readonly #days = new Map<string, Day>();

  /** @param store undefined: no store was opened. This counts as an unreadable store */
  constructor(perDay: number, store: Store | undefined, clock: Clock) {
    this.#perDay = perDay;
    this.#store = store;
    this.#clock = clock;
  }

  /** Whether the backups of any place could not be counted. */
  get isUnread(): boolean {
    return [...this.#days.values()].some(({ unread }) => unread !== undefined);
  }

  /** Count the backups of a place. Callers share a count that has not begun yet. */
  async look(place: Place): Promise<void> {
    const day = this.#dayOf(place);
    if (day.unread === undefined) {
      day.look ??= this.#count(place, day);
      await day.look;
    }
  }

  /** Why nothing may begin on a connection, according to the last count of its place. */
  whyNot({ verdict, ...place }: Pick<Judged, 'accountId' | 'regionId' | 'verdict'>): NotNow | undefined {
    const day = this.#dayOf(place);
    if (day.unread !== undefined || !isNew({ verdict })) {
      return day.unread;
    }
    const { connectionId } = verdict.connection;
    const isWaiting = day.isClosed && !day.taken.has(connectionId);
    return isWaiting
      ? this.#toFull(place, new Set([...day.begun, ...day.taken]).size)
      : this.#whyFull(place, day, connectionId);
  }

  /** Like `whyNot`, but also takes a place for the connection if there is room. */
  take(judged: Judged): NotNow | undefined {
    const notNow = this.whyNot(judged);
    const day = this.#dayOf(judged);
    if (notNow !== undefined) {
      day.isClosed = true;
    } else if (isNew(judged)) {
      day.taken.add(judged.verdict.connection.connectionId);
    }
    return notNow;
  }

  /** Give the place back because nothing was begun on the connection. */
  giveBack(judged: Judged): void {
    const day = this.#dayOf(judged);
    day.taken.delete(judged.verdict.connection.connectionId);
    // The waiting connections are asked again, in their order.
    day.isClosed = false;
  }

  /** Count again just before beginning a connection that has a place, because other runs are at work as well. */
  async confirm(place: Place, connectionId: ConnectionId): Promise<NotNow | undefined> {
    await this.look(place);
    const day = this.#dayOf(place);
    const notNow = day.unread ?? this.#whyFull(place, day, connectionId);
    if (notNow !== undefined) {
      day.taken.delete(connectionId);
    }
    return notNow;
  }

  #whyFull(place: Place, { begun, taken }: Day, connectionId: ConnectionId): NotNow | undefined {
    const others = new Set([...begun, ...taken]);
    others.delete(connectionId);
    return others.size < this.#perDay ? undefined : this.#toFull(place, others.size);
  }

  #toFull({ regionId }: Pick<Place, 'regionId'>, count: number): NotNow {
    const said = `${count} in ${regionId} in the last 24 hours, and limits.perDay is ${this.#perDay}`;
    return { reason: `over limits.perDay: ${said}`, code: null };
  }

  #dayOf(place: Place): Day {
    const key = placeKey(place);
    const day = this.#days.get(key) ?? {
      begun: new Set(),
      taken: new Set(),
      isClosed: false,
      unread: undefined,
      look: undefined,
    };
    this.#days.set(key, day);
    return day;
  }

  async #count(place: Place, day: Day): Promise<void> {
    // Callers that ask in the same turn share this count.
    await Promise.resolve();
    day.look = undefined;
    if (this.#store === undefined) {
      day.unread = toUnread('StoreGone', 'there is none');
      return;
    }
    const nowMs = this.#clock.now();
    try {
      const begun = new Set<ConnectionId>();
      for (const folder of recentBackupDays(place, nowMs)) {
        for (const id of recentlyBackedUp(folder, await this.#store.list(folder.path), nowMs)) {
          begun.add(id);
        }
      }
      day.begun = begun;
    } catch (error) {
      const { code, message } = toStoreError(error);
      day.unread = toUnread(code, message);
    }
  }
}

const toUnread = (code: StoreCode, why: string): NotNow => ({
  reason: `nothing is detached or deleted while the backups that limits.perDay counts cannot be read: ${why}`,
  code,
});
