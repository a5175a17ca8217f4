import { expect, test } from 'vitest';
import { startCloud } from '../../support/cloud.ts';
import { bound, estate, free } from '../../support/estates.ts';

test('of a big estate one region is read after the other; small ones wait for nobody', async () => {
  const regions = ['cn-a', 'cn-b', 'cn-c'];
  const rows = regions.flatMap((regionId) => [
    bound(`${regionId}-used`, {}, { regionId, TransitRouterId: `tr-${regionId}` }),
    ...Array.from({ length: 5_000 }, (_, index) => free(`${regionId}-${index}`, {}, { regionId })),
  ]);
  const small = free('small', {}, { regionId: 'cn-small' });
  const cloud = startCloud({
    estate: { ...estate(...rows, small), regions: [...regions, 'cn-small'].map((RegionId) => ({ RegionId })) },
    policy: { mode: 'plan', regions: [...regions, 'cn-small'] },
    latencyMs: 20,
  });
  const result = await cloud.run();
  expect(result.counts).toMatchObject({ waiting: 15_001, kept: 3 });
  const later = cloud.emulator.calls
    .filter(
      ({ action, params }) =>
        action === 'ListTransitRouterVpnAttachments' ||
        (action === 'DescribeVpnConnections' && Number(params.PageNumber) > 1),
    )
    .map(({ params }) => params.RegionId);
  const turns = later.filter((regionId, at) => regionId !== later[at - 1]);
  expect(turns).toHaveLength(3);
  expect(cloud.lines.find(({ event }) => event === 'region.listed')?.regionId).toBe('cn-small');
});
