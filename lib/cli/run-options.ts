import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../core/domain/duration.ts';
import { isAccountId, isConnectionId, isRegionId } from '../core/domain/ids.ts';
import { parseExpiry } from '../core/domain/time.ts';
import type { FailOn } from './exit-code.ts';
import type { FormatOptions } from './formats.ts';
import type { ViewOptions } from './view-options.ts';

export type RunOptions = FormatOptions &
  ViewOptions & {
    readonly profile?: string;
    readonly policy?: string;
    /** A folder, or `off`. */
    readonly store?: string;
    readonly account?: readonly string[];
    readonly region?: readonly string[];
    readonly connection?: readonly string[];
    readonly failOn?: FailOn;
    /** The file for the plan. */
    readonly out?: string;
    /** A saved plan to sweep. */
    readonly plan?: string;
    /** The greatest age of the saved plan in milliseconds. */
    readonly maxAge?: number;
  };

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

export function parseRegion(text: string): string {
  if (isRegionId(text)) {
    return text;
  }
  throw new InvalidArgumentError(`${shown(text)} is not a region id such as cn-hangzhou.`);
}

export function parseAccount(text: string): string {
  if (isAccountId(text)) {
    return text;
  }
  throw new InvalidArgumentError(`${shown(text)} is not an account id such as 1234567890123456.`);
}

/** Accepts ids, no patterns. */
export function parseConnection(text: string): string {
  if (isConnectionId(text)) {
    return text;
  }
  throw new InvalidArgumentError(`${shown(text)} is not a connection id such as vco-bp1a2b3c4d.`);
}

/** A time in milliseconds. A date without a time is the end of that day in UTC. */
export function parseMoment(text: string): number {
  const moment = parseExpiry(text);
  if (moment !== undefined) {
    return moment;
  }
  throw new InvalidArgumentError(`${shown(text)} is neither an ISO date nor a date-time with a zone.`);
}

/** A duration in milliseconds, above zero. */
export function parseAge(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) {
    return ms;
  }
  throw new InvalidArgumentError(`${shown(text)} is not a length of time such as 24h or 30m.`);
}

/** An option that may be repeated, or have several values separated by commas. */
export const listOf =
  (parse: (text: string) => string) =>
  (text: string, before: readonly string[] = []): readonly string[] => [
    ...new Set([...before, ...text.split(',').map((piece) => parse(piece.trim()))]),
  ];

/** The name of a function and the folder of its code: `name=folder`. */
export function parseFunction(text: string): string {
  if (/^[A-Za-z_][\w-]{0,63}=./.test(text)) {
    return text;
  }
  throw new InvalidArgumentError(`${shown(text)} is not a function's name and folder such as sweep=dist/sweep.`);
}

/** A whole number within bounds. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) {
      return number;
    }
    throw new InvalidArgumentError(`${shown(text)} is not a whole number from ${min} to ${max}.`);
  };

/** A duration in milliseconds, above zero. */
export function parseInterval(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) {
    return ms;
  }
  throw new InvalidArgumentError(`${shown(text)} is not a duration such as 24h or 30m.`);
}

/** `off`, or a factor above zero. */
export function parseLimits(text: string): 'off' | number {
  const factor = Number(text);
  if (text === 'off') {
    return text;
  }
  if (/^\d+(\.\d+)?$/.test(text) && factor > 0) {
    return factor;
  }
  throw new InvalidArgumentError(`${shown(text)} is neither "off" nor a number above 0.`);
}
