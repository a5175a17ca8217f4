import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OUTCOMES } from '../../../lib/core/domain/outcome.ts';
import { type Row, unpackRows } from '../../../lib/report/page/browser/page-rows.ts';
import {
  FILTERS,
  type PageState,
  parseAddress,
  START,
  toAddress,
} from '../../../lib/report/page/browser/page-state.ts';
import { OUTCOME_WORDS, whenOf } from '../../../lib/report/page/browser/page-words.ts';
import { commandsFor } from '../../../lib/report/page/browser/row-commands.ts';
import { queryRows } from '../../../lib/report/page/browser/row-query.ts';
import { packDigest } from '../../../lib/report/page/pack-digest.ts';
import { ago, anOutcome, DAY, HOUR, NOW } from '../../support/builders.ts';
import { aDigest, manyOutcomes } from '../../support/digests.ts';

const SORTS = ['outcome', 'name', 'owner', 'region', 'rule', 'when', 'reason'] as const;

const rowsOf = (...args: Parameters<typeof aDigest>) => unpackRows(packDigest(aDigest(...args)));
const rowOf = (change: Parameters<typeof anOutcome>[0]): Row => {
  const [row] = rowsOf([anOutcome(change)]);
  if (row === undefined) {
    throw new Error('no row');
  }
  return row;
};

test('the page has words for every outcome', () => {
  expect(OUTCOMES.filter((outcome) => !OUTCOME_WORDS.has(outcome))).toEqual([]);
});

describe('the address', () => {
  const text = fc.string({ unit: 'grapheme' });
  const filters = Object.fromEntries(FILTERS.map((name) => [name, text])) as Record<
    (typeof FILTERS)[number],
    typeof text
  >;
  const state: fc.Arbitrary<PageState> = fc.record({
    ...filters,
    search: text,
    sort: fc.constantFrom(...SORTS),
    isDescending: fc.boolean(),
    page: fc.integer({ min: 1, max: 999_999 }),
    open: text,
  });

  test('contains every state', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(parseAddress(`#${toAddress(one)}`)).toEqual(one);
      }),
    );
  });

  test('is always read as a valid state', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        const { page, sort } = parseAddress(hash);
        expect(page).toBeGreaterThan(0);
        expect(SORTS).toContain(sort);
      }),
    );
    expect(toAddress(START)).toBe('');
  });
});

describe('the rows', () => {
  const rows = rowsOf(manyOutcomes(500));
  const query = (change: Partial<PageState>) => queryRows(rows, { ...START, ...change }, NOW);

  test.each(SORTS)('are complete when sorted by %s in both directions, with rows without a value last', (sort) => {
    for (const isDescending of [false, true]) {
      const sorted = query({ sort, isDescending });
      expect(new Set(sorted)).toEqual(new Set(rows));
      const valueless = { owner: (row: Row) => row.owner === null, when: (row: Row) => row.removal === undefined };
      const isEmpty = sort === 'owner' || sort === 'when' ? valueless[sort] : () => false;
      const start = sorted.findIndex(isEmpty);
      expect(sorted.slice(start).every(isEmpty) || start === -1).toBe(true);
    }
  });

  test('are the rows that match all filters', () => {
    for (const name of ['outcome', 'rule', 'account', 'region', 'owner'] as const) {
      const values = new Set(rows.map((row) => row[name] ?? '(none)'));
      const parts = [...values].map((value) => query({ [name]: value }));
      expect(parts.flat()).toHaveLength(rows.length);
      expect(parts.every((part) => part.length > 0)).toBe(true);
    }
    expect(query({ search: 'NETWORK 000', region: 'nowhere' })).toEqual([]);
  });

  test('are found by their date, for due and deleted orphans', () => {
    const gone = query({ when: 'gone' });
    expect(new Set(gone.map(({ outcome }) => outcome))).toEqual(new Set(['deleted']));
    expect(query({ when: '7d' }).length).toBeGreaterThan(query({ when: 'now' }).length);
    expect(
      query({ when: '30d' }).length + query({ when: 'later' }).length + gone.length + query({ when: 'never' }).length,
    ).toBe(rows.length);
  });
});

describe('the commands', () => {
  const lines = (change: Parameters<typeof anOutcome>[0], many = false) =>
    commandsFor(rowOf(change), many).map(({ line }) => line);

  test.each([
    ['deleted', ['vco-sweeper restore vco-1']],
    ['already-gone', []],
    ['protected', ['vco-sweeper explain vco-1 --region cn-hangzhou']],
    [
      'waiting',
      [
        'aliyun vpc TagResources --RegionId cn-hangzhou --ResourceType VPNATTACHMENT --ResourceId.1 vco-1 --Tag.1.Key vco-sweeper:keep --Tag.1.Value true',
        'vco-sweeper explain vco-1 --region cn-hangzhou',
      ],
    ],
  ] as const)('for the outcome %s', (outcome, expected) => {
    expect(lines({ outcome })).toEqual(expected);
  });

  test('name the account if there are several', () => {
    expect(lines({ outcome: 'protected' }, true)).toEqual([
      'vco-sweeper explain vco-1 --region cn-hangzhou --account 1000000000000001',
    ]);
  });

  test.each([
    { connectionId: 'vco-1; rm -rf ~' },
    { connectionId: '--yes' },
    { regionId: '$(id)' },
    { accountId: "1' || '" },
    { connectionId: 'vco-1\nid' },
  ])('are missing for %j, because an id has an invalid form', (change) => {
    expect(lines({ outcome: 'waiting', ...change }, true)).toEqual([]);
  });
});

describe('the notice before a deletion', () => {
  const waiting = { outcome: 'waiting', since: ago(3 * DAY), dueAt: ago(2 * DAY) } as const;

  test('gives a named due connection the later end of its grace and its notice', () => {
    const told = { toldAt: ago(HOUR), noticeUntil: ago(-23 * HOUR) };
    expect(rowOf({ ...waiting, ...told })).toMatchObject({
      toldMs: NOW - HOUR,
      removal: { kind: 'later', atMs: NOW + 23 * HOUR },
    });
    const late = { ...waiting, dueAt: ago(-2 * DAY), ...told };
    expect(rowOf(late).removal).toEqual({ kind: 'later', atMs: NOW + 2 * DAY });
  });

  test('gives an unnamed due connection no date', () => {
    const row = rowOf(waiting);
    expect(row.removal).toBeUndefined();
    expect(whenOf(row, NOW)).toBe('not told yet');
    expect(whenOf(rowOf({ outcome: 'protected' }), NOW)).toBe('');
  });

  test('adds no data to the page without messages', () => {
    expect(packDigest(aDigest([anOutcome(waiting)])).rows).not.toHaveProperty('told');
  });
});
