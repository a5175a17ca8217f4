import * as z from 'zod/mini';

const dateTime = z.iso.datetime({ offset: true });
const date = z.iso.date();
const SECOND_MS = 1_000;

/** Milliseconds of an ISO date-time with a zone. Undefined for any other text, impossible days included. */
export const parseInstant = (text: string): number | undefined =>
  dateTime.safeParse(text).success ? Date.parse(text) : undefined;

/** The end of an ISO date in UTC, which is the first moment of the next day. Undefined for any other text. */
export const parseDayEnd = (text: string): number | undefined =>
  date.safeParse(text).success ? Date.parse(text) + 86_400_000 : undefined;

/** As `parseInstant`, but an ISO date without a time means the end of that day in UTC. */
export const parseExpiry = (text: string): number | undefined => parseDayEnd(text) ?? parseInstant(text);

export const toIso = (ms: number): string => new Date(ms).toISOString();

/** As `toIso`, without milliseconds. The time must be a whole second. */
export const toIsoSeconds = (ms: number): string => toIso(ms).replace('.000Z', 'Z');

export const floorToSecond = (ms: number): number => Math.floor(ms / SECOND_MS) * SECOND_MS;
export const ceilToSecond = (ms: number): number => Math.ceil(ms / SECOND_MS) * SECOND_MS;
