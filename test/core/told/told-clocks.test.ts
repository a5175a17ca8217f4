import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RULE_NAMES } from '../../../lib/core/rules/all-rules.ts';
import { toNotice } from '../../../lib/core/told/notice.ts';
import { readTold, type Told } from '../../../lib/core/told/read-told.ts';
import { type DueClock, ToldClocks } from '../../../lib/core/told/told-clocks.ts';
import type { ToldDocument } from '../../../lib/core/told/told-document.ts';
import { ACCOUNT, ago, DAY, HOUR, NOW, REGION } from '../../support/builders.ts';

const MINUTE = 60_000;
const FORMAT = 'vco-sweeper/told@1';
const SINCE = NOW - 3 * DAY;
const due: DueClock = {
  accountId: ACCOUNT,
  regionId: REGION,
  connectionId: 'vco-1',
  rule: 'unassociated',
  sinceMs: SINCE,
};

const moment = fc.integer({ min: -10 * DAY, max: DAY }).map((ms) => NOW + ms - (ms % 1_000));
const clock = fc.record({
  accountId: fc.constantFrom(ACCOUNT, '2000000000000002'),
  regionId: fc.constantFrom(REGION, 'eu-central-1'),
  connectionId: fc.constantFrom('vco-1', 'vco-2', 'vco-11'),
  rule: fc.constantFrom(...RULE_NAMES),
  sinceMs: fc.oneof(fc.constant(SINCE), moment),
});
const record = fc.record({ acceptedMs: moment, named: fc.array(clock, { maxLength: 6 }) });
const toTold = ({ acceptedMs, named }: { acceptedMs: number; named: readonly DueClock[] }): Told => ({
  format: FORMAT,
  reportId: 'report-1',
  channel: 'slack',
  acceptedAt: new Date(acceptedMs).toISOString(),
  named: named.map(({ sinceMs, ...rest }) => ({ ...rest, since: new Date(sinceMs).toISOString() })),
});
const isSame = (a: DueClock, b: DueClock): boolean =>
  (['accountId', 'regionId', 'connectionId', 'rule', 'sinceMs'] as const).every((key) => a[key] === b[key]);

describe('clocks in messages', () => {
  test('only a record of the same clock, accepted in time, ends the wait', () => {
    fc.assert(
      fc.property(
        fc.array(clock, { minLength: 1, maxLength: 4 }),
        fc.array(record, { maxLength: 6 }),
        fc.integer({ min: 0, max: 5 * DAY }),
        (clocks, records, noticeMs) => {
          const told = new ToldClocks(clocks, NOW);
          for (const one of records) {
            told.add(toTold(one));
          }
          for (const one of clocks) {
            const inTime = records.some(
              ({ acceptedMs, named }) =>
                named.some((entry) => isSame(entry, one)) &&
                acceptedMs >= one.sinceMs - 5 * MINUTE &&
                acceptedMs <= NOW + 5 * MINUTE &&
                NOW - acceptedMs >= noticeMs - 5 * MINUTE,
            );
            expect(toNotice(told.firstTelling(one), noticeMs, NOW).kind === 'over').toBe(inTime);
          }
          const allOver = clocks.every((one) => toNotice(told.firstTelling(one), noticeMs, NOW).kind === 'over');
          expect(told.isSettled(noticeMs)).toBe(allOver);
        },
      ),
    );
  });

  test('the order of the records does not matter', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), (records) => {
        const read = (list: readonly Told[]) => {
          const told = new ToldClocks([due], NOW);
          for (const one of list) {
            told.add(one);
          }
          return told.firstTelling(due)?.atMs;
        };
        const all = records.map(toTold);
        expect(read(all)).toBe(read(all.toReversed()));
      }),
    );
  });

  test('every record that counts is in a day that is read', () => {
    fc.assert(
      fc.property(moment, (acceptedMs) => {
        const told = new ToldClocks([due], NOW);
        const day = new Date(acceptedMs).toISOString().slice(0, 10);
        told.add(toTold({ acceptedMs, named: [due] }));
        if (told.firstTelling(due) !== undefined) {
          expect(told.daysAmong([day])).toEqual([day]);
        }
      }),
    );
  });

  test('days are read in order, from the oldest clock to now, and other names are ignored', () => {
    const told = new ToldClocks([due, { ...due, sinceMs: NOW - DAY }], NOW);
    const names = ['2026-11-23', '2026-11-22', 'notes', '2026-11-19', '2026-11-18', '2026-11-20', '2026-11-2', ''];
    expect(told.daysAmong(names)).toEqual(['2026-11-19', '2026-11-20', '2026-11-22']);
  });

  test('near midnight, the day before the clock and the day after now are read as well', () => {
    const midnight = Date.parse('2026-11-22T00:00:00Z');
    const told = new ToldClocks([{ ...due, sinceMs: midnight + MINUTE }], midnight + DAY - MINUTE);
    const days = ['2026-11-21', '2026-11-22', '2026-11-23'];
    expect(told.daysAmong(['2026-11-20', ...days, '2026-11-24'])).toEqual(days);
  });

  test('a hundred thousand due connections and thirty days of records fit into little memory', () => {
    const clocks = Array.from({ length: 100_000 }, (_, index) => ({ ...due, connectionId: `vco-${index}` }));
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    const told = new ToldClocks(clocks, NOW);
    for (let day = 0; day < 30; day += 1) {
      const named = Array.from({ length: 2_000 }, (_, index) => ({
        ...due,
        connectionId: `vco-${day * 5_000 + index}`,
      }));
      told.add(toTold({ acceptedMs: NOW - 2 * DAY + day * HOUR, named }));
    }
    const grown = (process.memoryUsage().heapUsed - before) / 2 ** 20;
    expect(clocks.filter((one) => told.firstTelling(one) !== undefined)).toHaveLength(40_000);
    expect(grown).toBeLessThan(200);
  });
});

describe('a record of a message', () => {
  const document: ToldDocument = {
    format: FORMAT,
    reportId: '2026-11-22T120000Z-1',
    channel: 'slack-2',
    acceptedAt: ago(HOUR),
    named: [{ accountId: ACCOUNT, regionId: REGION, connectionId: 'vco-1', rule: 'expired', since: ago(DAY) }],
  };

  test('is read back unchanged', () => {
    expect(readTold(document)).toEqual({ told: document });
    expect(readTold({ ...document, named: [], more: 1 })).toEqual({ told: { ...document, named: [] } });
  });

  test.each<[string, object, string]>([
    ['another format', { format: 'vco-sweeper/told@2' }, 'format'],
    ['no time', { acceptedAt: undefined }, 'acceptedAt'],
    ['a time without a zone', { acceptedAt: '2026-11-22T12:00:00' }, 'acceptedAt'],
    ['a channel that is a path', { channel: 'a/b' }, 'channel'],
    ['no list', { named: null }, 'named'],
    ['an entry without an account', { named: [{ ...document.named[0], accountId: undefined }] }, 'named.0.accountId'],
    ['an id with a blank in it', { named: [{ ...document.named[0], regionId: 'a b' }] }, 'named.0.regionId'],
    ['a clock without a valid start', { named: [{ ...document.named[0], since: 'now' }] }, 'named.0.since'],
  ])('with %s is not a record', (_what, change, place) => {
    expect(readTold({ ...document, ...change })).toEqual({
      problem: `it is no record of a message: ${place} is wrong`,
    });
  });
});
