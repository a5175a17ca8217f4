import { formatDuration } from '../../core/domain/duration.ts';

const MINUTE_MS = 60_000;
/** Beyond this span, hours are irrelevant. */
const LONG_MS = 14 * 1440 * MINUTE_MS;

/** A time to the minute in UTC: `2026-03-01 08:30Z`. */
export function formatMoment(ms: number): string {
  // `time.ts` is not used, because it brings a parser, and this file is part of each page of a report.
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}

/**
 * A future time with its distance from now: `2026-03-01 08:30Z (in 5h 12m)`. The distance is rounded up, so that the
 * event never comes earlier.
 */
export function formatAhead(ms: number, nowMs: number): string {
  const minutes = Math.ceil((ms - nowMs) / MINUTE_MS);
  return minutes <= 0 ? formatMoment(ms) : `${formatMoment(ms)} (in ${formatSpan(minutes * MINUTE_MS)})`;
}

/** A past time with its age. */
export function formatAgo(ms: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - ms) / MINUTE_MS);
  return minutes <= 0 ? formatMoment(ms) : `${formatMoment(ms)} (${formatSpan(minutes * MINUTE_MS)} ago)`;
}

/** The two largest units, `1d 4h`, because the exact `1684m` would be hard to read. */
function formatSpan(ms: number): string {
  const units = [
    ['d', 1440 * MINUTE_MS],
    ['h', 60 * MINUTE_MS],
    ['m', MINUTE_MS],
  ] as const;
  const first = Math.max(
    0,
    units.findIndex(([, unitMs]) => ms >= unitMs),
  );
  const [large, small] = [units[first], units[first + 1]];
  if (large === undefined) {
    return formatDuration(ms);
  }
  const rest = ms % large[1];
  const isLong = ms >= LONG_MS;
  const tail = small === undefined || isLong ? 0 : Math.floor(rest / small[1]);
  return `${Math.floor(ms / large[1])}${large[0]}${tail > 0 ? ` ${tail}${small?.[0]}` : ''}`;
}

/** Shortens all times in a text to the minute, because the sentences of the core name milliseconds. */
export const shortenMoments = (text: string): string =>
  text.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?Z/g, '$1 $2Z');
