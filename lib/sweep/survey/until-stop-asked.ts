import { unlessStopped } from '../../core/concurrency/unless-stopped.ts';
import type { CloudApi } from '../../core/domain/cloud-api.ts';

/** The same api. When the run is asked to stop, its calls for accounts, roles and regions fail at once. */
export const untilStopAsked = (api: CloudApi, stopAsked: AbortSignal): CloudApi => ({
  ...api,
  getAccountId: () => unlessStopped(stopAsked, 'GetCallerIdentity', () => api.getAccountId()),
  listRegions: () => unlessStopped(stopAsked, 'DescribeRegions', () => api.listRegions()),
  assumeRole: (roleArn) =>
    unlessStopped(stopAsked, 'AssumeRole', async () => untilStopAsked(await api.assumeRole(roleArn), stopAsked)),
});
