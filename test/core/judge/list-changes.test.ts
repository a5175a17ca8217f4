import { expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { listChanges } from '../../../lib/core/judge/list-changes.ts';
import { aBoundConnection, aConnection, tagged, twoTunnels } from '../../support/builders.ts';

const before = aBoundConnection({
  tags: tagged({ env: 'test', 'vco-sweeper:orphan': 'x' }),
  tunnels: twoTunnels('ike_sa_not_established', 'ike_sa_not_established'),
});

test.each<[string, Partial<Connection>, string]>([
  ['AttachType', { attachType: 'NO_ASSOCIATED' }, 'AttachType was CEN, is NO_ASSOCIATED'],
  ['State', { state: 'updating' }, 'State was attached, is updating'],
  ['transit router', { transitRouterId: 'tr-2' }, 'transit router was tr-1, is tr-2'],
  ['status', { status: 'ipsec_sa_established' }, 'status was ike_sa_not_established, is ipsec_sa_established'],
  ['tunnels', { tunnels: twoTunnels('ike_sa_not_established', 'ike_sa_established') }, 'tunnels was'],
  ['name', { name: 'other' }, 'name was branch-1, is other'],
  ['resource group', { resourceGroupId: 'rg-2' }, 'resource group was rg-1, is rg-2'],
  ['VPN gateway', { vpnGatewayId: 'vpn-1' }, 'VPN gateway was undefined, is vpn-1'],
  ['an added tag', { tags: tagged({ env: 'test', 'vco-sweeper:orphan': 'x', keep: '' }) }, 'tag keep was added'],
  ['a removed tag', { tags: tagged({ 'vco-sweeper:orphan': 'x' }) }, 'tag env was removed'],
  ['the value of a tag', { tags: tagged({ env: 'prod', 'vco-sweeper:orphan': 'x' }) }, 'tag env was changed'],
  ['creation time', { createdAtMs: undefined }, 'creation time was 1786708800000, is undefined'],
  ['unread tags', { tags: 'unread' }, 'its tags could not be read'],
])('a change is seen: %s', (_what, change, expected) => {
  expect(listChanges(before, { ...before, ...change }, false).join()).toContain(expected);
});

test('the words contain no values of tags, because owners write them', () => {
  const now = { ...before, tags: tagged({ env: 'secret-value', 'vco-sweeper:orphan': 'x' }) };
  expect(listChanges(before, now, false).join()).not.toContain('secret-value');
});

test('the order of tunnels and our own tags are not a change', () => {
  const now = {
    ...before,
    tunnels: [...before.tunnels].reverse(),
    tags: tagged({ env: 'test', 'vco-sweeper:orphan': 'y', 'vco-sweeper:seen': 's', 'vco-sweeper:detached': 'd' }),
  };
  expect(listChanges(before, now, false)).toEqual([]);
});

test('after our own detach, only the fields that owners set are compared', () => {
  const detached = aConnection({ tags: before.tags });
  expect(listChanges(before, detached, true)).toEqual([]);
  expect(listChanges(before, { ...detached, name: 'other' }, true)).toEqual(['name was branch-1, is other']);
});

const exactly = (was: Partial<Connection>, is: Partial<Connection>) =>
  listChanges({ ...before, ...was }, { ...before, ...is }, false);

test('tunnels are described by id, status and state, and an empty list as "none"', () => {
  const one = { tunnelId: 'tun-1', status: 'ike_sa_established', state: undefined } as const;
  const two = { tunnelId: 'tun-2', status: 'unknown', state: 'active' } as const;
  expect(exactly({ tunnels: [] }, { tunnels: [two, one] })).toEqual([
    'tunnels was none, is tun-1 ike_sa_established ?, tun-2 unknown active',
  ]);
});

test('tags that were already unread in the listing are a reason to stop as well', () => {
  expect(exactly({ tags: 'unread' }, {})).toEqual(['its tags could not be read']);
});

test('an empty value is not the same as no tag', () => {
  const was = tagged({ a: '', b: 'x' });
  expect(exactly({ tags: was }, { tags: tagged({ b: '', c: '' }) })).toEqual([
    'tag a was removed',
    'tag b was changed',
    'tag c was added',
  ]);
});
