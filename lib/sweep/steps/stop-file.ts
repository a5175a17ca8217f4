import type { HeldBack } from '../../core/plan/plan.ts';
import type { Store } from '../../core/store/store.ts';
import { toStoreError } from '../../core/store/store-error.ts';
import { STOP } from '../../core/store/store-layout.ts';

/** Whether a store holds a run back now, by its file `STOP` or because the store cannot be read. */
export async function heldBackBy(store: Store): Promise<HeldBack | undefined> {
  try {
    if (await store.isStopped()) {
      const file = `${store.folder}/${STOP}`;
      const reason = `stopped by the file ${file}: nothing new is detached or deleted while it is there`;
      return { reason, code: null, file };
    }
    return undefined;
  } catch (error) {
    const { code, message } = toStoreError(error);
    const reason = `nothing new is detached or deleted while the store cannot be read: ${message}`;
    return { reason, code, file: undefined };
  }
}

/** Looks for the file `STOP` during one run. Once held back, a run stays held back until its end. */
export class StopFile {
  readonly #store: Store;
  #heldBack: HeldBack | undefined;
  #look: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The result of all looks so far. */
  get heldBack(): HeldBack | undefined {
    return this.#heldBack;
  }

  /** Look now. Callers share a look that has not begun yet, and never a look that began before they asked. */
  async look(): Promise<HeldBack | undefined> {
    if (this.#heldBack === undefined) {
      this.#look ??= this.#begin();
      await this.#look;
    }
    return this.#heldBack;
  }

  async #begin(): Promise<void> {
    // Callers that ask in the same turn share this look.
    await Promise.resolve();
    this.#look = undefined;
    const found = await heldBackBy(this.#store);
    this.#heldBack ??= found;
  }
}
