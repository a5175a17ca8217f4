/** A repeatable source of chance: the same seed gives the same sequence. */
export type Random = {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number;
  /** Lower-case letters and digits. */
  letters(length: number): string;
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** mulberry32: small, fast, and good enough to scatter test data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const letters = (length: number): string =>
    Array.from({ length }, () => ALPHABET.charAt(below(ALPHABET.length))).join('');
  return { next, below, letters };
}

const HEX = '0123456789ABCDEF';

/** A request id in the service's form: an upper-case UUID. A plain loop, because each reply has such an id. */
export function requestId(random: Random): string {
  const hex = (length: number): string => {
    let digits = '';
    for (let at = 0; at < length; at++) {
      digits += HEX.charAt(random.below(16));
    }
    return digits;
  };
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}

/** The items in a random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, rank: random.next() }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}
