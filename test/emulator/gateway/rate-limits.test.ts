import { describe, expect, test } from 'vitest';
import { aCloud, B, REGION, send, v1 } from '../emulator-support.ts';

const list = { RegionId: REGION };

/** How many of `count` calls in a row are served. */
const served = async (go: () => Promise<{ status: number }>, count: number): Promise<number> => {
  let good = 0;
  for (let turn = 0; turn < count; turn++) {
    good += (await go()).status === 200 ? 1 : 0;
  }
  return good;
};

describe('rate limits', () => {
  test.each([
    ['DescribeVpnConnections', 600],
    ['TagResources', 300],
    ['DeleteVpnAttachment', 60],
  ])('%s: %i in a minute', async (action, max) => {
    const { vpc } = aCloud({}, { limits: 1 });
    let throttled = 0;
    for (let turn = 0; turn < max + 5; turn++) {
      throttled += (await vpc(action, list)).code === 'Throttling.User' ? 1 : 0;
    }
    expect(throttled).toBe(5);
  });

  test('DeleteTransitRouterVpnAttachment: 3 in any second, and 180 in any minute', async () => {
    const { cbn, clock } = aCloud({}, { limits: 1 });
    const detach = () => cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-none' });
    expect(await served(detach, 5)).toBe(3);
    clock.ms += 999;
    expect(await served(detach, 5)).toBe(0);
    clock.ms += 1;
    expect(await served(detach, 2)).toBe(2);
    clock.ms += 500;
    expect(await served(detach, 5)).toBe(1);
  });

  test.each([
    [1, 3, 180],
    [2, 6, 360],
    // At least a single call, even for a small share. A minute then has fewer than sixty calls.
    [0.1, 1, 18],
  ])('of an action with two windows keep both limits, times %s', async (limits, second, minute) => {
    const { cbn, clock } = aCloud({}, { limits });
    const detach = () => cbn('DeleteTransitRouterVpnAttachment', { TransitRouterAttachmentId: 'tr-attach-none' });
    let count = 0;
    for (let at = 0; at < 60; at += 1) {
      const now = await served(detach, 7);
      expect(now).toBeLessThanOrEqual(second);
      count += now;
      clock.ms += 1000;
    }
    expect(count).toBe(minute);
    expect(await served(detach, 7)).toBe(Math.min(second, minute));
  });

  test('are counted for each account, region and action, in a window that moves', async () => {
    const { vpc, clock } = aCloud({}, { limits: 0.01 });
    const go =
      (RegionId = REGION, account?: string) =>
      () =>
        vpc('DescribeVpnConnections', { RegionId }, account);
    expect(await served(go(), 4)).toBe(4);
    clock.ms += 30_000;
    expect(await served(go(), 4)).toBe(2);
    expect(await served(go('cn-hangzhou'), 10)).toBe(6);
    expect(await served(go(REGION, B), 10)).toBe(6);
    expect(await served(() => vpc('DescribeVpnAttachments', list), 10)).toBe(6);
    clock.ms += 30_000;
    expect(await served(go(), 10)).toBe(4);
    clock.ms += 60_000;
    expect(await served(go(), 10)).toBe(6);
  });

  test('can be off', async () => {
    const { vpc } = aCloud({}, { limits: 'off' });
    expect(await served(() => vpc('DescribeVpnConnections', list), 700)).toBe(700);
  });

  test('answer as the behaviours say', async () => {
    const { emulator } = aCloud(
      {},
      {
        limits: 0.001,
        behaviours: { throttleCode: 'ServiceUnavailable', throttleStatus: 503, throttleRetryAfter: true },
      },
    );
    await send(emulator, v1('DescribeVpnConnections', list));
    const reply = await emulator.handle(v1('DescribeVpnConnections', list));
    expect(reply).toMatchObject({ status: 503, headers: { 'x-acs-retry-after': '60000' } });
  });

  test('a throttled call has no effect, and does not use up a ClientToken', async () => {
    const { vpc, clock, emulator } = aCloud(
      { vpnConnections: [{ VpnConnectionId: 'vco-1' }, { VpnConnectionId: 'vco-2' }] },
      { limits: 1 / 60 },
    );
    const remove = (n: number) =>
      vpc('DeleteVpnAttachment', { ...list, VpnConnectionId: `vco-${n}`, ClientToken: `t${n}` });
    expect([(await remove(1)).code, (await remove(2)).code]).toEqual(['OK', 'Throttling.User']);
    expect(emulator.estate.vpnConnections.map((row) => row.pending?.to)).toEqual(['gone', undefined]);
    clock.ms += 60_000;
    expect((await remove(2)).code).toBe('OK');
  });
});

test('latency is slept on the clock, by action', async () => {
  const { vpc, cbn, clock } = aCloud({}, { latencyMs: { DescribeVpnConnections: 250, '*': 10 } });
  await vpc('DescribeVpnConnections', list);
  await cbn('DescribeCens');
  expect(clock.slept).toEqual([250, 10]);
  const flat = aCloud({}, { latencyMs: 5 });
  await flat.vpc('DescribeRegions');
  expect(flat.clock.slept).toEqual([5]);
});
