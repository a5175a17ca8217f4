import { expect, test } from 'vitest';
import type { Store } from '../../../lib/core/store/store.ts';
import { StoreError } from '../../../lib/core/store/store-error.ts';
import { heldBackBy, StopFile } from '../../../lib/sweep/steps/stop-file.ts';

/** A store that answers each look in turn, and its last answer for good. */
function aStore(...answers: (boolean | Error)[]) {
  let looks = 0;
  const isStopped = async () => {
    const answer = answers[Math.min(looks, answers.length - 1)];
    looks += 1;
    if (answer instanceof Error) {
      throw answer;
    }
    return answer === true;
  };
  return { store: { folder: 'reports', isStopped } as Partial<Store> as Store, looks: () => looks };
}

const STOPPED = {
  reason: 'stopped by the file reports/STOP: nothing new is detached or deleted while it is there',
  code: null,
  file: 'reports/STOP',
};

test('a store holds a run back by its file STOP, or because it cannot be read', async () => {
  expect(await heldBackBy(aStore(false).store)).toBeUndefined();
  expect(await heldBackBy(aStore(true).store)).toEqual(STOPPED);
  const gone = new StoreError('StoreGone', 'reports is not a folder');
  expect(await heldBackBy(aStore(gone).store)).toEqual({
    reason: 'nothing new is detached or deleted while the store cannot be read: reports is not a folder',
    code: 'StoreGone',
    file: undefined,
  });
});

test('a run that was held back once stays so, and looks no more', async () => {
  const { store, looks } = aStore(false, true, false);
  const stop = new StopFile(store);
  expect(stop.heldBack).toBeUndefined();
  expect(await stop.look()).toBeUndefined();
  expect(await stop.look()).toEqual(STOPPED);
  expect(await stop.look()).toEqual(STOPPED);
  expect(stop.heldBack).toEqual(STOPPED);
  expect(looks()).toBe(2);
});

test('callers of the same turn share a look, and a later caller looks again', async () => {
  const { store, looks } = aStore(false);
  const stop = new StopFile(store);
  await Promise.all([stop.look(), stop.look(), stop.look()]);
  expect(looks()).toBe(1);
  await stop.look();
  expect(looks()).toBe(2);
});

test('the first reason stays if two looks are under way', async () => {
  const { store } = aStore(true, new StoreError('StoreGone', 'reports is not a folder'));
  const stop = new StopFile(store);
  const first = stop.look();
  await Promise.resolve();
  const second = stop.look();
  await Promise.all([first, second]);
  expect(stop.heldBack).toEqual(STOPPED);
});
