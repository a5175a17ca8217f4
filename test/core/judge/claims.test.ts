import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tags } from '../../../lib/core/domain/estate.ts';
import { TAG_DETACHED, TAG_EXPIRES, TAG_KEEP, TAG_ORPHAN, TAG_SEEN } from '../../../lib/core/domain/tag-names.ts';
import { parseExpiry, parseInstant, toIso } from '../../../lib/core/domain/time.ts';
import { type Clocks, type Mark, parseMark, readClaims } from '../../../lib/core/judge/claims.ts';
import {
  countTagsOver,
  hasMarkTags,
  TAG_VALUE_LENGTH_MAX,
  toMarkText,
  toNoteText,
  toSeenText,
  VOID_MARK,
  VOID_NOTE,
} from '../../../lib/core/judge/own-tags.ts';
import { protect } from '../../../lib/core/judge/protect.ts';
import { RULE_NAMES } from '../../../lib/core/rules/all-rules.ts';
import { aConnection, ago, aPolicy, DAY, HOUR, judgeOne, NOW, tagged } from '../../support/builders.ts';

const GAP = 72 * HOUR;
const OUR_KEYS = [TAG_ORPHAN, TAG_SEEN, TAG_DETACHED, TAG_KEEP, TAG_EXPIRES];

const padded = (value: number, width = 2): string => String(value).padStart(width, '0');
/** A date-time with its time, calculated without `Date.parse`. Undefined for an impossible day or hour. */
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

/** Text that is a valid time, almost a valid time, or something else. */
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
  test('is read to the millisecond if it is valid, and otherwise not at all', () => {
    fc.assert(
      fc.property(spelledOut, ({ text, ms }) => {
        expect([text, parseInstant(text)]).toEqual([text, ms]);
      }),
      { numRuns: 1000 },
    );
  });

  test('is read back as the same time after the sweeper wrote it', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(parseInstant(toIso(date.getTime()))).toBe(date.getTime());
        },
      ),
    );
  });

  test('an arbitrary text is a time that can be written, or no time, and a date without a time lasts until the end of the day', () => {
    fc.assert(
      fc.property(timeText, (text) => {
        for (const ms of [parseInstant(text), parseExpiry(text)]) {
          if (ms !== undefined) {
            expect(toIso(ms)).toMatch(/^[+-]?\d{4,6}-/);
          }
        }
        const firstMs = parseInstant(`${text}T00:00:00Z`);
        expect(parseExpiry(text)).toBe(firstMs === undefined ? parseInstant(text) : firstMs + DAY);
      }),
    );
  });
});

const AHEAD = 5 * 60_000;
const readMark = (found: Tags, nowMs = NOW, maxGapMs = GAP): Mark =>
  readClaims(aConnection({ tags: found }), nowMs, maxGapMs).mark;
const readNote = (text: string, more: Record<string, string> = {}, maxGapMs = GAP) =>
  readClaims(aConnection({ tags: tagged({ [TAG_DETACHED]: text, ...more }) }), NOW, maxGapMs).note;

describe('a mark', () => {
  const mark = (sinceMs: number, seenMs: number): Tags =>
    tagged({ [TAG_ORPHAN]: `unassociated ${ago(sinceMs)}`, [TAG_SEEN]: ago(seenMs) });
  const ORPHAN = `unassociated ${ago(HOUR)}`;
  const MALFORMED = 'tag vco-sweeper:orphan is missing or malformed';

  test.each<[string, Tags, string]>([
    ['an unknown rule', tagged({ [TAG_ORPHAN]: `unloved ${ago(HOUR)}`, [TAG_SEEN]: ago(HOUR) }), MALFORMED],
    ['text before the rule', tagged({ [TAG_ORPHAN]: `x ${ORPHAN}` }), MALFORMED],
    ['text after the time', tagged({ [TAG_ORPHAN]: `${ORPHAN} x` }), MALFORMED],
    ['a comma without a rule after it', tagged({ [TAG_ORPHAN]: `${ORPHAN}, ` }), MALFORMED],
    ['no blank after the comma', tagged({ [TAG_ORPHAN]: `${ORPHAN},expired ${ago(HOUR)}` }), MALFORMED],
    ['a rule twice', tagged({ [TAG_ORPHAN]: `${ORPHAN}, ${ORPHAN}`, [TAG_SEEN]: ago(0) }), MALFORMED],
    ['no time in the tag seen', tagged({ [TAG_ORPHAN]: ORPHAN }), 'tag vco-sweeper:seen is missing or malformed'],
    [
      'a failed step without a valid time',
      tagged({ [TAG_ORPHAN]: ORPHAN, [TAG_SEEN]: `${ago(0)} tried soon` }),
      'tag vco-sweeper:seen is missing or malformed',
    ],
    [
      'a void tag seen',
      tagged({ [TAG_ORPHAN]: ORPHAN, [TAG_SEEN]: 'void' }),
      'tag vco-sweeper:seen is void, so the mark does not count',
    ],
    ['a start in the future', mark(-AHEAD - 1, 0), 'tag vco-sweeper:orphan is in the future'],
    ['a tag seen in the future', mark(0, -AHEAD - 1), 'tag vco-sweeper:seen is in the future'],
    [
      'a tag seen from more than a day before its start',
      mark(0, DAY + 1),
      'tag vco-sweeper:seen is from before the mark',
    ],
    ['a gap', mark(5 * DAY, GAP + 1), 'last seen as an orphan 2026-11-19T11:59:59.999Z, longer ago than marks.maxGap'],
    [
      'a start before the connection was created',
      mark(100 * DAY + 1, HOUR),
      'tag vco-sweeper:orphan is older than the connection, so it is not ours',
    ],
    [
      'a tag seen from before the connection was created',
      mark(HOUR, 100 * DAY + 1),
      'tag vco-sweeper:seen is older than the connection, so it is not ours',
    ],
  ])('with %s is broken, with this reason', (_what, found, reason) => {
    expect(readMark(found)).toEqual({ kind: 'broken', reason });
  });

  test.each<[string, Tags]>([
    ['without a rule', tagged({ [TAG_SEEN]: ago(0) })],
    ['that is void', tagged({ [TAG_ORPHAN]: 'void', [TAG_SEEN]: ago(0) })],
  ])('%s is no mark', (_what, found) => {
    expect(readMark(found)).toEqual({ kind: 'none' });
  });

  test('has a tag seen with nothing before its time', () => {
    const reason = 'tag vco-sweeper:seen is missing or malformed';
    expect(readMark(tagged({ [TAG_ORPHAN]: ORPHAN, [TAG_SEEN]: `x ${ago(0)}` }))).toEqual({ kind: 'broken', reason });
  });

  test.each(['', 'unassociated soon', 'unassociated', `${ORPHAN}, expired`])(
    'with the text %j has no clocks',
    (text) => {
      expect(parseMark(tagged({ [TAG_ORPHAN]: text }))).toBeUndefined();
    },
  );

  test.each<[string, Tags]>([
    ['starts and was seen at this very moment', mark(0, 0)],
    ['was seen a whole day before it starts, as in the longest possible run', mark(0, DAY)],
    ['was last seen a whole gap ago', mark(5 * DAY, GAP)],
    ['began when the connection was created', mark(100 * DAY, HOUR)],
  ])('that %s is valid', (_what, found) => {
    expect(readMark(found).kind).toBe('valid');
  });

  test('by a clock that is slightly ahead counts as written now', () => {
    expect(readMark(mark(-AHEAD, -AHEAD))).toEqual({
      kind: 'valid',
      clocks: new Map([['unassociated', NOW]]),
      seenMs: NOW,
    });
  });

  test('from an older version, with a single rule and milliseconds, still counts', () => {
    const found = tagged({
      [TAG_ORPHAN]: 'unassociated 2026-11-20T11:22:33.456Z',
      [TAG_SEEN]: '2026-11-22T01:02:03.789Z',
    });
    expect(readMark(found)).toEqual({
      kind: 'valid',
      clocks: new Map([['unassociated', Date.parse('2026-11-20T11:22:33.456Z')]]),
      seenMs: Date.parse('2026-11-22T01:02:03.789Z'),
    });
  });

  test('has no entry for a rule without a clock', () => {
    expect(toMarkText(new Map([['expired', NOW]]), ['unassociated', 'expired'])).toBe('expired 2026-11-22T12:00:00Z');
  });

  test('has whole seconds, rounded so that a clock never starts early and is never seen late', () => {
    expect(toMarkText(new Map([['expired', NOW + 1]]), ['expired'])).toBe('expired 2026-11-22T12:00:01Z');
    expect(toSeenText(NOW - 1, undefined)).toBe('2026-11-22T11:59:59Z');
    expect(toSeenText(NOW, NOW - HOUR)).toBe('2026-11-22T12:00:00Z tried 2026-11-22T11:00:00Z');
  });

  test('is never longer than a tag value, and leaves out the clocks that are due last', () => {
    const all: Clocks = new Map(RULE_NAMES.map((rule) => [rule, Date.parse('9999-12-31T23:59:59.999Z') - 1_000]));
    for (const dueFirst of [RULE_NAMES, [...RULE_NAMES].reverse()]) {
      const text = toMarkText(all, dueFirst);
      expect(text.length).toBeLessThanOrEqual(TAG_VALUE_LENGTH_MAX);
      const read = [...(parseMark(tagged({ [TAG_ORPHAN]: text })) ?? [])].map(([rule]) => rule);
      expect(read).toEqual(dueFirst.slice(0, read.length));
      const [next] = dueFirst.slice(read.length);
      const entry = `, ${next} 9999-12-31T23:59:59Z`;
      expect(next === undefined || text.length + entry.length > TAG_VALUE_LENGTH_MAX).toBe(true);
    }
  });

  test('in arbitrary tags is missing, broken with a reason, or exactly as old as its text says', () => {
    fc.assert(
      fc.property(tags, fc.constantFrom(0, HOUR, GAP), (found, maxGapMs) => {
        const mark = readMark(found, NOW, maxGapMs);
        expect(mark.kind === 'none').toBe(!found.has(TAG_ORPHAN));
        if (mark.kind === 'broken') {
          expect(mark.reason).toMatch(/^(tag vco-sweeper:(orphan|seen) |last seen as an orphan )/);
        }
        if (mark.kind !== 'valid') {
          return;
        }
        const [rule, since] = (found.get(TAG_ORPHAN) ?? '').split(' ');
        expect([...mark.clocks]).toEqual([[rule, Math.min(Date.parse(since ?? ''), NOW)]]);
        expect(mark.seenMs).toBe(Math.min(Date.parse(found.get(TAG_SEEN) ?? ''), NOW));
        expect(NOW - mark.seenMs).toBeLessThanOrEqual(maxGapMs);
      }),
      { numRuns: 500 },
    );
  });

  test('is read back to the second, by its own run and by later runs within the gap', () => {
    const clocks = fc.dictionary(fc.constantFrom(...RULE_NAMES), fc.nat(60_000), { minKeys: 1, maxKeys: 3 });
    fc.assert(
      fc.property(clocks, fc.nat(60_000), fc.nat(GAP), fc.option(fc.nat(GAP)), (starts, waitedMs, laterMs, tried) => {
        const seenMs = NOW - 120_000 - Math.min(laterMs, GAP - 240_000);
        const began = RULE_NAMES.filter((rule) => rule in starts);
        const written = new Map(began.map((rule) => [rule, seenMs + (starts[rule] ?? 0)]));
        const triedMs = tried === null ? undefined : seenMs - tried;
        const found = tagged({ [TAG_ORPHAN]: toMarkText(written, began), [TAG_SEEN]: toSeenText(seenMs, triedMs) });
        for (const nowMs of [seenMs + 61_000 + waitedMs, NOW]) {
          const read = readClaims(aConnection({ tags: found }), nowMs, GAP);
          if (read.mark.kind !== 'valid') {
            throw new Error(JSON.stringify(read));
          }
          expect([...read.mark.clocks.keys()]).toEqual(began);
          for (const [rule, sinceMs] of read.mark.clocks) {
            expect(sinceMs - (written.get(rule) ?? 0)).toBeGreaterThanOrEqual(0);
            expect(sinceMs - (written.get(rule) ?? 0)).toBeLessThan(1_000);
          }
          expect(seenMs - read.mark.seenMs).toBeGreaterThanOrEqual(0);
          expect(seenMs - read.mark.seenMs).toBeLessThan(1_000);
        }
      }),
    );
  });
});

describe('a detach note', () => {
  test.each<[string, string, boolean]>([
    ['of this very moment', `${ago(0)} tr-attach-1`, true],
    ['of a whole gap ago', `${ago(GAP)} tr-attach-1`, true],
    ['from longer ago than the gap', `${ago(GAP + 1)} tr-attach-1`, false],
    ['a little ahead', `${ago(-AHEAD)} tr-attach-1`, true],
    ['in the future', `${ago(-AHEAD - 1)} tr-attach-1`, false],
    ['with text before it', `x ${ago(0)} tr-attach-1`, false],
    ['with text after it', `${ago(0)} tr-attach-1 x`, false],
    ['with an id that is no attachment', `${ago(0)} vco-1`, false],
    ['that is void', 'void', false],
    ['from before the connection was created', `${ago(100 * DAY + 1)} tr-attach-1`, false],
  ])('%s counts or does not count', (_what, text, counts) => {
    expect(readNote(text).kind === 'valid').toBe(counts);
  });

  test('counts as long as runs renew the tag seen', () => {
    const text = `${ago(9 * DAY)} tr-attach-1`;
    expect(readNote(text, { [TAG_SEEN]: ago(GAP) }).kind).toBe('valid');
    expect(readNote(text, { [TAG_SEEN]: `${ago(GAP)} tried ${ago(DAY)}` }).kind).toBe('valid');
    expect(readNote(text, { [TAG_SEEN]: ago(GAP + 1) }).kind).toBe('lapsed');
    expect(readNote(text, { [TAG_SEEN]: 'void' }).kind).toBe('broken');
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['is void', 'void', {}, 'is void'],
    ['is too old beside a void mark', `${ago(9 * DAY)} tr-attach-1`, { [TAG_SEEN]: 'void' }, 'is beside a void mark'],
    ['is malformed', 'yes', {}, 'is missing or malformed'],
    ['has no attachment', ago(0), {}, 'is missing or malformed'],
  ])('that %s says why it does not count', (_what, text, more, reason) => {
    expect(readNote(text, more)).toEqual({ kind: 'broken', reason: `tag vco-sweeper:detached ${reason}` });
  });

  test('that nobody has renewed for longer than the gap still names its attachment', () => {
    expect(readNote(`${ago(GAP + 1)} tr-attach-1`)).toEqual({ kind: 'lapsed', attachmentId: 'tr-attach-1' });
  });

  test('from an older connection does not count, even if a run renewed the tag seen', () => {
    const connection = aConnection({
      createdAtMs: NOW - 25 * HOUR,
      tags: tagged({ [TAG_DETACHED]: `${ago(30 * HOUR)} tr-attach-1`, [TAG_SEEN]: ago(HOUR) }),
    });
    expect(readClaims(connection, NOW, GAP).note).toEqual({
      kind: 'broken',
      reason: 'tag vco-sweeper:detached is older than the connection, so it is not ours',
    });
  });

  test('of another run differs even at the same moment, and says the same', () => {
    const [ours, theirs] = ['1b9d', '7c41'].map((runId) => toNoteText(NOW, 'tr-attach-1', runId));
    expect(ours).toMatch(/^2026-11-22T12:00:00\.000\d{6}Z tr-attach-1$/);
    expect(theirs).not.toBe(ours);
    expect(toNoteText(NOW, 'tr-attach-1', 'a')).toBe('2026-11-22T12:00:00.000000097Z tr-attach-1');
    expect(readNote(theirs ?? '')).toEqual(readNote(ours ?? ''));
  });

  test('is read back unchanged, and a text of another form is not a note', () => {
    const attachmentId = fc.stringMatching(/^tr-attach-[a-z0-9]{1,20}$/);
    fc.assert(
      fc.property(fc.nat(GAP), attachmentId, tagText, (agoMs, id, text) => {
        expect(readNote(toNoteText(NOW - agoMs, id, text))).toEqual({
          kind: 'valid',
          atMs: NOW - agoMs,
          attachmentId: id,
        });
        const read = readNote(text);
        if (read.kind !== 'valid') {
          return;
        }
        expect(text).toBe(`${text.split(' ')[0]} ${read.attachmentId}`);
        expect(read.atMs).toBe(Math.min(parseInstant(text.split(' ')[0] ?? '') ?? Number.NaN, NOW));
        expect(NOW - read.atMs).toBeLessThanOrEqual(GAP);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the claims of a connection', () => {
  test('are none if it has no tags, or if its tags could not be read', () => {
    const none = { mark: { kind: 'none' }, note: { kind: 'none' }, triedMs: undefined };
    expect(readClaims(aConnection(), NOW, GAP)).toEqual(none);
    expect(readClaims(aConnection({ tags: 'unread' }), NOW, GAP)).toEqual(none);
  });

  test('say when a step last failed, unless the tag seen is broken', () => {
    const triedMs = (seen: string) => readClaims(aConnection({ tags: tagged({ [TAG_SEEN]: seen }) }), NOW, GAP).triedMs;
    expect(triedMs(`${ago(HOUR)} tried ${ago(2 * HOUR)}`)).toBe(NOW - 2 * HOUR);
    expect(triedMs(ago(HOUR))).toBeUndefined();
    expect(triedMs(`soon tried ${ago(2 * HOUR)}`)).toBeUndefined();
  });
});

describe('the tags that overwrite claims that cannot be removed', () => {
  test('make both tags of a mark void, or at least the tag seen', () => {
    expect(VOID_MARK).toEqual([tagged({ [TAG_ORPHAN]: 'void', [TAG_SEEN]: 'void' }), tagged({ [TAG_SEEN]: 'void' })]);
    expect(VOID_NOTE).toEqual([tagged({ [TAG_DETACHED]: 'void' })]);
  });

  test('a mark exists if either of its tags exists', () => {
    expect([TAG_ORPHAN, TAG_SEEN, TAG_DETACHED].map((key) => hasMarkTags(tagged({ [key]: '' })))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('room for the tags of the sweeper', () => {
  test('is not in question if the tags could not be read', () => {
    expect(countTagsOver(aConnection({ tags: 'unread' }), true)).toBe(0);
  });

  const owners = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, '']));
  const ours = { [TAG_ORPHAN]: 'x', [TAG_SEEN]: 'x' };

  test.each<[number, Record<string, string>, boolean, number]>([
    [18, {}, false, 0],
    [19, {}, false, 1],
    [20, {}, false, 2],
    [17, {}, true, 0],
    [18, {}, true, 1],
    [18, ours, false, 0],
    [18, ours, true, 1],
    [17, { ...ours, [TAG_DETACHED]: 'x' }, true, 0],
  ])("with %i owner's tags and %j, bound: %s, %i tags must be removed", (count, more, isBound, over) => {
    expect(countTagsOver(aConnection({ tags: tagged({ ...owners(count), ...more }) }), isBound)).toBe(over);
  });
});

describe('with arbitrary tags', () => {
  const policies = fc.constantFrom(
    aPolicy({ rules: { unassociated: 0, expired: 0 } }),
    aPolicy({ rules: { unassociated: DAY, expired: DAY } }),
  );

  test('reading never throws, and every connection that is due by a mark has an unbroken mark as old as the grace', () => {
    fc.assert(
      fc.property(tags, policies, (found, policy) => {
        const verdict = judgeOne(aConnection({ tags: found }), policy);
        if (!verdict.isDue || verdict.kind !== 'orphan' || verdict.rule === null || verdict.rule === 'half-done') {
          return;
        }
        const grace = policy.rules[verdict.rule];
        if (grace === 'off') {
          throw new Error('a rule that is off made an orphan');
        }
        const sinceMs = parseMark(found)?.get(verdict.rule);
        if (grace > 0) {
          expect(NOW - (sinceMs ?? Number.NaN)).toBeGreaterThanOrEqual(grace);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the keep tag protects with any text except false', () => {
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

  test('any name, tags and creation time are judged by any policy without an error', () => {
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
        for (const said of [...reasons, ...unread]) {
          expect(said).not.toBe('');
        }
        if (connection.createdAtMs === undefined) {
          expect(unread).not.toEqual([]);
        }
        if (connection.name === undefined && policy.names.length > 0) {
          expect(unread).not.toEqual([]);
        }
        if (connection.name !== undefined && policy.names.includes('*')) {
          expect(reasons).not.toEqual([]);
        }
      }),
    );
  });
});
