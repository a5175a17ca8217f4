import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChangeWindow } from '../../../lib/core/domain/policy.ts';
import { findClosed, isTimeZone, parseMinutes } from '../../../lib/core/guards/change-window.ts';

const EVERY_DAY = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const NIGHT: ChangeWindow = { days: EVERY_DAY, from: '22:00', to: '05:00', zone: 'UTC' };

const closed = (
  window: ChangeWindow | 'always',
  moment: string,
  freeze: readonly { from: string; to: string }[] = [],
) => findClosed({ window, freeze }, Date.parse(moment));
const isOpen = (window: Partial<ChangeWindow>, moment: string) => closed({ ...NIGHT, ...window }, moment) === undefined;

test('without a window and a freeze, changes are always allowed', () => {
  expect(closed('always', '2026-11-22T12:00:00Z')).toBeUndefined();
});

describe('a window is open', () => {
  // 2026-11-23 is a Monday.
  test.each<[string, Partial<ChangeWindow>, readonly string[], readonly string[]]>([
    [
      'from its first minute until its last',
      { from: '09:30', to: '17:00' },
      ['2026-11-23T09:30:00Z', '2026-11-23T16:59:59.999Z'],
      ['2026-11-23T09:29:59.999Z', '2026-11-23T17:00:00Z'],
    ],
    [
      'over midnight',
      {},
      ['2026-11-23T22:00:00Z', '2026-11-23T23:59:59Z', '2026-11-24T00:00:00Z', '2026-11-24T04:59:59Z'],
      ['2026-11-23T21:59:59Z', '2026-11-24T05:00:00Z'],
    ],
    [
      'over midnight, on the day after the named day',
      { days: ['Mon'] },
      ['2026-11-23T22:00:00Z', '2026-11-24T04:59:00Z'],
      ['2026-11-23T04:59:00Z', '2026-11-24T22:00:00Z'],
    ],
    [
      'from Saturday to Sunday, although the week begins with Sunday',
      { days: ['Sat'] },
      ['2026-11-28T23:00:00Z', '2026-11-29T01:00:00Z'],
      ['2026-11-28T01:00:00Z', '2026-11-29T23:00:00Z'],
    ],
    [
      'until midnight',
      { days: ['Mon'], from: '22:00', to: '00:00' },
      ['2026-11-23T23:59:59Z'],
      ['2026-11-24T00:00:00Z', '2026-11-23T00:00:00Z'],
    ],
    [
      'for a whole day',
      { days: ['Sat', 'Sun'], from: '00:00', to: '24:00' },
      ['2026-11-28T00:00:00Z', '2026-11-29T23:59:59Z'],
      ['2026-11-27T23:59:59Z', '2026-11-30T00:00:00Z'],
    ],
    [
      'by the local time of its zone',
      { zone: 'Asia/Shanghai' },
      ['2026-11-23T14:00:00Z', '2026-11-23T20:59:59Z'],
      ['2026-11-23T13:59:59Z', '2026-11-23T21:00:00Z', '2026-11-23T22:30:00Z'],
    ],
    [
      'by the calendar of its zone, ahead of UTC or behind UTC',
      { days: ['Tue'], from: '00:00', to: '24:00', zone: 'Pacific/Kiritimati' },
      ['2026-11-23T10:00:00Z'],
      ['2026-11-23T09:59:59Z', '2026-11-24T10:00:00Z'],
    ],
    [
      'in a zone with an offset of half an hour',
      { from: '09:00', to: '10:00', zone: 'Asia/Kolkata' },
      ['2026-11-23T03:30:00Z'],
      ['2026-11-23T03:29:59Z', '2026-11-23T04:30:00Z'],
    ],
    [
      'in winter an hour later in UTC than in summer',
      { zone: 'Europe/Berlin' },
      ['2026-03-28T21:00:00Z', '2026-03-29T20:00:00Z', '2026-10-24T20:00:00Z', '2026-10-25T21:00:00Z'],
      ['2026-03-28T20:59:00Z', '2026-03-29T19:59:00Z', '2026-10-24T19:59:00Z', '2026-10-25T20:59:00Z'],
    ],
    [
      'through the night with a missing hour',
      { from: '01:30', to: '03:30', zone: 'Europe/Berlin' },
      // On this day, 02:00 is 03:00.
      ['2026-03-29T00:30:00Z', '2026-03-29T01:00:00Z', '2026-03-29T01:29:00Z'],
      ['2026-03-29T00:29:00Z', '2026-03-29T01:30:00Z'],
    ],
    [
      'twice in the night with a repeated hour',
      { from: '02:15', to: '02:45', zone: 'Europe/Berlin' },
      ['2026-10-25T00:15:00Z', '2026-10-25T01:15:00Z'],
      ['2026-10-25T00:45:00Z', '2026-10-25T01:00:00Z', '2026-10-25T01:45:00Z'],
    ],
  ])('%s', (_when, window, open, shut) => {
    expect(open.filter((moment) => !isOpen(window, moment))).toEqual([]);
    expect(shut.filter((moment) => isOpen(window, moment))).toEqual([]);
  });
});

describe('if changes are closed, the reason and the end are given:', () => {
  test.each<[string, ChangeWindow, string, string]>([
    [
      'tonight',
      NIGHT,
      '2026-11-23T12:00:00Z',
      'outside the change window (every day 22:00–05:00 UTC); nothing new before 2026-11-23T22:00:00.000Z',
    ],
    [
      'next week, in another zone',
      { days: ['Mon', 'Tue'], from: '22:00', to: '05:00', zone: 'Asia/Shanghai' },
      '2026-11-25T12:00:30Z',
      'outside the change window (Mon, Tue 22:00–05:00 Asia/Shanghai); nothing new before 2026-11-30T14:00:00.000Z',
    ],
    [
      'at the end of a missing hour',
      { days: ['Sun'], from: '02:30', to: '05:00', zone: 'Europe/Berlin' },
      '2026-03-28T12:00:00Z',
      'outside the change window (Sun 02:30–05:00 Europe/Berlin); nothing new before 2026-03-29T01:00:00.000Z',
    ],
    [
      'a week later, because its only hour is missing',
      { days: ['Sun'], from: '02:00', to: '03:00', zone: 'Europe/Berlin' },
      '2026-03-22T12:00:00Z',
      'outside the change window (Sun 02:00–03:00 Europe/Berlin); nothing new before 2026-04-05T00:00:00.000Z',
    ],
  ])('%s', (_when, window, moment, said) => {
    expect(closed(window, moment)).toBe(said);
  });

  test('an invalid time never opens the window', () => {
    expect(closed({ ...NIGHT, from: 'noon' }, '2026-11-23T03:00:00Z')).toBe(
      'outside the change window (every day noon–05:00 UTC), which never opens',
    );
  });
});

describe('a freeze', () => {
  const HOLIDAYS = { from: '2026-12-20', to: '2027-01-05' };

  test.each([
    ['begins with its first day in UTC', 'UTC', '2026-12-19T23:59:59.999Z', '2026-12-20T00:00:00Z'],
    ['begins with its first day in the zone', 'Asia/Shanghai', '2026-12-19T15:59:59Z', '2026-12-19T16:00:00Z'],
    ['begins with its first day west of UTC', 'America/Los_Angeles', '2026-12-20T07:59:59Z', '2026-12-20T08:00:00Z'],
  ])('%s', (_what, zone, before, first) => {
    const always: ChangeWindow = { days: EVERY_DAY, from: '00:00', to: '24:00', zone };
    expect(closed(always, before, [HOLIDAYS])).toBeUndefined();
    expect(closed(always, first, [HOLIDAYS])).toContain('changes are frozen from 2026-12-20 to 2027-01-05');
  });

  test('without a window is in UTC, its last day included', () => {
    expect(closed('always', '2027-01-05T23:59:59.999Z', [HOLIDAYS])).toBe(
      'changes are frozen from 2026-12-20 to 2027-01-05; nothing new before 2027-01-06T00:00:00.000Z',
    );
    expect(closed('always', '2027-01-06T00:00:00Z', [HOLIDAYS])).toBeUndefined();
  });

  test('may be a single day', () => {
    expect(closed('always', '2026-11-22T12:00:00Z', [{ from: '2026-11-22', to: '2026-11-22' }])).toContain('frozen');
  });

  test('closes an open window, and the window may open later than the end of the freeze', () => {
    expect(closed({ ...NIGHT, days: ['Mon'] }, '2026-12-21T23:00:00Z', [HOLIDAYS])).toBe(
      'changes are frozen from 2026-12-20 to 2027-01-05; nothing new before 2027-01-11T22:00:00.000Z',
    );
  });

  test('may follow another freeze, or overlap it', () => {
    const more = [HOLIDAYS, { from: '2027-01-03', to: '2027-01-08' }, { from: '2027-01-09', to: '2027-01-10' }];
    expect(closed('always', '2026-12-24T00:00:00Z', more)).toContain('nothing new before 2027-01-11T00:00:00.000Z');
  });

  test('may last for years, and its end is found quickly', () => {
    const long = [{ from: '2000-01-01', to: '2099-12-31' }];
    expect(closed('always', '2026-12-24T00:00:00Z', long)).toContain('nothing new before 2100-01-01T00:00:00.000Z');
  });
});

test('changes are closed until the given time, and allowed then', () => {
  const minutes = fc.integer({ min: 0, max: 1439 }).map((at) => {
    const hours = String(Math.floor(at / 60)).padStart(2, '0');
    return `${hours}:${String(at % 60).padStart(2, '0')}`;
  });
  const window = fc.record({
    days: fc.subarray([...EVERY_DAY], { minLength: 1 }),
    from: minutes,
    to: minutes,
    zone: fc.constantFrom(
      'UTC',
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    ),
  });
  const nowMs = fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') });
  fc.assert(
    fc.property(window, nowMs, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (hours, atMs, part) => {
      fc.pre(hours.from !== hours.to);
      const said = findClosed({ window: hours, freeze: [] }, atMs);
      const opensMs = Date.parse(/before (\S+)$/.exec(said ?? '')?.[1] ?? '');
      if (said === undefined) {
        return;
      }
      expect(opensMs).toBeGreaterThan(atMs);
      expect(findClosed({ window: hours, freeze: [] }, opensMs)).toBeUndefined();
      expect(findClosed({ window: hours, freeze: [] }, atMs + Math.floor((opensMs - atMs) * part))).toBeDefined();
    }),
    { numRuns: 60 },
  );
});

test.each(['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('%s is a time zone', (zone) => {
  expect(isTimeZone(zone)).toBe(true);
});

test.each(['', 'Mars/Olympus', 'Asia/Shanghai+08:00', 'Beijing', 'CET summer', 'GMT+25'])(
  '%j is not a time zone',
  (zone) => {
    expect(isTimeZone(zone)).toBe(false);
  },
);

test.each([
  ['00:00', 0],
  ['05:07', 307],
  ['23:59', 1439],
  ['24:00', 1440],
  ['24:01', undefined],
  ['5:00', undefined],
  ['12:60', undefined],
  ['12:00:00', undefined],
  ['', undefined],
])('%j is minute %s of the day', (text, minutes) => {
  expect(parseMinutes(text)).toBe(minutes);
});
