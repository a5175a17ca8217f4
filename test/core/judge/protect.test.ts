import { expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { protect } from '../../../lib/core/judge/protect.ts';
import { aConnection, aPolicy, DAY, HOUR, NOW, tagged } from '../../support/builders.ts';

type Rules = ReturnType<typeof aPolicy>['protect'];
const check = (change: Partial<Connection>, rules: Partial<Rules>) =>
  protect(aConnection(change), { ...aPolicy().protect, ...rules }, NOW);

test.each<[string, Partial<Connection>, Partial<Rules>]>([
  ['tag vco-sweeper:keep', { tags: tagged({ 'vco-sweeper:keep': '' }) }, {}],
  ['tag vco-sweeper:keep until 2026-11-22', { tags: tagged({ 'vco-sweeper:keep': 'until 2026-11-22' }) }, {}],
  [
    'tag caf\u00e9=\u00e9 is in protect.tags',
    { tags: tagged({ 'cafe\u0301': 'e\u0301' }) },
    { tags: [{ key: 'caf\u00e9', value: '\u00e9' }] },
  ],
  [
    'tag cafe\u0301 is in protect.tags',
    { tags: tagged({ 'caf\u00e9': '' }) },
    { tags: [{ key: 'cafe\u0301', value: undefined }] },
  ],
  ['its name "caf\u00e9-1" matches protect.names "cafe\u0301-*"', { name: 'caf\u00e9-1' }, { names: ['cafe\u0301-*'] }],
  ['its name "cafe\u0301-1" matches protect.names "caf\u00e9-*"', { name: 'cafe\u0301-1' }, { names: ['caf\u00e9-*'] }],
  ['tag a=b=c is in protect.tags', { tags: tagged({ 'a=b': 'c' }) }, { tags: [{ key: 'a=b', value: 'c' }] }],
  ['tag env is in protect.tags', { tags: tagged({ env: 'x' }) }, { tags: [{ key: 'env', value: undefined }] }],
  ['tag env=prod is in protect.tags', { tags: tagged({ env: 'prod' }) }, { tags: [{ key: 'env', value: 'prod' }] }],
  ['its name "prod-1" matches protect.names "prod*"', { name: 'prod-1' }, { names: ['x', 'prod*', '*'] }],
  ['it is listed in protect.connections', {}, { connections: ['vco-0', 'vco-1'] }],
  ['its resource group rg-1 is in protect.resourceGroups', {}, { resourceGroups: ['rg-0', 'rg-1'] }],
  ['created 2026-11-22T11:00:00.000Z, younger than protect.youngerThan', { createdAtMs: NOW - HOUR }, {}],
])('the reason is %s', (said, change, rules) => {
  expect(check(change, rules)).toEqual({ reasons: [said], unread: [] });
});

test('all reasons are listed, not only the first', () => {
  const change = { name: 'prod', tags: tagged({ 'vco-sweeper:keep': '', env: 'prod' }), createdAtMs: NOW };
  const rules = {
    names: ['prod'],
    tags: [{ key: 'env', value: 'prod' }],
    connections: ['vco-1'],
    resourceGroups: ['rg-1'],
  };
  expect(check(change, rules).reasons).toHaveLength(6);
});

test.each<[string, Partial<Connection>, Partial<Rules>]>([
  ['its tags could not be read', { tags: 'unread' }, { tags: [{ key: 'env', value: undefined }] }],
  ['the reply did not say what its name is', { name: undefined }, { names: ['prod*'] }],
  ['the reply did not say which resource group it is in', { resourceGroupId: undefined }, { resourceGroups: ['rg-1'] }],
  ['the reply did not say when it was created', { createdAtMs: undefined }, { youngerThanMs: 0 }],
])('the doubt is %s', (said, change, rules) => {
  expect(check(change, rules)).toEqual({ reasons: [], unread: [said] });
});

test.each<[string, Partial<Connection>, Partial<Rules>]>([
  ['its keep tag has expired', { tags: tagged({ 'vco-sweeper:keep': 'until 2026-11-21' }) }, {}],
  ['its tag has another value', { tags: tagged({ env: 'Prod' }) }, { tags: [{ key: 'env', value: 'prod' }] }],
  ['its tags are not in the policy', { tags: tagged({ other: 'prod' }) }, { tags: [{ key: 'env', value: undefined }] }],
  ['it has no name, and the policy has no names', { name: undefined }, {}],
  ['it has no resource group, and the policy has no resource groups', { resourceGroupId: undefined }, {}],
  ['the policy names another resource group', {}, { resourceGroups: ['rg-2'] }],
  ['the policy names another connection', {}, { connections: ['vco-2'] }],
  ['it has exactly the required age', { createdAtMs: NOW - DAY }, { youngerThanMs: DAY }],
  ['the required age is 0', { createdAtMs: NOW }, { youngerThanMs: 0 }],
])('nothing protects it if %s', (_when, change, rules) => {
  expect(check(change, rules)).toEqual({ reasons: [], unread: [] });
});

test('an invalid pattern protects every name', () => {
  expect(check({}, { names: ['[prod'] }).reasons).toEqual(['its name "branch-1" matches protect.names "[prod"']);
});
