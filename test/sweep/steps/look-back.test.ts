import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../lib/core/domain/estate.ts';
import { createDeleteLook, createDetachLook } from '../../../lib/sweep/steps/look-back.ts';
import { anAttachment } from '../../support/builders.ts';
import { POLL_MS, setUpRegion } from '../reads/fake-region.ts';

describe('a look whether a detach has taken hold', () => {
  test('uses the readings of other steps, and sends no call of its own', async () => {
    const { region, calls, readAll, detach } = setUpRegion();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    await readAll();
    expect(await look(false)).toBe(false);
    detach();
    await readAll();
    expect(await look(false)).toBe(false);
    await readAll();
    expect(await look(false)).toBe(true);
    expect(calls).toEqual([]);
  });

  test('does not count the same reading twice', async () => {
    const { region, readAll, detach } = setUpRegion();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    detach();
    await readAll();
    expect([await look(false), await look(false), await look(false)]).toEqual([false, false, false]);
  });

  test('does not count two readings of nearly the same moment', async () => {
    const { clock, reads, region, readAll, detach } = setUpRegion();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    detach();
    const read = async () => {
      const want = { afterSequence: reads.sequence, notBeforeMs: clock.now() };
      await Promise.all([reads.attachments('tr-1', want), reads.connections.get('vco-1', want)]);
    };
    await read();
    expect(await look(false)).toBe(false);
    await read();
    expect(await look(false)).toBe(false);
    await clock.sleep(POLL_MS);
    await readAll();
    expect(await look(false)).toBe(true);
  });

  test('counts no reading from before the detach was sent', async () => {
    const { region, readAll, detach } = setUpRegion();
    detach();
    await readAll();
    await readAll();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    expect([await look(false), await look(false)]).toEqual([false, false]);
    await readAll();
    expect(await look(false)).toBe(false);
  });

  test('does not believe a reading of the connection from before the detach was sent', async () => {
    const { clock, reads, region, readAll, detach } = setUpRegion();
    detach();
    await readAll();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    for (let reading = 0; reading < 3; reading += 1) {
      await reads.attachments('tr-1', { afterSequence: reads.sequence, notBeforeMs: clock.now() });
      expect(await look(false)).toBe(false);
      await clock.sleep(POLL_MS);
    }
    expect(await look(true)).toBe(true);
  });

  test.each<[string, Partial<Connection>]>([
    ['still bound', { attachType: 'CEN', state: 'detaching' }],
    ['not yet settled', { attachType: 'NO_ASSOCIATED', state: 'detaching' }],
  ])('needs both sides: the connection is %s', async (_what, change) => {
    const { region, calls, readAll, detach } = setUpRegion();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    detach(change);
    for (let reading = 0; reading < 4; reading += 1) {
      await readAll();
      expect(await look(false)).toBe(false);
    }
    expect(await look(true)).toBe(false);
    expect(calls).toContain('vco-1');
  });

  test('starts again if the list shows the attachment again', async () => {
    const { region, readAll, detach } = setUpRegion();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    await readAll();
    await look(false);
    detach();
    await readAll();
    expect(await look(false)).toBe(false);
  });

  test('reads again if it may, because an old list that shows the attachment says nothing about now', async () => {
    const { clock, region, readAll, detach } = setUpRegion();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    await readAll();
    detach();
    expect(await look(true)).toBe(false);
    await clock.sleep(POLL_MS);
    expect(await look(true)).toBe(true);
  });

  test('reads both sides if it may and no other step has', async () => {
    const { clock, region, calls, detach } = setUpRegion();
    const look = createDetachLook(region, 'vco-1', anAttachment());
    detach();
    expect(await look(true)).toBe(false);
    await clock.sleep(POLL_MS);
    expect(await look(true)).toBe(true);
    expect(calls.toSorted()).toEqual(['attachments', 'attachments', 'vco-1']);
  });
});

describe('a look whether a delete has taken hold', () => {
  test('uses lists that other steps have read, of which two in a row must not show the connection', async () => {
    const { region, calls, readAll, remove } = setUpRegion();
    const look = createDeleteLook(region, 'vco-1');
    await readAll();
    expect(await look(false)).toBe(false);
    remove();
    await readAll();
    expect([await look(false), await look(false)]).toEqual([false, false]);
    await readAll();
    expect(await look(false)).toBe(true);
    expect(calls).toEqual([]);
  });

  test('counts no reading from before the delete was sent', async () => {
    const { region, readAll, remove } = setUpRegion();
    remove();
    await readAll();
    await readAll();
    const look = createDeleteLook(region, 'vco-1');
    expect([await look(false), await look(false)]).toEqual([false, false]);
  });

  test('reads again if it may, because an old list that shows the connection says nothing about now', async () => {
    const { region, readAll, remove } = setUpRegion();
    const look = createDeleteLook(region, 'vco-1');
    await readAll();
    remove();
    expect(await look(true)).toBe(true);
  });

  test('one read of the connection is enough if it says "not found"', async () => {
    const { region, calls, remove } = setUpRegion();
    const look = createDeleteLook(region, 'vco-1');
    remove();
    expect(await look(false)).toBe(false);
    expect(await look(true)).toBe(true);
    expect(calls).toEqual(['vco-1']);
  });
});
