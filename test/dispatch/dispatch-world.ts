import { afterEach } from 'vitest';
import { createFunctionApi } from '../../lib/cloud/invoke/function-api.ts';
import type { MemberAccount } from '../../lib/core/domain/cloud-api.ts';
import { CloudError } from '../../lib/core/domain/errors.ts';
import type { DeclaredPolicy } from '../../lib/core/domain/policy.ts';
import type { DispatchRequest } from '../../lib/dispatch/dispatch-request.ts';
import { dispatch } from '../../lib/dispatch/run-dispatch.ts';
import { toMinute, toTick } from '../../lib/dispatch/task-id.ts';
import { parseMoment } from '../../lib/event/event-moment.ts';
import { parseEvent } from '../../lib/event/parse-event.ts';
import { aPolicy, NOW, ACCOUNT as OWN } from '../support/builders.ts';
import { KEY, startFunctionCompute } from '../support/function-compute.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const A = '2000000000000002';
export const B = '3000000000000003';
export const C = '4000000000000004';
export const H = 'cn-hangzhou';
export const E = 'eu-central-1';
export const listed = (accountId: string, regions?: readonly string[] | 'all') => ({
  roleArn: `acs:ram::${accountId}:role/vco-sweeper`,
  accountId,
  regions,
});
export const directory = (change: object = {}): DeclaredPolicy => ({
  ...aPolicy({ mode: 'sweep', regions: [H, E] }),
  accounts: { roleName: 'vco-sweeper', include: undefined, exclude: [], ...change },
});
export const list: DeclaredPolicy = aPolicy({
  mode: 'sweep',
  regions: [H, E],
  accounts: [listed(A), listed(B), listed(C)],
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

type World = {
  readonly answer?: Parameters<typeof startFunctionCompute>[0];
  readonly members?: readonly MemberAccount[] | CloudError;
  readonly regions?: readonly string[] | CloudError;
};
export const member = (accountId: string, standing: MemberAccount['standing'] = 'active'): MemberAccount => ({
  accountId,
  name: '',
  standing,
});
const given = async <T>(value: T | CloudError): Promise<T> => {
  if (value instanceof CloudError) {
    throw value;
  }
  return value;
};

/** A dispatcher as the function builds it, on a fake Function Compute over HTTP and a clock of its own. */
export async function world({ answer, members = [], regions = [] }: World = {}) {
  const fc = await startFunctionCompute(answer);
  stops.push(fc.close);
  const clock = new VirtualClock(NOW);
  const asked: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const sweep = createFunctionApi({
    credentials: KEY,
    target: { accountId: OWN, regionId: H, functionName: 'vco-sweeper', serviceName: undefined, qualifier: undefined },
    endpoint: fc.url,
    retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 1 },
    // Nobody sleeps here, because a virtual clock would not know of data on the wire.
    clock: { now: () => clock.now(), sleep: async () => undefined },
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: () => undefined, onRetry: () => undefined },
  });
  const deps = {
    api: {
      listRegions: () => {
        asked.push('DescribeRegions');
        return given(regions);
      },
    },
    organization: {
      listAccounts: () => {
        asked.push('ListAccounts');
        return given(members);
      },
    },
    sweep,
    clock,
    journal: (event: string, fields: object) => lines.push({ event, ...fields }),
    calls: () => ({}),
    dispatchId: 'dispatch',
    concurrency: 8,
  };
  const send = async (event: unknown, policy: DeclaredPolicy, defaultRegion: string | undefined = H) => {
    const moment = parseMoment(typeof event === 'string' ? event : JSON.stringify(event), clock.now());
    const { parts, refused, notes, source } = parseEvent(moment.event, policy, defaultRegion);
    const request: DispatchRequest = {
      policy,
      parts,
      own: OWN,
      defaultRegion,
      kind: source === 'events' ? 'event' : 'sweep',
      moment: moment.kind === 'tick' ? toTick(moment.ms) : toMinute(moment.ms),
      refused,
      notes,
    };
    return await dispatch(request, deps);
  };
  return { fc, clock, asked, lines, send, ids: () => [...fc.started.keys()].sort() };
}

export const tick = (payload = '') => ({ triggerTime: '2026-11-22T19:30:00Z', triggerName: 'nightly', payload });
export const TICK = '20261122T193000Z';
export const hint = (regionId: string, more: object = {}, id = 'e') => ({
  specversion: '1.0',
  id,
  source: 'acs.vpc',
  type: 'vpc:ActionTrail:ApiCall',
  ...more,
  data: { eventName: 'DeleteCustomerGateway', requestParameters: { RegionId: regionId, VpnConnectionId: `vco-${id}` } },
});
