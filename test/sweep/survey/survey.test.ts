import { expect, test } from 'vitest';
import type { Reading } from '../../../lib/sweep/survey/watch-reading.ts';
import { startCloud } from '../../support/cloud.ts';
import { bound, estate, free } from '../../support/estates.ts';

test('big regions are read in sequence, and small regions do not wait', async () => {
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

test('reports the connections read so far, the regions read so far, and the number of regions', async () => {
  const regions = ['cn-a', 'cn-b', 'cn-gone'];
  const rows = ['cn-a', 'cn-b'].flatMap((regionId) =>
    Array.from({ length: 120 }, (_, index) => free(`${regionId}-${index}`, {}, { regionId })),
  );
  const cloud = startCloud({
    estate: { ...estate(...rows), regions: regions.map((RegionId) => ({ RegionId })) },
    policy: { mode: 'plan', regions },
    faults: [
      {
        action: 'DescribeVpnConnections',
        regionId: 'cn-gone',
        times: 'always',
        fault: { kind: 'error', status: 403, code: 'Forbidden.RAM' },
      },
    ],
    latencyMs: 20,
  });
  const told: Reading[] = [];
  await cloud.run({ onReading: (reading) => told.push(reading) });
  expect(told[0]).toEqual({ connections: 0, regionsRead: 0, regions: 3 });
  expect(told.at(-1)).toEqual({ connections: 240, regionsRead: 3, regions: 3 });
  const steps = told.map(({ connections }) => connections);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  // The first page of each region, and then more pages, so that a person sees the progress.
  expect(new Set(steps).size).toBeGreaterThanOrEqual(5);
});
