import { zonesIn } from '../estate/region-facts.ts';
import { vpc } from '../operation.ts';

/** DescribeZones: every region has two. */
export const describeZones = vpc('DescribeZones', {
  kind: 'read',
  run({ params }) {
    const type = params.text('ZoneType') ?? 'AvailabilityZone';
    const zones = type === 'AvailabilityZone' ? zonesIn(params.need('RegionId')) : [];
    return { Zones: { Zone: zones.map((ZoneId) => ({ ZoneId, LocalName: ZoneId, ZoneType: type })) } };
  },
});
