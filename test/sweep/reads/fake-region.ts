import type { CloudApi } from '../../../lib/core/domain/cloud-api.ts';
import { CloudError } from '../../../lib/core/domain/errors.ts';
import type { Attachment, Connection } from '../../../lib/core/domain/estate.ts';
import { PollSchedule } from '../../../lib/sweep/reads/poll-schedule.ts';
import { RegionReads } from '../../../lib/sweep/reads/region-reads.ts';
import {
  ACCOUNT,
  aBoundConnection,
  aConnection,
  anAttachment,
  aPolicy,
  judgeOne,
  NOW,
  REGION,
  witnesses,
} from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const POLL_MS = aPolicy().wait.pollIntervalMs;

/** A region with `vco-1`, which `tr-1` holds, and with further connections. `calls` collects the reads that were sent. */
export function setUpRegion(others = 60) {
  const clock = new VirtualClock(NOW);
  const first = aBoundConnection();
  const more = Array.from({ length: others }, (_, index) => aConnection({ connectionId: `vco-more-${index}` }));
  const cloud: { connections: readonly Connection[]; attachments: readonly Attachment[]; isTorn: boolean } = {
    connections: [first, ...more],
    attachments: [anAttachment()],
    isTorn: false,
  };
  const calls: string[] = [];
  const api = {
    listConnections: async () => {
      calls.push('connections');
      await clock.sleep(200);
      if (cloud.isTorn) {
        throw new CloudError({ action: 'DescribeVpnConnections', code: 'IncompleteListing', effect: 'refused' });
      }
      return cloud.connections;
    },
    listAttachments: async () => {
      calls.push('attachments');
      await clock.sleep(200);
      return cloud.attachments;
    },
    getConnection: async (_regionId: string, id: string) => {
      calls.push(id);
      await clock.sleep(200);
      return cloud.connections.find(({ connectionId }) => connectionId === id) ?? 'gone';
    },
  } as Partial<CloudApi> as CloudApi;
  const judged = cloud.connections.map((connection) => ({
    accountId: ACCOUNT,
    regionId: REGION,
    verdict: judgeOne(connection),
    mode: 'sweep' as const,
  }));
  const reads = new RegionReads({
    api,
    clock,
    ownerOf: () => api,
    region: { regionId: REGION, connections: judged.length, judged },
    facts: {
      readMs: NOW,
      witnesses: witnesses([anAttachment()]),
      routing: 'unread',
      ownerOf: new Map(),
      tagsError: undefined,
    },
    maxAgeMs: 10_000,
  });
  const schedule = () =>
    new PollSchedule({ clock, intervalMs: POLL_MS, isBusy: () => false, isWorthwhile: () => true });
  const region = { clock, reads, policy: aPolicy(), polls: { detach: schedule(), delete: schedule() } };
  const now = () => ({ afterSequence: reads.sequence, notBeforeMs: clock.now() });
  /** As other steps read before their writes: many at once, so the connections come as a list, `vco-1` with them. */
  const readAll = async () => {
    const ids = more.map(({ connectionId }) => connectionId);
    const want = now();
    await Promise.all([reads.attachments('tr-1', want), ...ids.map((id) => reads.connections.get(id, want))]);
    await clock.sleep(POLL_MS);
    calls.length = 0;
  };
  const detach = (change: Partial<Connection> = { attachType: 'NO_ASSOCIATED', state: 'init' }) => {
    cloud.attachments = [];
    cloud.connections = [{ ...first, transitRouterId: undefined, ...change }, ...more];
  };
  const remove = () => {
    cloud.connections = more;
  };
  const setTorn = (isTorn: boolean) => {
    cloud.isTorn = isTorn;
  };
  return { setTorn, clock, reads, region, calls, readAll, detach, remove };
}
