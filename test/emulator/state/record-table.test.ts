import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Table } from '../../../lib/emulator/state/record-table.ts';
import { UndoLog } from '../../../lib/emulator/state/undo-log.ts';

type Row = { id: string; group: string };

const row = fc.record({ id: fc.constantFrom(...'abcdefgh'), group: fc.constantFrom('x', 'y') });
const step = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), row }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(9) }),
  fc.record({ kind: fc.constant('push from outside' as const), row }),
  fc.record({ kind: fc.constant('splice from outside' as const), at: fc.nat(9) }),
  fc.record({ kind: fc.constant('replace from outside' as const), at: fc.nat(9), row }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Makes a change, as the emulator or from outside. Ids stay unique. */
function change(table: Table<Row>, rows: Row[], next: Step): void {
  if ('row' in next && rows.some((other) => other.id === next.row.id)) {
    return;
  }
  const old = 'at' in next ? rows[next.at] : undefined;
  if (next.kind === 'insert') {
    table.insert(next.row);
  }
  if (next.kind === 'remove' && old) {
    table.remove(old);
  }
  if (next.kind === 'push from outside') {
    rows.push(next.row);
  }
  if (next.kind === 'splice from outside') {
    rows.splice(next.at, 1);
  }
  if (next.kind === 'replace from outside' && old) {
    rows[next.at] = next.row;
  }
}

test('the index finds the same rows as a scan, after changes by anyone', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const rows: Row[] = [];
      const table = new Table<Row>(() => rows, { id: ({ id }) => id, groups: { group: ({ group }) => group } });
      for (const next of steps) {
        table.refresh();
        change(table, rows, next);
        table.refresh();
        for (const id of 'abcdefgh') {
          expect(table.get(id)).toBe(rows.find((other) => other.id === id));
        }
        for (const group of ['x', 'y']) {
          const scanned = rows.filter((other) => other.group === group);
          expect(new Set(table.in('group', group))).toEqual(new Set(scanned));
        }
      }
    }),
  );
});

test('a step that is taken back leaves no trace, and looking back changes nothing', () => {
  const journal = new UndoLog();
  const seen: number[] = [];
  const push = (value: number) => journal.apply({ redo: () => seen.push(value), undo: () => void seen.pop() });
  push(1);
  expect(journal.commit()).toBe(true);
  push(2);
  push(3);
  journal.rollback();
  expect(seen).toEqual([1]);
  expect(journal.commit()).toBe(false);
  expect(journal.before(() => [...seen])).toEqual([]);
  expect(seen).toEqual([1]);
});
