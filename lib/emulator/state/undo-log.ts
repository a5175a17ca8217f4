type UndoStep = { readonly undo: () => void; readonly redo: () => void };

/**
 * The changes that can be taken back, for replies that are accepted without effect, and for reads answered from the
 * state before the last change.
 */
export class UndoLog {
  #open: UndoStep[] = [];
  #last: readonly UndoStep[] = [];
  #count = 0;

  /** Grows with every change, made or taken back. As long as it stays the same, so does the estate. */
  get count(): number {
    return this.#count;
  }

  /** Makes a change and remembers how to take it back. */
  apply(change: UndoStep): void {
    this.#count += 1;
    change.redo();
    this.#open.push(change);
  }

  /** Closes the changes since the last close into a single step. Answers whether there were any. */
  commit(): boolean {
    if (this.#open.length === 0) {
      return false;
    }
    this.#last = this.#open;
    this.#open = [];
    return true;
  }

  /** Takes back the changes that are not committed. */
  rollback(): void {
    this.#count += this.#open.length;
    for (const change of this.#open.toReversed()) {
      change.undo();
    }
    this.#open = [];
  }

  /** Runs `read` as if the last committed step had not happened yet. */
  before<T>(read: () => T): T {
    this.#count += this.#last.length;
    for (const change of this.#last.toReversed()) {
      change.undo();
    }
    try {
      return read();
    } finally {
      for (const change of this.#last) {
        change.redo();
      }
    }
  }
}

/** Gives `target` the contents of `source`, and keeps its identity. */
export function overwrite<T extends object>(target: T, source: T): void {
  for (const key of Object.keys(target)) {
    Reflect.deleteProperty(target, key);
  }
  Object.assign(target, source);
}
