import { tzOffset } from '@date-fns/tz/tzOffset';
import { type ChangeWindow, type Freeze, type Policy, WEEKDAYS, type Weekday } from '../domain/policy.ts';
import { toIso } from '../domain/time.ts';

type Limits = Pick<Policy['limits'], 'window' | 'freeze'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Why a run may not begin to detach or delete a connection now, and when that ends. Undefined if it may. Pure.
 *
 * Window and freeze are local times, so the answer is right on days of clock changes as well.
 */
export function findClosed(limits: Limits, nowMs: number): string | undefined {
  const why = reasonAt(limits, nowMs);
  if (why === undefined) {
    return undefined;
  }
  const opensMs = findOpening(limits, nowMs);
  return opensMs === undefined ? `${why}, which never opens` : `${why}; nothing new before ${toIso(opensMs)}`;
}

/** Whether the runtime knows a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Minutes since midnight of a time such as `22:00`. Undefined for an invalid time. `24:00` is the end of the day. */
export function parseMinutes(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined) {
    return text === '24:00' ? 24 * 60 : undefined;
  }
  return Number(hours) * 60 + Number(minutes);
}

function reasonAt(limits: Limits, nowMs: number): string | undefined {
  // The usual case needs no time zone. Loading time zone data costs a start milliseconds.
  if (limits.window === 'always' && limits.freeze.length === 0) {
    return undefined;
  }
  return reasonIn(limits, localTime(limits, nowMs));
}

const localTime = ({ window }: Limits, ms: number): Local => toLocal(ms, window === 'always' ? 'UTC' : window.zone);

function reasonIn({ window, freeze }: Limits, local: Local): string | undefined {
  const frozen = freeze.find((one) => isIn(one, local));
  if (frozen !== undefined) {
    return `changes are frozen from ${frozen.from} to ${frozen.to}`;
  }
  return window === 'always' || isOpen(window, local) ? undefined : `outside the change window (${describe(window)})`;
}

/** A moment on the clocks and the calendar of a place. */
type Local = { readonly date: string; readonly weekday: number; readonly minutes: number };

function toLocal(ms: number, zone: string): Local {
  const local = new Date(ms + tzOffset(zone, new Date(ms)) * MINUTE_MS);
  return {
    date: local.toISOString().slice(0, 10),
    // In `Date` the week begins with Sunday.
    weekday: (local.getUTCDay() + 6) % 7,
    minutes: local.getUTCHours() * 60 + local.getUTCMinutes(),
  };
}

const isIn = ({ from, to }: Freeze, { date }: Local): boolean => from <= date && date <= to;

function isOpen({ days, from, to }: ChangeWindow, { weekday, minutes }: Local): boolean {
  const opens = (day: number): boolean => days.includes(nameOf(day));
  const [fromMinutes, toMinutes] = [parseMinutes(from), parseMinutes(to)];
  if (fromMinutes === undefined || toMinutes === undefined) {
    // The policy has already refused invalid times.
    return false;
  }
  if (fromMinutes < toMinutes) {
    return opens(weekday) && fromMinutes <= minutes && minutes < toMinutes;
  }
  return (opens(weekday) && fromMinutes <= minutes) || (opens(weekday - 1) && minutes < toMinutes);
}

function nameOf(day: number): Weekday {
  const name = WEEKDAYS[(day + 7) % 7];
  if (name === undefined) {
    throw new RangeError(`no day ${day}`);
  }
  return name;
}

const describe = ({ days, from, to, zone }: ChangeWindow): string =>
  `${days.length === WEEKDAYS.length ? 'every day' : days.join(', ')} ${from}–${to} ${zone}`;

/** A clock change may skip the hour of a weekly window, so a week is not enough. */
const SEARCH_MS = 15 * DAY_MS;
/** No place on earth is this far ahead of UTC. */
const AHEAD_MS_MAX = 15 * 60 * MINUTE_MS;
/** No clock is changed by more than this. */
const SHIFT_MINUTES_MAX = 180;

/** The first minute at which neither window nor freeze forbids a change. Undefined if no minute was found. */
function findOpening(limits: Limits, nowMs: number): number | undefined {
  const lastMs = Math.max(nowMs, ...limits.freeze.map(({ to }) => Date.parse(to) + DAY_MS)) + SEARCH_MS;
  let ms = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
  while (ms <= lastMs) {
    const local = localTime(limits, ms);
    if (reasonIn(limits, local) === undefined) {
      return ms;
    }
    // Near an opening each minute is checked in turn, because clocks may change meanwhile.
    ms = Math.max(ms + MINUTE_MS, skipClosed(limits, ms, local));
  }
  return undefined;
}

/** Some time before the end of the current freeze, or before the window opens. */
function skipClosed({ window, freeze }: Limits, ms: number, local: Local): number {
  const frozen = freeze.find((one) => isIn(one, local));
  if (frozen !== undefined) {
    return Date.parse(frozen.to) + DAY_MS - AHEAD_MS_MAX;
  }
  const fromMinutes = window === 'always' ? undefined : parseMinutes(window.from);
  const aheadMinutes = ((fromMinutes ?? 0) - local.minutes + 24 * 60) % (24 * 60);
  return ms + (aheadMinutes - SHIFT_MINUTES_MAX) * MINUTE_MS;
}
