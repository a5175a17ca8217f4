/**
 * Holds so much at a time. Whoever finds no place waits, first come first served; what is more than the whole room has
 * it alone.
 */
export class Room {
  readonly #size: number;
  #taken = 0;
  readonly #waiting: { readonly count: number; readonly enter: () => void }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Answers whether it had to wait. */
  async enter(count: number): Promise<boolean> {
    if (this.#waiting.length === 0 && this.#fits(count)) {
      this.#taken += count;
      return false;
    }
    await new Promise<void>((enter) => {
      this.#waiting.push({ count, enter });
    });
    return true;
  }

  leave(count: number): void {
    this.#taken -= count;
    for (let [next] = this.#waiting; next && this.#fits(next.count); [next] = this.#waiting) {
      this.#waiting.shift();
      this.#taken += next.count;
      next.enter();
    }
  }

  #fits(count: number): boolean {
    return this.#taken === 0 || this.#taken + count <= this.#size;
  }
}
