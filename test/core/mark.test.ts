import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tags } from '../../lib/core/estate.ts';
import { parseOrphanTag, readDetached, readMark, toMarkTags, toSeenTags, toTrace } from '../../lib/core/mark.ts';
import { RULE_NAMES } from '../../lib/core/options.ts';
import { protect } from '../../lib/core/protect.ts';
import { TAG_DETACHED, TAG_EXPIRES, TAG_KEEP, TAG_ORPHAN, TAG_SEEN } from '../../lib/core/tag-names.ts';
import { parseExpiry, parseInstant, toIso } from '../../lib/core/time.ts';
import { aConnection, ago, aPolicy, DAY, HOUR, judgeOne, NOW, tagged } from '../support/builders.ts';

const GAP = 72 * HOUR;
const OUR_KEYS = [TAG_ORPHAN, TAG_SEEN, TAG_DETACHED, TAG_KEEP, TAG_EXPIRES];

const padded = (value: number, width = 2): string => String(value).padStart(width, '0');
/** A date-time with its moment, reckoned apart from `Date.parse`; undefined for a day or an hour that is none. */
const spelledOut = fc
  .record({
    year: fc.oneof(fc.integer({ min: 1970, max: 2100 }), fc.integer({ min: 0, max: 9999 })),
    month: fc.integer({ min: 0, max: 13 }),
    day: fc.integer({ min: 0, max: 32 }),
    hour: fc.integer({ min: 0, max: 25 }),
    minute: fc.integer({ min: 0, max: 60 }),
    second: fc.integer({ min: 0, max: 61 }),
    fraction: fc.constantFrom('', '.0', '.5', '.999', '.123456789'),
    zone: fc.oneof(
      fc.constant(undefined),
      fc.record({
        sign: fc.constantFrom(-1, 1),
        hours: fc.integer({ min: 0, max: 25 }),
        minutes: fc.integer({ min: 0, max: 60 }),
      }),
    ),
  })
  .map(({ year, month, day, hour, minute, second, fraction, zone }) => {
    const time = `${padded(hour)}:${padded(minute)}:${padded(second)}${fraction}`;
    const offset =
      zone === undefined ? 'Z' : `${zone.sign < 0 ? '-' : '+'}${padded(zone.hours)}:${padded(zone.minutes)}`;
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year;
    const isTime =
      hour < 24 && minute < 60 && second < 60 && (zone === undefined || (zone.hours < 24 && zone.minutes < 60));
    const offsetMs = zone === undefined ? 0 : zone.sign * (zone.hours * HOUR + zone.minutes * 60_000);
    const ms =
      date.getTime() + hour * HOUR + minute * 60_000 + second * 1000 + Math.trunc(Number(`0${fraction}`) * 1000);
    const text = `${padded(year, 4)}-${padded(month)}-${padded(day)}T${time}${offset}`;
    return { text, ms: isDay && isTime ? ms - offsetMs : undefined };
  });

/** Text that is a moment, nearly one, or nothing of the kind. */
const timeText = fc.oneof(
  spelledOut.map(({ text }) => text),
  fc.integer({ min: NOW - 100 * HOUR, max: NOW + 10 * HOUR }).map(toIso),
  fc
    .tuple(fc.integer({ min: NOW - 100 * HOUR, max: NOW }).map(toIso), fc.nat(24), fc.string({ maxLength: 2 }))
    .map(([iso, at, inserted]) => `${iso.slice(0, at)}${inserted}${iso.slice(at + 1)}`),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'now', '2026-11-22', '2026-11-22T11:00', 'NaN', '0', '1700000000000', '+275760-09-13T00:00:00Z'),
);
const tagText = fc.oneof(
  timeText,
  fc
    .tuple(
      fc.constantFrom(...RULE_NAMES, 'unloved', '__proto__', ''),
      fc.constantFrom(' ', '  ', '\t', '\u2028', ''),
      timeText,
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(timeText, fc.constantFrom(' tr-attach-1', ' tr-attach-', ' x', ' tr-attach-1 y', '\ntr-attach-1'))
    .map((parts) => parts.join('')),
);
const nearNow = fc.oneof(
  { weight: 4, arbitrary: fc.noBias(fc.integer({ min: NOW - 80 * HOUR, max: NOW + 10 * HOUR })).map(toIso) },
  timeText,
);
const separator = fc.oneof({ weight: 6, arbitrary: fc.constant(' ') }, fc.constantFrom('  ', '\t', '\u2028'));
const nearlyMarked = fc
  .record({
    orphan: fc.tuple(fc.constantFrom(...RULE_NAMES), separator, nearNow).map((parts) => parts.join('')),
    seen: nearNow,
  })
  .map(({ orphan, seen }) => tagged({ [TAG_ORPHAN]: orphan, [TAG_SEEN]: seen }));
const anyTags = fc.dictionary(fc.oneof(fc.constantFrom(...OUR_KEYS), fc.string()), tagText, { maxKeys: 6 }).map(tagged);
const tags = fc.oneof(nearlyMarked, anyTags);

describe('a date-time', () => {
  test('is the very moment it spells out, to the millisecond, or nothing', () => {
    fc.assert(
      fc.property(spelledOut, ({ text, ms }) => {
        expect([text, parseInstant(text)]).toEqual([text, ms]);
      }),
      { numRuns: 1000 },
    );
  });

  test('that is written is read as the same moment', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(parseInstant(toIso(date.getTime()))).toBe(date.getTime());
        },
      ),
    );
  });

  test('that is any text is a moment that can be written, or nothing; a bare date lasts to its end', () => {
    fc.assert(
      fc.property(timeText, (text) => {
        for (const ms of [parseInstant(text), parseExpiry(text)]) {
          if (ms !== undefined) expect(toIso(ms)).toMatch(/^[+-]?\d{4,6}-/);
        }
        const firstMs = parseInstant(`${text}T00:00:00Z`);
        expect(parseExpiry(text)).toBe(firstMs === undefined ? parseInstant(text) : firstMs + DAY);
      }),
    );
  });
});

describe('a mark', () => {
  const mark = (sinceMs: number, seenMs: number): Tags =>
    tagged({ [TAG_ORPHAN]: `unassociated ${ago(sinceMs)}`, [TAG_SEEN]: ago(seenMs) });
  const ORPHAN = `unassociated ${ago(HOUR)}`;

  test.each<[string, Tags, string]>([
    ['no rule', tagged({ [TAG_SEEN]: ago(0) }), 'tag vco-sweeper:orphan is missing or malformed'],
    [
      'a rule that is none',
      tagged({ [TAG_ORPHAN]: `unloved ${ago(HOUR)}`, [TAG_SEEN]: ago(HOUR) }),
      'tag vco-sweeper:orphan is missing or malformed',
    ],
    ['text before the rule', tagged({ [TAG_ORPHAN]: `x ${ORPHAN}` }), 'tag vco-sweeper:orphan is missing or malformed'],
    ['text after the time', tagged({ [TAG_ORPHAN]: `${ORPHAN} x` }), 'tag vco-sweeper:orphan is missing or malformed'],
    ['no last time', tagged({ [TAG_ORPHAN]: ORPHAN }), 'tag vco-sweeper:seen is missing or malformed'],
    ['a beginning to come', mark(-1, 0), 'tag vco-sweeper:orphan is in the future'],
    ['a last time to come', mark(0, -1), 'tag vco-sweeper:seen is in the future'],
    ['a last time a day before its beginning', mark(0, DAY + 1), 'tag vco-sweeper:seen is from before the mark'],
    ['a gap', mark(5 * DAY, GAP + 1), 'last seen so 2026-11-19T11:59:59.999Z, longer ago than marks.maxGap'],
  ])('with %s is broken, and says so', (_what, found, reason) => {
    expect(readMark(found, NOW, GAP)).toEqual({ kind: 'broken', reason });
  });

  test.each<[string, Tags]>([
    ['begins and was seen this very moment', mark(0, 0)],
    ['was seen a whole day before it begins, in the longest run there is', mark(0, DAY)],
    ['was last seen a whole gap ago', mark(5 * DAY, GAP)],
  ])('that %s is valid', (_what, found) => {
    expect(readMark(found, NOW, GAP).kind).toBe('valid');
  });

  test('that is renewed gets another last time, and nothing else', () => {
    expect([...toSeenTags(NOW)]).toEqual([[TAG_SEEN, '2026-11-22T12:00:00.000Z']]);
  });

  test.each<[string, string, boolean]>([
    ['this very moment', `${ago(0)} tr-attach-1`, true],
    ['a whole gap ago', `${ago(GAP)} tr-attach-1`, true],
    ['longer ago than the gap', `${ago(GAP + 1)} tr-attach-1`, false],
    ['in the future', `${ago(-1)} tr-attach-1`, false],
    ['with text before it', `x ${ago(0)} tr-attach-1`, false],
    ['with text after it', `${ago(0)} tr-attach-1 x`, false],
    ['of something else', `${ago(0)} vco-1`, false],
  ])('of a detach %s counts or does not', (_what, text, counts) => {
    expect(readDetached(tagged({ [TAG_DETACHED]: text }), NOW, GAP) !== undefined).toBe(counts);
  });

  test('of any tags is none, broken with a reason, or as old as its text says and not a moment older', () => {
    fc.assert(
      fc.property(tags, fc.constantFrom(0, HOUR, GAP), (found, maxGapMs) => {
        const mark = readMark(found, NOW, maxGapMs);
        const written = found.get(TAG_ORPHAN) !== undefined || found.get(TAG_SEEN) !== undefined;
        expect(mark.kind === 'none').toBe(!written);
        if (mark.kind === 'broken') expect(mark.reason).toMatch(/^(tag vco-sweeper:(orphan|seen) |last seen so )/);
        if (mark.kind !== 'valid') return;
        const [rule, since] = (found.get(TAG_ORPHAN) ?? '').split(' ');
        expect([mark.rule, mark.sinceMs]).toEqual([rule, Date.parse(since ?? '')]);
        expect(mark.seenMs).toBe(Date.parse(found.get(TAG_SEEN) ?? ''));
        expect(mark.sinceMs).toBeLessThanOrEqual(NOW);
        expect(NOW - mark.seenMs).toBeGreaterThanOrEqual(0);
        expect(NOW - mark.seenMs).toBeLessThanOrEqual(maxGapMs);
      }),
      { numRuns: 500 },
    );
  });

  test('that is written is read as it was, by its own run and by those that come within the gap', () => {
    const moment = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(fc.constantFrom(...RULE_NAMES), moment, moment, fc.nat(GAP), (rule, tookMs, waitedMs, laterMs) => {
        const seenMs = NOW - 60_000 - tookMs - Math.min(laterMs, GAP - 120_000);
        const sinceMs = seenMs + tookMs;
        const written = toMarkTags(rule, sinceMs, seenMs);
        const nowMs = Math.max(sinceMs, seenMs + waitedMs);
        expect(readMark(written, nowMs, GAP)).toEqual({ kind: 'valid', rule, sinceMs, seenMs });
        expect(readMark(written, NOW, GAP)).toEqual({ kind: 'valid', rule, sinceMs, seenMs });
        expect(parseOrphanTag(written)).toEqual({ rule, sinceMs });
      }),
    );
  });

  test('of a detach is read as it was written, or as nothing when it is not of that form', () => {
    const attachmentId = fc.stringMatching(/^tr-attach-[a-z0-9]{1,20}$/);
    fc.assert(
      fc.property(fc.nat(GAP), attachmentId, tagText, (agoMs, id, text) => {
        const atMs = NOW - agoMs;
        expect(readDetached(new Map([[TAG_DETACHED, toTrace(atMs, id)]]), NOW, GAP)).toEqual({
          atMs,
          attachmentId: id,
        });
        const read = readDetached(new Map([[TAG_DETACHED, text]]), NOW, GAP);
        if (read === undefined) return;
        expect(text).toBe(`${text.split(' ')[0]} ${read.attachmentId}`);
        expect(read.atMs).toBe(parseInstant(text.split(' ')[0] ?? ''));
        expect(read.atMs).toBeLessThanOrEqual(NOW);
        expect(NOW - read.atMs).toBeLessThanOrEqual(GAP);
      }),
      { numRuns: 500 },
    );
  });
});

describe('whatever the tags say', () => {
  const policies = fc.constantFrom(
    aPolicy({ rules: { unassociated: 0, expired: 0 } }),
    aPolicy({ rules: { unassociated: DAY, expired: DAY } }),
  );

  test('nothing throws, and who is ripe by a mark has one as old as the grace, unbroken', () => {
    fc.assert(
      fc.property(tags, policies, (found, policy) => {
        const verdict = judgeOne(aConnection({ tags: found }), policy);
        if (!verdict.ripe || verdict.kind !== 'orphan' || verdict.rule === null || verdict.rule === 'half-done') return;
        const grace = policy.rules[verdict.rule];
        if (grace === 'off') throw new Error('a rule that is off made an orphan');
        if (grace > 0)
          expect(NOW - Date.parse(found.get(TAG_ORPHAN)?.split(' ')[1] ?? '')).toBeGreaterThanOrEqual(grace);
      }),
      { numRuns: 500 },
    );
  });

  test('the keep tag protects with any text but false', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.mixedCase(fc.constantFrom('false', 'true', ' false'))),
        (keep) => {
          const { reasons } = protect(aConnection({ tags: tagged({ [TAG_KEEP]: keep }) }), aPolicy().protect, NOW);
          expect(reasons.length > 0).toBe(!/^false$/i.test(keep) || keep.length !== 'false'.length);
        },
      ),
    );
  });

  test('any name, any tag and any moment of creation is protected or is not, by a policy of any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const list = fc.array(text, { maxLength: 3 });
    const rules = fc.record({
      names: list,
      connections: list,
      resourceGroups: list,
      tags: fc.array(fc.record({ key: text, value: fc.option(text, { nil: undefined }) }), { maxLength: 3 }),
      youngerThanMs: fc.nat(),
    });
    const change = fc.record({
      name: fc.option(text, { nil: undefined }),
      createdAtMs: fc.option(fc.integer({ min: -8.64e15, max: 8.64e15 }), { nil: undefined }),
      resourceGroupId: fc.option(text, { nil: undefined }),
      tags,
    });
    fc.assert(
      fc.property(change, rules, (connection, policy) => {
        const { reasons, unread } = protect(aConnection(connection), policy, NOW);
        for (const said of [...reasons, ...unread]) expect(said).not.toBe('');
        if (connection.createdAtMs === undefined) expect(unread).not.toEqual([]);
        if (connection.name === undefined && policy.names.length > 0) expect(unread).not.toEqual([]);
        if (connection.name !== undefined && policy.names.includes('*')) expect(reasons).not.toEqual([]);
      }),
    );
  });
});
