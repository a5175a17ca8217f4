import { afterEach, expect, test } from 'vitest';
import { bound, down, dueTags, estate, free, inUse } from '../../support/estates.ts';
import { closeClouds, cloud, fresh, parse, SOME } from './run-cases.ts';

afterEach(closeClouds);

test('explain shows all facts about a connection, and exits like a run', async () => {
  const { command, writes } = await cloud(
    estate(...inUse(6), free('ripe1', dueTags()), bound('idle', {}, down), free('mine', { 'vco-sweeper:keep': 'yes' })),
  );
  const ripeOne = await command(['explain', 'vco-ripe1']);
  expect(ripeOne.code).toBe(3);
  expect(ripeOne.out).toMatch(/what happens +deleted by the next sweep/);
  expect(ripeOne.out).toMatch(/limits +not held back: number 1 of 1 in the queue/);
  const files = { 'p.yaml': 'rules: { tunnels-down: 14d }' };
  const idle = await command(['explain', 'vco-idle', '--json', '-p', 'p.yaml'], { files });
  expect(parse(idle.out)).toMatchObject({
    connectionId: 'vco-idle',
    verdict: { kind: 'orphan', rule: 'tunnels-down' },
    next: { first: 'marked by the next run in mode mark or sweep', at: '2026-12-06T12:00:00.000Z' },
  });
  expect((await command(['explain', 'vco-mine'])).code).toBe(0);
  expect(writes()).toEqual([]);
});

test('explain of a connection in a halted region exits with 5 if it is due, and with 3 if it waits', async () => {
  const all = ['a', 'b', 'c', 'd'].map((name) => free(name, dueTags()));
  const { command } = await cloud(estate(...all, free('fresh', fresh)));
  const held = await command(['explain', 'vco-a']);
  expect(held.out).toMatch(/limits +the region is halted: 4 of its 5 connections would be deleted/);
  expect(held.code).toBe(5);
  expect((await command(['explain', 'vco-fresh'])).code).toBe(3);
});

test('explain of a missing id names the read places and the way to find a deletion', async () => {
  const { command } = await cloud(SOME);
  const { code, out, err } = await command(['explain', 'vco-gone']);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toContain(
    'vco-gone: not in cn-hangzhou (account 1000000000000001); if it was deleted by a sweep, the log',
  );
});

test('explain of a connection in a partly read region is incomplete', async () => {
  const faults = [
    {
      action: 'ListTransitRouters',
      times: 'always' as const,
      fault: { kind: 'error' as const, status: 403, code: 'Forbidden.RAM' },
    },
  ];
  const { command } = await cloud(SOME, { faults });
  const { code, err } = await command(['explain', 'vco-new']);
  expect(code).toBe(4);
  expect(err).toContain('it is in cn-hangzhou, which could not be read whole, so it is kept');
});
