import { expect, test } from 'vitest';
import type { CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import type { Connection, Tags } from '../../../lib/core/domain/estate.ts';
import { readMissingTags } from '../../../lib/sweep/survey/read-missing-tags.ts';
import { aBoundConnection, aConnection, REGION, tagged } from '../../support/builders.ts';

/** Reads the tags of these connections from a cloud where each connection has its own id as a tag. */
async function read(connections: readonly Connection[], found = (ids: readonly string[]) => ids) {
  const calls: (readonly string[])[] = [];
  const api = {
    listTags: async (_region: string, ids: readonly string[]) => {
      calls.push(ids);
      return new Map<string, Tags>(found(ids).map((id) => [id, tagged({ id })]));
    },
  } as Partial<CloudApi> as CloudApi;
  return { calls, read: await readMissingTags(api, REGION, connections) };
}

const unread = (connectionId: string, change: Partial<Connection> = {}) =>
  aConnection({ connectionId, tags: 'unread', ...change });

test('without a missing field, nothing is read', async () => {
  const connections = [aConnection(), aBoundConnection()];
  const result = await read(connections);
  expect(result.calls).toEqual([]);
  expect(result.read).toBe(connections);
});

test('only the tags of our connections without the field are read', async () => {
  const known = aConnection({ connectionId: 'vco-known', tags: tagged({ a: 'b' }) });
  const theirs = unread('vco-theirs', { attachType: 'VPNGW' });
  const missing = unread('vco-missing', { attachType: 'missing' });
  const result = await read([known, unread('vco-1'), theirs, missing, unread('vco-2', { attachType: 'CEN' })]);
  expect(result.calls).toEqual([['vco-1', 'vco-2']]);
  expect(result.read.map(({ tags }) => tags)).toEqual([
    tagged({ a: 'b' }),
    tagged({ id: 'vco-1' }),
    'unread',
    'unread',
    tagged({ id: 'vco-2' }),
  ]);
});

test('a connection that the answer leaves out stays unread', async () => {
  const result = await read([unread('vco-1'), unread('vco-2')], (ids) => ids.slice(1));
  expect(result.read.map(({ tags }) => tags)).toEqual(['unread', tagged({ id: 'vco-2' })]);
});

test('a call asks for 20 connections', async () => {
  const ids = Array.from({ length: 21 }, (_, index) => `vco-${index}`);
  const result = await read(ids.map((id) => unread(id)));
  expect(result.calls.map((call) => call.length)).toEqual([20, 1]);
  expect(result.read.every(({ connectionId, tags }) => tags !== 'unread' && tags.get('id') === connectionId)).toBe(
    true,
  );
});
