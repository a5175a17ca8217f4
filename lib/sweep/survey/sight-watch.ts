import type { Connection, ConnectionId } from '../../core/domain/estate.ts';
import type { Narrowing, Policy } from '../../core/domain/policy.ts';
import { ProtectWatch } from '../../core/guards/protect-entries.ts';

/** Follows the connections of all places and remembers which named ids and entries it has not seen yet. */
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

  /** Ids that the request asks for. */
  get unseen(): readonly ConnectionId[] {
    return [...this.#unseen].sort();
  }

  /** Entries under `protect`, in the spelling of the policy. */
  get protectUnmatched(): readonly string[] {
    return this.#protect.unmatched;
  }
}
