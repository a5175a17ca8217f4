const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;
const UNITS_LARGEST_FIRST: readonly Unit[] = ['d', 'h', 'm', 's', 'ms'];

/** A whole number and its unit, without blanks: `250ms` `30s` `10m` `24h` `14d`. */
export const DURATION_PATTERN = /^(\d+)(ms|s|m|h|d)$/;

const isUnit = (text: string | undefined): text is Unit => text !== undefined && Object.hasOwn(UNIT_MS, text);

/** Milliseconds. Undefined if the text is not a duration, or is too long to count exactly. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION_PATTERN.exec(text) ?? [];
  if (!isUnit(unit)) {
    return undefined;
  }
  const ms = Number(count) * UNIT_MS[unit];
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/**
 * For people: the largest unit that is exact (`90m`, `14d`), or else the two largest units, rounded down (`1d 2h`).
 *
 * If the text has a single unit, `parseDuration` reads it back as the same length.
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) {
    return 'forever';
  }
  if (ms < 0) {
    return `-${formatDuration(-ms)}`;
  }
  const whole = Math.floor(ms);
  if (whole === 0) {
    return '0s';
  }
  const exact = UNITS_LARGEST_FIRST.find((unit) => whole % UNIT_MS[unit] === 0) ?? 'ms';
  const count = whole / UNIT_MS[exact];
  return count < 1_000 ? `${count}${exact}` : twoLargest(whole);
}

function twoLargest(ms: number): string {
  const first = UNITS_LARGEST_FIRST.findIndex((unit) => ms >= UNIT_MS[unit]);
  let rest = ms;
  return UNITS_LARGEST_FIRST.slice(first, first + 2)
    .map((unit) => {
      const count = Math.floor(rest / UNIT_MS[unit]);
      rest -= count * UNIT_MS[unit];
      return count === 0 ? '' : `${count}${unit}`;
    })
    .filter((part) => part !== '')
    .join(' ');
}
