import { expect, test } from 'vitest';
import { NEVER, unlessStopped, wokenBy } from '../../../lib/core/concurrency/unless-stopped.ts';

const stopped = { name: 'CloudError', action: 'sleep', code: 'StoppedOnRequest', effect: 'refused' };
const hanging = () => new Promise<never>(() => undefined);

test.each([
  ['cannot be asked to stop', NEVER],
  ['could be asked to stop', new AbortController().signal],
])('the answer of work that %s is passed on, and so is its error', async (_what, stop) => {
  expect(await unlessStopped(stop, 'sleep', async () => 7)).toBe(7);
  await expect(unlessStopped(stop, 'sleep', () => Promise.reject(new Error('torn')))).rejects.toThrow('torn');
});

test('a signal that has already come begins no work', async () => {
  let began = false;
  const work = async () => {
    began = true;
  };
  await expect(unlessStopped(AbortSignal.abort(), 'sleep', work)).rejects.toMatchObject(stopped);
  expect(began).toBe(false);
});

test('a signal ends the wait of all who wait, with a single listener on it', async () => {
  const asked = new AbortController();
  let listeners = 0;
  const add = asked.signal.addEventListener.bind(asked.signal);
  asked.signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  const ends = Promise.allSettled([1, 2, 3].map(() => unlessStopped(asked.signal, 'sleep', hanging)));
  let woken = 0;
  const waits = Promise.all([1, 2].map(() => wokenBy(asked.signal, () => undefined).then(() => (woken += 1))));
  asked.abort();
  expect((await ends).map((end) => end.status === 'rejected' && end.reason)).toMatchObject([stopped, stopped, stopped]);
  await waits;
  expect([listeners, woken]).toEqual([1, 2]);
});

test('a wait that is over does not hear of the signal', async () => {
  const asked = new AbortController();
  await unlessStopped(asked.signal, 'sleep', async () => 1);
  await wokenBy(asked.signal, (wake) => wake());
  asked.abort();
  await expect(unlessStopped(asked.signal, 'sleep', hanging)).rejects.toMatchObject(stopped);
});

test('a sleeper wakes by its own call, also without a signal, and does not lie down after the signal', async () => {
  await wokenBy(undefined, (wake) => wake());
  await wokenBy(NEVER, (wake) => wake());
  await wokenBy(new AbortController().signal, (wake) => wake());
  let began = false;
  await wokenBy(AbortSignal.abort(), () => {
    began = true;
  });
  expect(began).toBe(false);
});
