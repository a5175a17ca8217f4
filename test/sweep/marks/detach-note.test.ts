import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { isBeingDetached, noteOf, removeNote } from '../../../lib/sweep/marks/detach-note.ts';
import { aConnection, ago, HOUR, NOW, tagged } from '../../support/builders.ts';
import { error, startTags } from './tag-region.ts';

const TAG = 'vco-sweeper:detached';
const NOTE = `${ago(HOUR)} tr-attach-1`;

describe('a detach note that has to go', () => {
  test.each<[what: string, found: Record<string, string>, since: Partial<Connection>, hasNone: boolean]>([
    ['goes if it is as it was read', { [TAG]: NOTE }, {}, true],
    ['goes if an earlier attempt made it void', { [TAG]: 'void' }, {}, true],
    [
      'goes if the connection was detached, but is protected',
      { [TAG]: NOTE, 'vco-sweeper:keep': 'yes' },
      { state: 'detaching' },
      true,
    ],
    ['stays if it is of another run', { [TAG]: `${ago(0)} tr-attach-1` }, {}, false],
    ['stays if the connection is being detached', { [TAG]: NOTE }, { state: 'detaching' }, false],
    ['stays if the connection was bound since', { [TAG]: NOTE }, { attachType: 'CEN' }, false],
    [
      'stays if another run wrote a note, also under protection',
      { [TAG]: `${ago(0)} tr-attach-1`, 'vco-sweeper:keep': 'yes' },
      {},
      false,
    ],
    ['stays if the tags cannot be read', { [TAG]: NOTE }, { tags: 'unread' }, false],
  ])('%s', async (_what, found, since, hasNone) => {
    const fake = startTags();
    fake.put('vco-1', { [TAG]: NOTE });
    const before = fake.connectionOf('vco-1');
    fake.put('vco-1', found);
    Object.assign(fake.changes, since);
    expect(await removeNote(fake.region, before, NOTE)).toBe(hasNone);
    expect(fake.tagsOf('vco-1').has(TAG)).toBe(!hasNone);
    expect(fake.calls.some((call) => call.includes('TagResources'))).toBe(hasNone);
  });

  test('needs no write if it is gone already', async () => {
    const fake = startTags();
    expect(await removeNote(fake.region, fake.connectionOf('vco-1'), NOTE)).toBe(true);
    expect(fake.calls).toEqual(['0 DescribeVpnConnection vco-1']);
  });

  test('needs no write if the connection is gone', async () => {
    const fake = startTags();
    fake.gone.add('vco-1');
    expect(await removeNote(fake.region, aConnection(), NOTE)).toBe(false);
    expect(fake.calls).toEqual(['0 DescribeVpnConnection vco-1']);
  });

  test('is read once more before each request, and never by an earlier reading', async () => {
    const fake = startTags((action) => action !== 'UnTagResources');
    fake.put('vco-1', { [TAG]: NOTE });
    const wants: unknown[] = [];
    const { reads, clock } = fake.region;
    const get: typeof reads.connections.get = async (id, want) => {
      wants.push([want, clock.now()]);
      return await reads.connections.get(id, want);
    };
    const connections = { ...reads.connections, get } as typeof reads.connections;
    const region = { ...fake.region, reads: { ...reads, sequence: 7, connections } as typeof reads };
    expect(await removeNote(region, fake.connectionOf('vco-1'), NOTE)).toBe(true);
    expect(fake.tagsOf('vco-1').get(TAG)).toBe('void');
    expect(wants.length).toBe(fake.calls.filter((call) => / (Un)?TagResources/.test(call)).length);
    expect(wants[0]).toEqual([{ afterSequence: 7, notBeforeMs: NOW }, NOW]);
  });

  test('that can be neither removed nor made void is an error of the last refusal', async () => {
    const fake = startTags((action) => {
      if (action !== 'ListTagResources') {
        throw error('Forbidden.RAM', 'refused', action);
      }
      return true;
    });
    fake.put('vco-1', { [TAG]: NOTE });
    const removal = removeNote(fake.region, fake.connectionOf('vco-1'), NOTE);
    await expect(removal).rejects.toMatchObject({ code: 'Forbidden.RAM' });
    expect(fake.tagsOf('vco-1').get(TAG)).toBe(NOTE);
  });
});

test('a connection without readable tags has no note', () => {
  expect(noteOf(aConnection({ tags: tagged({ [TAG]: NOTE }) }))).toBe(NOTE);
  expect(noteOf(aConnection({ tags: tagged({ keep: '' }) }))).toBeUndefined();
  expect(noteOf(aConnection({ tags: 'unread' }))).toBeUndefined();
});

test.each<[state: string, attachType: string, expected: boolean]>([
  ['detaching', 'CEN', true],
  ['detaching', 'NO_ASSOCIATED', true],
  ['init', 'NO_ASSOCIATED', true],
  ['init', 'CEN', false],
  ['detached', 'CEN', false],
])('state %s and %s: being detached is %s', (state, attachType, expected) => {
  expect(isBeingDetached(aConnection({ state, attachType } as Partial<Connection>))).toBe(expected);
});
