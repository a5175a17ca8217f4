import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOutcomes, type Outcome, type RunResult } from '../../../lib/core/domain/outcome.ts';
import { CSV_COLUMNS, toCsv } from '../../../lib/report/csv/to-csv.ts';
import { ACCOUNT, anOutcome, NOW, ORIGIN } from '../../support/builders.ts';

const aResult = (outcomes: readonly Outcome[]): RunResult => ({
  runId: 'run-1',
  mode: 'plan',
  status: 'complete',
  startedAt: new Date(NOW).toISOString(),
  durationMs: 0,
  regions: [],
  counts: countOutcomes(outcomes),
  outcomes,
  calls: {},
  policy: ORIGIN,
  notFound: [],
});
const csvOf = (...outcomes: readonly Outcome[]): string => toCsv(outcomes, aResult(outcomes));

/** Reads a CSV with another library than the writer: cells by the names of their columns. */
const read = (csv: string): readonly Record<string, string>[] =>
  parse(csv, { columns: true, record_delimiter: '\r\n' });
const cellsOf = (change: Partial<Outcome>): Record<string, string> => read(csvOf(anOutcome(change)))[0] ?? {};

test('the columns keep their names and their order, because scripts rely on names and order', () => {
  expect(csvOf()).toBe(
    'connectionId,name,owner,accountId,regionId,outcome,rule,since,dueAt,heldUntil,createdAt,transitRouterId,cenId,' +
      'reason,evidence,code,requestId,runId,backup\r\n',
  );
});

test('each connection is a line with an end as in RFC 4180, and an unknown value is empty', () => {
  const facts = {
    name: 'old-dc',
    owner: 'team-a',
    createdAt: '2026-01-01T00:00:00.000Z',
    since: '2026-11-20T12:00:00.000Z',
    dueAt: '2026-11-21T12:00:00.000Z',
    attachedTo: { transitRouterId: 'tr-1', cenId: 'cen-1' },
    reason: 'its grace has run out',
    evidence: ['State init', 'no attachment of tr-1 holds it'],
  };
  const [, first, second, end] = csvOf(anOutcome(facts), anOutcome({ connectionId: 'vco-2' })).split('\r\n');
  expect(first).toBe(
    `vco-1,old-dc,team-a,${ACCOUNT},cn-hangzhou,planned,unassociated,2026-11-20T12:00:00.000Z,` +
      '2026-11-21T12:00:00.000Z,,2026-01-01T00:00:00.000Z,tr-1,cen-1,its grace has run out,' +
      'State init; no attachment of tr-1 holds it,,,run-1,',
  );
  expect(second).toMatch(/^vco-2,,,/);
  expect(end).toBe('');
});

test.each(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])(
  'a text that begins with %j does not become a formula',
  (sign) => {
    const text = `${sign}cmd|' /C calc'!A0`;
    const { name = '', owner = '', reason = '' } = cellsOf({ name: text, owner: text, reason: text });
    for (const cell of [name, owner, reason]) {
      expect(cell).toMatch(/^'/);
      expect(cell).toContain("cmd|' /C calc'!A0");
    }
  },
);

test('commas, quotes and line breaks stay inside their cell', () => {
  expect(cellsOf({ name: 'a,"b"', owner: 'c\r\nd\ne', evidence: ['x;y', '"'] })).toMatchObject({
    name: 'a,"b"',
    owner: 'c\\u000d\\u000ad\\u000ae',
    evidence: 'x;y; "',
  });
});

test('a hostile name never adds lines or cells, and no terminal or spreadsheet obeys it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      (name, owner) => {
        const csv = csvOf(anOutcome({ name, owner, code: 'X' }), anOutcome({ connectionId: 'vco-2' }));
        const [first, second, ...more] = read(csv);
        expect(more).toEqual([]);
        expect(first).toMatchObject({ connectionId: 'vco-1', code: 'X', runId: 'run-1' });
        expect(second).toMatchObject({ connectionId: 'vco-2' });
        expect(csv.split('\r\n')).toHaveLength(4);
        expect(csv.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        for (const cell of Object.values(first ?? {})) {
          expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        }
      },
    ),
  );
});

test('every column has a description', () => {
  expect(CSV_COLUMNS.filter(({ holds }) => holds === '')).toEqual([]);
});
