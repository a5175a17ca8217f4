import type { Clock } from '../core/domain/cloud-api.ts';
import type { ConnectionId } from '../core/domain/estate.ts';

/**
 * The connections of a region at each stage of their steps. Decides whether a read is worth making now or serves more
 * later.
 */
export class RegionProgress {
  /** The tag that comes before a detach is not written yet. */
  readonly toTag = new Set<ConnectionId>();
  readonly toDetach = new Set<ConnectionId>();
  /** The detach is accepted and not yet confirmed. */
  readonly detaching = new Set<ConnectionId>();
  readonly toDelete = new Set<ConnectionId>();
  readonly deleted = new Set<ConnectionId>();
  readonly #clock: Clock;
  #gathered: { readonly all: Promise<void>; readonly go: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param way `isHeld`: this run detaches the connection and does not delete it */
  begin(connectionId: ConnectionId, { isAttached, isHeld }: { isAttached: boolean; isHeld: boolean }): void {
    if (!isHeld) {
      this.toDelete.add(connectionId);
    }
    if (!isAttached) {
      return;
    }
    this.toTag.add(connectionId);
    this.toDetach.add(connectionId);
  }

  tagged(connectionId: ConnectionId): void {
    this.toTag.delete(connectionId);
    if (this.toTag.size === 0) {
      this.#gathered?.go();
    }
  }

  detachSent(connectionId: ConnectionId): void {
    this.toDetach.delete(connectionId);
    this.detaching.add(connectionId);
  }

  detached(connectionId: ConnectionId): void {
    this.detaching.delete(connectionId);
  }

  deleteSent(connectionId: ConnectionId): void {
    this.toDelete.delete(connectionId);
    this.deleted.add(connectionId);
  }

  end(connectionId: ConnectionId): void {
    this.tagged(connectionId);
    this.toDetach.delete(connectionId);
    this.detaching.delete(connectionId);
    this.toDelete.delete(connectionId);
    this.deleted.delete(connectionId);
  }

  /** Wait at most `maxMs` for connections whose tag is still being written, so that a single reading serves all connections. */
  async waitForBatch(maxMs: number): Promise<void> {
    if (this.toTag.size === 0) {
      return;
    }
    if (this.#gathered === undefined) {
      let release = (): void => undefined;
      const all = new Promise<void>((resolve) => {
        release = resolve;
      });
      const go = () => {
        this.#gathered = undefined;
        release();
      };
      const mine = { all, go };
      this.#gathered = mine;
      this.#clock.sleep(maxMs).then(() => {
        if (this.#gathered === mine) {
          go();
        }
      });
    }
    await this.#gathered.all;
  }
}
