import { type Operation, vpc } from '../operation.ts';

/** Lists the regions of the VPC service, including regions without IPsec-VPN for transit routers. */
export const describeRegions: Operation = vpc('DescribeRegions', {
  kind: 'read',
  regional: false,
  run: ({ estate }) => ({
    Regions: {
      Region: estate.regions.map(({ RegionId, LocalName }) => ({
        RegionId,
        LocalName,
        RegionEndpoint: `vpc.${RegionId}.aliyuncs.com`,
      })),
    },
  }),
});
