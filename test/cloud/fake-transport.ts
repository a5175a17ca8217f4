import { type CloudApiOptions, createCloudApi } from '../../lib/cloud/client/create-cloud-api.ts';
import { resolveEndpoints } from '../../lib/cloud/client/endpoints.ts';
import type { TransportCall, TransportReply } from '../../lib/cloud/client/transport.ts';
import type { CallObserver, Clock } from '../../lib/core/domain/cloud-api.ts';

export type FakeClock = Clock & { readonly sleeps: number[]; set(nowMs: number): void };

/** Time that passes only while everybody sleeps. It advances to the next sleeper, in order. */
export function fakeClock(startMs = Date.UTC(2026, 0, 2, 3, 4, 5)): FakeClock {
  let nowMs = startMs;
  const sleeps: number[] = [];
  const sleepers: { atMs: number; wake: () => void }[] = [];
  const passTime = () => {
    sleepers.sort((a, b) => a.atMs - b.atMs);
    const next = sleepers.shift();
    if (!next) {
      return;
    }
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    setImmediate(passTime);
  };
  return {
    sleeps,
    now: () => nowMs,
    set: (value) => {
      nowMs = value;
    },
    sleep: (delayMs) =>
      new Promise((wake) => {
        sleeps.push(delayMs);
        if (sleepers.push({ atMs: nowMs + delayMs, wake }) === 1) {
          setImmediate(passTime);
        }
      }),
  };
}

export type Answer = TransportReply | Error | ((call: TransportCall) => TransportReply | Promise<TransportReply>);

export const ok = (body: object = {}): TransportReply => ({
  status: 200,
  body: { RequestId: '6F0E1D2C-0000-4000-8000-000000000001', ...body },
});

export const failure = (Code: string, status = 400, more: Partial<TransportReply> = {}): TransportReply => ({
  status,
  body: { RequestId: 'A1D6C6D2-0000-0000-0000-000000000000', HostId: 'vpc.aliyuncs.com', Code, Message: 'text' },
  ...more,
});

export const timeoutError = (): Error => Object.assign(new Error('ReadTimeout'), { name: 'RequestTimeoutError' });

export type Retry = Parameters<CallObserver['onRetry']>[0];

/** An api on a scripted transport. It gives the answers in order, and repeats the last answer. */
export function fakeCloud(
  answers: readonly Answer[] | ((call: TransportCall) => Answer),
  more: Partial<CloudApiOptions> = {},
) {
  const clock = fakeClock();
  const sent: (TransportCall & { readonly atMs: number })[] = [];
  const calls: string[] = [];
  const retries: Retry[] = [];
  let tokens = 0;
  const next = (call: TransportCall): Answer => {
    if (typeof answers === 'function') {
      return answers(call);
    }
    const answer = answers[Math.min(sent.length - 1, answers.length - 1)];
    if (answer === undefined) {
      throw new Error('the script has no answer');
    }
    return answer;
  };
  const api = createCloudApi({
    credentials: { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
    endpoints: resolveEndpoints({}),
    policy: {
      retry: { attempts: 6, minDelayMs: 1000, maxDelayMs: 30_000 },
      pace: { share: 0.8, describePerMinute: 500, writePerMinute: 50, concurrency: 8 },
    },
    clock,
    random: () => 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    observer: { onCall: (action) => calls.push(action), onRetry: (retry) => retries.push(retry) },
    newToken: () => `token-${++tokens}`,
    transport: async (call) => {
      sent.push({ ...call, atMs: clock.now() });
      const answer = next(call);
      if (answer instanceof Error) {
        throw answer;
      }
      return typeof answer === 'function' ? answer(call) : answer;
    },
    ...more,
  });
  return { api, clock, sent, calls, retries };
}

/** The error that a promise is rejected with. Fails the test when the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) {
    return outcome.error;
  }
  throw new Error(`resolved with ${JSON.stringify(outcome.value)}`);
}

/** An item of DescribeVpnConnections, as the documentation shows it. */
export const connectionItem = (more: Readonly<Record<string, unknown>> = {}) => ({
  VpnConnectionId: 'vco-gw8aaaaaaaaaaaaaaaaaa',
  Name: 'old-dc-1',
  CreateTime: 1700000000000,
  State: 'init',
  Status: 'ike_sa_not_established',
  AttachType: 'NO_ASSOCIATED',
  VpnGatewayId: 'vpn-not-exist',
  CrossAccountAuthorized: false,
  ResourceGroupId: 'rg-acfm',
  Tag: { Tag: [{ Key: 'env', Value: 'test' }] },
  ...more,
});

export const connectionList = (items: readonly unknown[], more: object = {}) =>
  ok({ TotalCount: items.length, PageNumber: 1, PageSize: 50, VpnConnections: { VpnConnection: items }, ...more });
