import { expect, test } from 'vitest';
import { setUpRegion } from './fake-region.ts';

/** A recheck every 1.25 s, each of another connection, with a reading of at most 10 s. */
async function recheckInTurn({ clock, reads }: ReturnType<typeof setUpRegion>, ids: readonly string[]) {
  for (const id of ids) {
    await reads.connections.get(id, { afterSequence: 0, notBeforeMs: clock.now() - 10_000 });
    await clock.sleep(1_250);
  }
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `vco-more-${index}`);

test('while many connections are read again one after the other, a list that serves them all is read at once', async () => {
  const region = setUpRegion();
  await recheckInTurn(region, ids(8));
  region.calls.length = 0;
  await recheckInTurn(region, ids(40));
  expect(region.calls.length).toBeLessThanOrEqual(5);
  expect(new Set(region.calls)).toEqual(new Set(['connections']));
});

test('a connection that is read again and again is read by itself', async () => {
  const region = setUpRegion();
  await recheckInTurn(
    region,
    Array.from({ length: 40 }, () => 'vco-1'),
  );
  expect(region.calls.length).toBeLessThanOrEqual(5);
  expect(new Set(region.calls)).toEqual(new Set(['vco-1']));
});

test('after a pause, a single connection is read by itself again', async () => {
  const region = setUpRegion();
  await recheckInTurn(region, ids(20));
  await region.clock.sleep(60_000);
  region.calls.length = 0;
  await recheckInTurn(region, ['vco-1']);
  expect(region.calls).toEqual(['vco-1']);
});

test('a list tells which connections it does not show, and a read of the connection makes it certain', async () => {
  const region = setUpRegion();
  const { reads, calls } = region;
  region.remove();
  await region.readAll();
  expect(reads.connections.known('vco-1', { afterSequence: 0, notBeforeMs: 0 })?.value).toBe('absent');
  expect((await reads.connections.confirm('vco-1')).value).toBe('gone');
  expect(calls).toEqual(['vco-1']);
});

test('for a minute after an inconsistent list, a few connections are read separately', async () => {
  const region = setUpRegion();
  const { clock, reads, calls } = region;
  await recheckInTurn(region, ids(20));
  region.setTorn(true);
  await clock.sleep(10_000);
  await recheckInTurn(region, ids(1));
  region.setTorn(false);
  calls.length = 0;
  await clock.sleep(10_000);
  await recheckInTurn(region, ids(20));
  expect(new Set(calls)).toEqual(new Set(ids(20)));
  calls.length = 0;
  await clock.sleep(45_000);
  await Promise.all(ids(3).map((id) => reads.connections.get(id, { afterSequence: reads.sequence, notBeforeMs: 0 })));
  expect(calls).toEqual(['connections']);
});

test('a recheck does not wait for the reading of steps that wait for their detach or delete', async () => {
  const { clock, reads, calls, setTorn } = setUpRegion();
  setTorn(true);
  const startMs = clock.now();
  const want = { afterSequence: reads.sequence, notBeforeMs: startMs };
  const looks = Promise.all(ids(30).map((id) => reads.connections.awaited(id, want)));
  await reads.connections.get('vco-1', want);
  expect(clock.now() - startMs).toBe(200);
  setTorn(false);
  await looks;
  expect(calls.filter((call) => call === 'vco-1')).toHaveLength(1);
});
