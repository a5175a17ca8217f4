import { describe, expect, test } from 'vitest';
import { ago, DAY, HOUR } from '../support/builders.ts';
import { startCloud } from '../support/cloud.ts';
import { bound, down, dueTags, estate, free, inUse } from '../support/estates.ts';

const DETACH = 'DeleteTransitRouterVpnAttachment';
/** The pace as the parser returns it for a policy without rates. */
const byShare = (share: number) => ({ share, describePerMinute: undefined, writePerMinute: undefined, concurrency: 8 });

/** In two regions, because the limit of a detach applies to all regions together. */
const ROWS = [
  ...Array.from({ length: 25 }, (_, index) => bound(`a${index}`, dueTags('tunnels-down'), down)),
  ...Array.from({ length: 25 }, (_, index) =>
    bound(`b${index}`, dueTags('tunnels-down'), { ...down, regionId: 'eu-central-1', TransitRouterId: 'tr-eu' }),
  ),
  ...Array.from({ length: 10 }, (_, index) => free(`f${index}`, dueTags())),
  ...inUse(5),
];

test.each([0.8, 1, 0.3])('a run that takes %d of the published limits is never throttled', async (share) => {
  const cloud = startCloud({
    estate: estate(...ROWS),
    limits: 1,
    latencyMs: 30,
    policy: {
      regions: ['cn-hangzhou', 'eu-central-1'],
      rules: { unassociated: DAY, 'tunnels-down': DAY },
      limits: { perRun: 100, perRegionShare: 1 },
      pace: byShare(share),
    },
  });
  const result = await cloud.run();
  const throttled = cloud.emulator.calls.filter(({ code }) => /Throttling/.test(code));
  expect(throttled).toEqual([]);
  expect(result.counts).toMatchObject({ deleted: 60, failed: 0 });
  const sent = cloud.emulator.calls.filter(({ action }) => action === DETACH).map(({ atMs }) => atMs);
  expect(sent).toHaveLength(50);
  const busiest = Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + 1000).length));
  expect(busiest).toBe(Math.max(1, Math.floor(3 * share)));
});

describe('new clocks of due connections', () => {
  const expires = { 'vco-sweeper:expires': ago(HOUR) };
  const marksAfter = async (mode: 'mark' | 'sweep') => {
    const cloud = startCloud({
      estate: estate(free('a', { ...dueTags(), ...expires }), free('b', { ...dueTags(), ...expires }), ...inUse(9)),
      policy: { mode, rules: { unassociated: DAY, expired: DAY }, limits: { perRun: 1 } },
    });
    await cloud.run();
    return ['vco-a', 'vco-b'].flatMap((id) => (cloud.connection(id) ? [cloud.tags(id)?.['vco-sweeper:orphan']] : []));
  };

  test('a connection that goes in this run gets none, and a connection over limits.perRun does', async () => {
    expect(await marksAfter('sweep')).toEqual([expect.stringContaining('expired')]);
  });

  test('in mode mark no connection goes, so all of them do', async () => {
    expect(await marksAfter('mark')).toEqual([expect.stringContaining('expired'), expect.stringContaining('expired')]);
  });
});
