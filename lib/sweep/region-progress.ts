import type { Clock } from '../core/domain/cloud-api.ts';
import type { ConnectionId } from '../core/domain/estate.ts';

/** Who is where on the way through one region: what decides whether a read is worth making now, or serves more later. */
export class RegionProgress {
  /** Their tag that comes before a detach is not written yet. */
  readonly toTag = new Set<ConnectionId>();
  readonly toDetach = new Set<ConnectionId>();
  /** Their detach is accepted, and was not seen to be over. */
  readonly detaching = new Set<ConnectionId>();
  readonly toDelete = new Set<ConnectionId>();
  readonly deleted = new Set<ConnectionId>();
  readonly #clock: Clock;
  #gathered: { readonly all: Promise<void>; readonly go: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param way `isHeld`: it is detached in this run, and not deleted */
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

  /** Wait for those whose tag is still being written, so that one reading serves all; at the most `maxMs`. */
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
