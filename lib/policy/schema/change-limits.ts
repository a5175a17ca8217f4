import * as z from 'zod/mini';
import { WEEKDAYS } from '../../core/domain/policy.ts';
import { parseDayEnd } from '../../core/domain/time.ts';
import { isTimeZone, parseMinutes } from '../../core/guards/change-window.ts';
import { list, mapping, withNotes } from './policy-fields.ts';

const said = (allowed: string, isAllowed: (text: string) => boolean) => ({
  allowed,
  schema: z.string({ error: allowed }).check(z.refine(isAllowed, { error: allowed })),
});

const DAY_ALLOWED = `one of ${WEEKDAYS.join(', ')}`;
const day = { allowed: DAY_ALLOWED, schema: z.enum(WEEKDAYS, { error: DAY_ALLOWED }) };
const DAYS_ALLOWED = `a list of at least one, each item ${DAY_ALLOWED}`;
const time = (most: string) =>
  said(
    `a local time in quotes from "00:00" to "${most}"`,
    (text) => parseMinutes(text) !== undefined && (text !== '24:00' || text === most),
  );
const from = time('23:59');
const to = time('24:00');
const zone = said('the name of a time zone such as Asia/Shanghai or UTC', isTimeZone);
/** Each key gets a schema object of its own, because the notes for the documents are stored by schema object. */
const date = () => said('a date such as 2026-12-20', (text) => parseDayEnd(text) !== undefined);

const sentence = (path: string, error: string) => ({ path: [path], error, params: { sentence: true } });

const hours = mapping({
  days: withNotes(z._default(list(day).schema.check(z.minLength(1, { error: DAYS_ALLOWED })), [...WEEKDAYS]), {
    description: 'The days on which the window opens.',
    allowed: DAYS_ALLOWED,
  }),
  from: withNotes(from.schema, { description: 'When the window opens.', allowed: from.allowed }),
  to: withNotes(to.schema, {
    description: 'When the window closes: on the next day, unless this time is later than `from`.',
    allowed: to.allowed,
  }),
  zone: withNotes(z._default(zone.schema, 'UTC'), {
    description: 'The time zone of the window, and of `limits.freeze`.',
    allowed: zone.allowed,
  }),
}).check(
  z.refine((window) => window.from !== window.to, sentence('to', 'is the same as from; for a whole day write "24:00"')),
);

const WINDOW_ALLOWED = 'always, or a mapping with keys of days, from, to, zone';
export const changeWindow = {
  allowed: WINDOW_ALLOWED,
  schema: z.union([z.literal('always'), hours], { error: WINDOW_ALLOWED }),
};

const firstDay = date();
const lastDay = date();
const days = mapping({
  from: withNotes(firstDay.schema, { description: 'The first day.', allowed: firstDay.allowed }),
  to: withNotes(lastDay.schema, { description: 'The last day.', allowed: lastDay.allowed }),
}).check(z.refine((freeze) => freeze.from <= freeze.to, sentence('to', 'is before from')));

const FREEZES_ALLOWED = 'a list; each item a mapping with the keys from and to';
export const freezes = { allowed: FREEZES_ALLOWED, schema: z.array(days, { error: FREEZES_ALLOWED }) };
