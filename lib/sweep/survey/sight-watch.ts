import type { Connection, ConnectionId } from '../../core/domain/estate.ts';
import type { Narrowing, Policy } from '../../core/domain/policy.ts';
import { ProtectWatch } from '../../core/guards/protect-entries.ts';

/** What was named and has not been seen yet, while the connections of all places go by. */
export class SightWatch {
  readonly #unseen: Set<ConnectionId>;
  readonly #protect: ProtectWatch;

  constructor({ protect }: Policy, parts: readonly Narrowing[]) {
    this.#unseen = new Set(parts.flatMap(({ connections }) => connections ?? []));
    this.#protect = new ProtectWatch(protect);
  }

  look(connection: Connection): void {
    this.#unseen.delete(connection.connectionId);
    this.#protect.look(connection);
  }

  /** Ids that were asked for. */
  get unseen(): readonly ConnectionId[] {
    return [...this.#unseen].sort();
  }

  /** Entries under `protect`, as people write them. */
  get protectUnmatched(): readonly string[] {
    return this.#protect.unmatched;
  }
}
