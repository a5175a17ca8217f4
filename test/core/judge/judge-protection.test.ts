import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { aConnection, aPolicy, DAY, judgeOne, NOW, tagged } from '../../support/builders.ts';
import { DUE_MARK } from './judge-cases.ts';

describe('protection comes before every rule', () => {
  test.each<[string, Partial<Connection>, Parameters<typeof aPolicy>[0]]>([
    ['the keep tag', { tags: tagged({ ...DUE_MARK, 'vco-sweeper:keep': '' }) }, {}],
    ['the keep tag with a blank before false', { tags: tagged({ ...DUE_MARK, 'vco-sweeper:keep': ' false' }) }, {}],
    ['the keep tag with a text', { tags: tagged({ ...DUE_MARK, 'vco-sweeper:keep': 'yes please' }) }, {}],
    [
      'a tag key',
      { tags: tagged({ ...DUE_MARK, env: 'x' }) },
      { protect: { tags: [{ key: 'env', value: undefined }] } },
    ],
    [
      'a tag key and value',
      { tags: tagged({ ...DUE_MARK, env: 'prod' }) },
      { protect: { tags: [{ key: 'env', value: 'prod' }] } },
    ],
    ['a glob', { name: 'prod/eu.1' }, { protect: { names: ['prod*'] } }],
    ['a glob for any name, even for an empty name', { name: '' }, { protect: { names: ['*'] } }],
    ['a glob that does not normalize a path', { name: './prod-x' }, { protect: { names: ['*prod-x'] } }],
    ['a glob with parentheses', { name: 'prod (old) 1' }, { protect: { names: ['prod (old)*'] } }],
    ['a glob over lines and emoji', { name: 'prod\n\u{1f512}' }, { protect: { names: ['prod??'] } }],
    ['a glob with alternatives', { name: 'hub-b' }, { protect: { names: ['{edge,hub}-[ab]'] } }],
    ['its resource group', {}, { protect: { resourceGroups: ['rg-1'] } }],
    ['its id', {}, { protect: { connections: ['vco-1'] } }],
    ['its age', { createdAtMs: NOW - DAY + 1 }, {}],
    ['a creation time in the future', { createdAtMs: NOW + DAY }, {}],
  ])('%s protects', (_what, change, policy) => {
    expect(judgeOne(aConnection({ tags: tagged(DUE_MARK), ...change }), aPolicy(policy))).toMatchObject({
      kind: 'protected',
      isDue: false,
      markAction: 'clear',
    });
  });

  test('disproves a valid mark only, and removes a note only if there is one', () => {
    const keep = (tags: Record<string, string>) =>
      judgeOne(aConnection({ tags: tagged({ ...tags, 'vco-sweeper:keep': '' }) }));
    expect(keep(DUE_MARK)).toMatchObject({ markDisproved: true, dropNote: false });
    expect(keep({ 'vco-sweeper:orphan': 'x' })).toMatchObject({ markDisproved: false, dropNote: false });
    expect(keep({ 'vco-sweeper:detached': 'x' })).toMatchObject({ markDisproved: false, dropNote: true });
  });

  test('a keep tag whose date is over protects no longer, and the evidence says so', () => {
    const tags = tagged({ ...DUE_MARK, 'vco-sweeper:keep': 'until 2026-11-01' });
    const verdict = judgeOne(aConnection({ tags }));
    expect(verdict).toMatchObject({ kind: 'orphan', isDue: true });
    expect(verdict.evidence).toContain('tag vco-sweeper:keep protected it until 2026-11-01, which is over');
  });

  test.each([['false'], ['False'], ['FALSE']])('vco-sweeper:keep=%s does not protect', (keep) => {
    expect(judgeOne(aConnection({ tags: tagged({ ...DUE_MARK, 'vco-sweeper:keep': keep }) }))).toMatchObject({
      kind: 'orphan',
      isDue: true,
    });
  });

  test.each<[string, Partial<Connection>, Parameters<typeof aPolicy>[0]]>([
    ['a glob in another case', { name: 'Prod-1' }, { protect: { names: ['prod*'] } }],
    [
      'another value of the tag',
      { tags: tagged({ ...DUE_MARK, env: 'test' }) },
      { protect: { tags: [{ key: 'env', value: 'prod' }] } },
    ],
    ['an age that has just been reached', { createdAtMs: NOW - DAY }, {}],
  ])('%s does not protect', (_what, change, policy) => {
    expect(judgeOne(aConnection({ tags: tagged(DUE_MARK), ...change }), aPolicy(policy)).kind).toBe('orphan');
  });

  test.each<[string, Partial<Connection>, Parameters<typeof aPolicy>[0]]>([
    ['tags', { tags: 'unread' }, {}],
    ['creation time', { createdAtMs: undefined }, {}],
    ['name', { name: undefined }, { protect: { names: ['prod*'] } }],
    ['resource group', { resourceGroupId: undefined }, { protect: { resourceGroups: ['rg-2'] } }],
  ])('a connection is unknown if a reply without its %s leaves its protection open', (_what, change, policy) => {
    expect(judgeOne(aConnection({ tags: tagged(DUE_MARK), ...change }), aPolicy(policy))).toMatchObject({
      kind: 'unknown',
      markAction: 'none',
    });
  });

  test('the connection of a VPN gateway is not ours, and its tags stay unchanged', () => {
    const connection = aConnection({
      attachType: 'VPNGW',
      state: 'active',
      tags: tagged({ ...DUE_MARK, 'vco-sweeper:keep': '' }),
    });
    expect(judgeOne(connection)).toMatchObject({ kind: 'not-ours', markAction: 'none', isDue: false });
  });
});
