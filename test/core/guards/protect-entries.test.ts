import { expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { ProtectWatch } from '../../../lib/core/guards/protect-entries.ts';
import { aConnection, aPolicy, tagged } from '../../support/builders.ts';

type Entries = ReturnType<typeof aPolicy>['protect'];

function unmatched(entries: Partial<Entries>, ...connections: readonly Partial<Connection>[]): readonly string[] {
  const watch = new ProtectWatch({ ...aPolicy().protect, ...entries });
  for (const change of connections) {
    watch.look(aConnection(change));
  }
  return watch.unmatched;
}

const ENTRIES: Partial<Entries> = {
  tags: [
    { key: 'env', value: 'prod' },
    { key: 'critical', value: undefined },
  ],
  names: ['prod-*', 'hub'],
  resourceGroups: ['rg-1', 'rg-typo'],
  connections: ['vco-1', 'vco-2'],
};

test('every entry that matches no connection is named, in the notation of the policy', () => {
  expect(unmatched(ENTRIES, { name: 'prod-1' }, { tags: tagged({ critical: '' }) })).toEqual([
    'protect.tags "env=prod"',
    'protect.names "hub"',
    'protect.resourceGroups "rg-typo"',
    'protect.connections "vco-2"',
  ]);
});

test('an entry that may match a connection with an unread field is not named', () => {
  const blind = { name: undefined, resourceGroupId: undefined, tags: 'unread' } as const;
  expect(unmatched(ENTRIES, blind)).toEqual(['protect.connections "vco-2"']);
});

test('without any connection, no entry matches', () => {
  expect(unmatched({ names: ['a'] })).toEqual(['protect.names "a"']);
  expect(unmatched({})).toEqual([]);
});

test('a colon in place of an equals sign is pointed out', () => {
  const tags = ['env:prod', ':a', 'a:', 'acs:rm:rgId'].map((key) => ({ key, value: undefined }));
  expect(unmatched({ tags: [...tags, { key: 'a:b', value: 'c' }] }, {})).toEqual([
    'protect.tags "env:prod" (a key; did you mean "env=prod"?)',
    'protect.tags ":a"',
    'protect.tags "a:"',
    'protect.tags "acs:rm:rgId"',
    'protect.tags "a:b=c"',
  ]);
});

test('a key with an equals sign is shown as a mapping', () => {
  const tags = [
    { key: 'a=b', value: undefined },
    { key: 'a=b', value: 'c' },
  ];
  expect(unmatched({ tags }, {})).toEqual(['protect.tags {"key":"a=b"}', 'protect.tags {"key":"a=b","value":"c"}']);
});
