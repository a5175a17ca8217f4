import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTCOMES, type Outcome } from '../../../lib/core/domain/outcome.ts';
import {
  GROUP_KEYS,
  groupOutcomes,
  LISTED_OUTCOMES,
  SORT_KEYS,
  selectOutcomes,
  unknownOwners,
  type View,
} from '../../../lib/report/view/view.ts';
import { ago, anOutcome, DAY, HOUR } from '../../support/builders.ts';

const ids = (outcomes: readonly Outcome[]) => outcomes.map(({ connectionId }) => connectionId.slice(4)).join('');
const SOME: readonly Outcome[] = [
  anOutcome({ connectionId: 'vco-a', outcome: 'waiting', owner: 'x', name: 'n2', since: ago(HOUR), dueAt: ago(-DAY) }),
  anOutcome({ connectionId: 'vco-b', owner: 'y', name: 'n1', since: ago(2 * DAY), dueAt: ago(DAY), regionId: 'ap-1' }),
  anOutcome({ connectionId: 'vco-c', owner: '', rule: 'half-done', createdAt: ago(DAY) }),
  anOutcome({ connectionId: 'vco-d', outcome: 'failed', rule: null, owner: null, name: '', regionId: 'zz-1' }),
];

test.each<[View, string]>([
  [{}, 'dbca'],
  [{ outcome: ['planned', 'failed'] }, 'dbc'],
  [{ rule: ['half-done'] }, 'c'],
  [{ owner: ['x', 'y'] }, 'ba'],
  [{ owner: [''] }, 'dc'],
  [{ owner: ['x'], outcome: ['planned'] }, ''],
  [{ sort: 'connection' }, 'abcd'],
  [{ sort: 'name' }, 'badc'],
  [{ sort: 'owner' }, 'abdc'],
  [{ sort: 'region' }, 'bcad'],
  [{ sort: 'rule' }, 'cbad'],
  [{ sort: 'since' }, 'badc'],
  [{ sort: 'due' }, 'badc'],
  [{ sort: 'created' }, 'cdba'],
])('with %j the order is %s', (view, expected) => {
  expect(ids(selectOutcomes(SOME, view))).toBe(expected);
});

test('unknown owners are reported', () => {
  expect(unknownOwners(SOME, { owner: ['x', 'z', ''] })).toEqual(['z']);
  expect(unknownOwners(SOME, {})).toEqual([]);
});

test.each([
  ['region', { 'ap-1': 'b', 'cn-hangzhou': 'ac', 'zz-1': 'd' }],
  ['owner', { x: 'a', y: 'b', null: 'cd' }],
  ['rule', { 'half-done': 'c', unassociated: 'ab', null: 'd' }],
] as const)('groups by %s are in order, and outcomes without a value come last', (key, expected) => {
  const groups = groupOutcomes(SOME, key).map(({ value, outcomes }) => [String(value), ids(outcomes)]);
  expect(groups).toEqual(Object.entries(expected));
});

const text = fc.option(fc.string({ unit: 'binary', maxLength: 3 }));
const someOutcome = fc
  .record({ name: text, owner: text, outcome: fc.constantFrom(...OUTCOMES), since: fc.option(fc.constant(ago(DAY))) })
  .map(anOutcome);

test('sorting and grouping neither lose nor repeat outcomes', () => {
  const list = fc.array(someOutcome, { maxLength: 12 });
  fc.assert(
    fc.property(list, fc.constantFrom(...SORT_KEYS), fc.constantFrom(...GROUP_KEYS), (outcomes, sort, groupBy) => {
      const sorted = selectOutcomes(outcomes, { sort });
      const grouped = groupOutcomes(sorted, groupBy).flatMap((group) => group.outcomes);
      expect(sorted).toHaveLength(outcomes.length);
      expect(new Set(sorted)).toEqual(new Set(outcomes));
      expect(grouped).toHaveLength(outcomes.length);
      expect(new Set(grouped)).toEqual(new Set(outcomes));
    }),
  );
});

test('every outcome except kept can be selected', () => {
  expect(OUTCOMES.filter((kind) => !LISTED_OUTCOMES.includes(kind))).toEqual(['kept']);
});
